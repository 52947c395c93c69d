// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.UUID;

/**
 * A label in the label storage area of CXL memory (Compute Express Link 3.1, section 9.13.2; in Linux
 * {@code struct cxl_region_label} and {@code struct nvdimm_cxl_label} in drivers/nvdimm/label.h).
 *
 * <p>Each begins with the uuid of its format. All have 256 bytes, and end with their checksum. Numbers are
 * little-endian, and all uuids are in string order, also where labels of version 1.2 have GUIDs.
 */
public sealed interface CxlLabel permits CxlRegionLabel, CxlNamespaceLabel, CxlOtherLabel {
  /** The size of a label in bytes. */
  int SIZE = 256;

  /**
   * {@return the uuid of the format}
   */
  UUID type();

  /**
   * {@return the slot that the label says it is in, or empty if its format is not known}
   */
  Optional<Long> saidSlot();

  /**
   * {@return the checksum on media: Fletcher-64 over the 256 bytes with zero in its place}
   */
  long checksum();

  /**
   * {@return the label's bytes, as {@link #parse} reads them}
   */
  byte[] toBytes();

  /**
   * {@return the label in some bytes}
   *
   * @param bytes the 256 bytes of a slot
   * @throws IllegalArgumentException if there are not 256
   */
  static CxlLabel parse(byte[] bytes) {
    if (bytes.length != SIZE) {
      throw new IllegalArgumentException("a CXL label has " + SIZE + " bytes, not " + bytes.length);
    }
    UUID type = Guids.takeInStringOrder(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    if (type.equals(CxlRegionLabel.TYPE)) {
      return CxlRegionLabel.parse(bytes);
    }
    return type.equals(CxlNamespaceLabel.TYPE)
        ? CxlNamespaceLabel.parse(bytes)
        : new CxlOtherLabel(Bytes.copyOf(bytes, 0, SIZE));
  }

  /**
   * {@return the checksum of the fields}
   */
  default long computedChecksum() {
    return Fletcher64.ofStructure(toBytes(), LabelField.CHECKSUM);
  }
}
