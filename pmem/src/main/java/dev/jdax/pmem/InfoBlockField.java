// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

/**
 * The fields of an {@link InfoBlock} and their places in it ({@code struct nd_pfn_sb} in drivers/nvdimm/pfn.h), and those
 * that a {@link BttInfoBlock} has in place of the ones after the version ({@code struct btt_sb} in drivers/nvdimm/btt.h).
 */
enum InfoBlockField {
  SIGNATURE("signature", 0),
  UUID("uuid", 16),
  PARENT_UUID("parent_uuid", 32),
  FLAGS("flags", 48),
  MAJOR("version_major", 52),
  MINOR("version_minor", 54),
  DATA_OFFSET("dataoff", 56),
  PAGES("npfns", 64),
  MODE("mode", 72),
  START_PAD("start_pad", 76),
  END_TRUNC("end_trunc", 80),
  ALIGN("align", 84),
  PAGE_SIZE("page_size", 88),
  PAGE_STRUCT_SIZE("page_struct_size", 92),
  PADDING("padding", 94),
  CHECKSUM("checksum", 4088),
  BTT_EXTERNAL_LBA_SIZE("external_lbasize", 56),
  BTT_EXTERNAL_BLOCKS("external_nlba", 60),
  BTT_INTERNAL_LBA_SIZE("internal_lbasize", 64),
  BTT_INTERNAL_BLOCKS("internal_nlba", 68),
  BTT_FREE_BLOCKS("nfree", 72),
  BTT_INFO_SIZE("infosize", 76),
  BTT_NEXT_OFFSET("nextoff", 80),
  BTT_DATA_OFFSET("dataoff", 88),
  BTT_MAP_OFFSET("mapoff", 96),
  BTT_LOG_OFFSET("logoff", 104),
  BTT_COPY_OFFSET("info2off", 112),
  BTT_PADDING("padding", 120);

  private final String text;
  private final int offset;

  InfoBlockField(String text, int offset) {
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
