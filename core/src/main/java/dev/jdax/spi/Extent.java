// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a file.
 *
 * @param fileOffset where it begins, in bytes
 * @param length how long it is, in bytes
 */
public record Extent(long fileOffset, long length) {
  /**
   * {@return the sum of the lengths, in bytes}
   *
   * @param extents some extents
   */
  public static long sizeOf(List<Extent> extents) {
    return extents.stream().mapToLong(Extent::length).sum();
  }

  /**
   * {@return a part of the run of bytes that some extents are, one after the other; shorter than was asked for if the run
   * ends before}
   *
   * @param extents the extents
   * @param offset where the part begins in the run, in bytes
   * @param length how long it is, in bytes
   */
  public static List<Extent> part(List<Extent> extents, long offset, long length) {
    List<Extent> part = new ArrayList<>(extents.size());
    long at = 0; // where the extent begins in the run
    for (Extent extent : extents) {
      long from = Math.max(offset - at, 0);
      long to = Math.min(offset + length - at, extent.length);
      if (from < to) {
        part.add(new Extent(extent.fileOffset + from, to - from));
      }
      at += extent.length;
    }
    return part;
  }
}
