// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.List;
import java.util.Optional;

/**
 * One of the two places of an index block, and what is there.
 *
 * @param number which, 0 or 1
 * @param offset where it is in the file
 * @param block what is there, or empty if that has no signature
 * @param problems why Linux ignores it, its first reason first; empty if it does not
 */
public record IndexCopy(int number, long offset, Optional<IndexBlock> block, List<Problem> problems) {
  /**
   * {@return whether Linux takes the block}
   */
  public boolean valid() {
    return problems.isEmpty();
  }

  /** {@return what is in the area at a place that the geometry says} */
  static IndexCopy of(byte[] area, int number, LabelGeometry geometry, long areaOffset) {
    int size = geometry.indexSize();
    byte[] bytes = new byte[size];
    System.arraycopy(area, number * size, bytes, 0, size);
    long offset = areaOffset + (long) number * size;
    return new IndexCopy(number, offset, IndexBlock.parse(bytes), IndexBlockCheck.of(bytes, number, geometry, offset));
  }
}
