// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

/**
 * Where the parts of a label area stand: index block 0, index block 1, and the slots of the labels.
 *
 * <p>All of it follows from the size of the area and of a label ({@code sizeof_namespace_index} in
 * drivers/nvdimm/label.c; L-02 in docs/reference/linux.md).
 *
 * @param areaSize the size of the area in bytes
 * @param version the version, and so the size of a label
 */
public record LabelGeometry(long areaSize, LabelVersion version) {
  /** Index blocks are multiples of so many bytes. */
  static final int INDEX_GRANULE = 256;
  private static final long LARGEST = 0xffffffffL;

  /**
   * Takes a size, whether it is usable or not.
   *
   * @throws IllegalArgumentException if the size does not fit in 32 bits
   */
  public LabelGeometry {
    if (areaSize < 0 || areaSize > LARGEST) {
      throw new IllegalArgumentException("a label area has 0 to " + LARGEST + " bytes, not " + areaSize);
    }
  }

  /**
   * {@return the size of an index block in bytes, a multiple of 256; 0 if the area is too small for two of them and two
   * labels}
   */
  public int indexSize() {
    long slots = computedSlots();
    long size = indexSizeFor(slots);
    return slots >= 2 && 2 * size <= areaSize - slots * version.labelSize() ? Math.toIntExact(size) : 0;
  }

  /**
   * {@return whether the area holds two index blocks and two labels}
   */
  public boolean usable() {
    return indexSize() != 0;
  }

  /**
   * {@return how many labels there is room for; 0 if the area is not usable}
   */
  public int slots() {
    return usable() ? Math.toIntExact(computedSlots()) : 0;
  }

  /**
   * {@return where the first slot begins, in bytes from the begin of the area}
   */
  public int labelOffset() {
    return 2 * indexSize();
  }

  /**
   * {@return where a slot begins, in bytes from the begin of the area}
   *
   * @param slot its number
   */
  public long slotOffset(int slot) {
    return labelOffset() + (long) slot * version.labelSize();
  }

  /** The first estimate of the index blocks leaves no room for labels in them, so that it is never too small. */
  private long computedSlots() {
    return (areaSize - 2 * indexSizeFor(areaSize / version.labelSize())) / version.labelSize();
  }

  private static long indexSizeFor(long slots) {
    long used = IndexBlock.HEADER + Math.ceilDiv(slots, Byte.SIZE);
    return Math.ceilDiv(used, INDEX_GRANULE) * INDEX_GRANULE;
  }
}
