// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

/**
 * Where fields stand in a label ({@code struct nvdimm_efi_label} in drivers/nvdimm/label.h), for what is said of them.
 */
final class LabelField {
  static final int LABEL_COUNT = 84;
  static final int POSITION = 86;
  static final int COOKIE = 88;
  static final int DPA = 104;
  static final int RAW_SIZE = 112;
  static final int SLOT = 120;
  static final int TYPE = 128;
  static final int CHECKSUM = 248;

  private LabelField() {
  }
}
