// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

/**
 * The fields that a {@link BttInfoBlock} has and an {@link InfoBlock} has not, and their places ({@code struct btt_sb} in
 * drivers/nvdimm/btt.h). Signature, uuids, flags, version and checksum are where {@link InfoBlockField} has them.
 */
enum BttField {
  EXTERNAL_LBA_SIZE("external_lbasize", 56),
  EXTERNAL_BLOCKS("external_nlba", 60),
  INTERNAL_LBA_SIZE("internal_lbasize", 64),
  INTERNAL_BLOCKS("internal_nlba", 68),
  FREE_BLOCKS("nfree", 72),
  INFO_SIZE("infosize", 76),
  NEXT_OFFSET("nextoff", 80),
  DATA_OFFSET("dataoff", 88),
  MAP_OFFSET("mapoff", 96),
  LOG_OFFSET("logoff", 104),
  COPY_OFFSET("info2off", 112),
  PADDING("padding", 120);

  private final String text;
  private final int offset;

  BttField(String text, int offset) {
    this.text = text;
    this.offset = offset;
  }

  /** {@return the first byte in the block} */
  int offset() {
    return offset;
  }

  /** {@return the name as Linux writes it} */
  @Override
  public String toString() {
    return text;
  }
}
