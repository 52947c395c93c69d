// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

/** The fields of an {@link InfoBlock} and their places in it ({@code struct nd_pfn_sb} in drivers/nvdimm/pfn.h). */
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
  CHECKSUM("checksum", 4088);

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
