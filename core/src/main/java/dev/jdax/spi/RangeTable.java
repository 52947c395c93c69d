// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.jdax.DaxRange;

/**
 * Which addresses of a region no device has, and how a device grows into them and shrinks out of them.
 *
 * <p>Follows {@code dev_dax_resize}, {@code alloc_dev_dax_range} and {@code adjust_ok} in drivers/dax/bus.c. Linux
 * walks the allocations in the order of their addresses to the first gap; here the gaps are kept, so that a region of a
 * hundred thousand devices costs no more than a small one.
 */
final class RangeTable {
  /** Gaps by their start, with their length; neighbours are one gap. */
  private final TreeMap<Long, Long> gaps = new TreeMap<>();
  private long available;

  RangeTable(long start, long size) {
    gaps.put(start, size);
    available = size;
  }

  /**
   * {@return the table of a region in which devices have ranges}
   *
   * @param ranges the ranges of all devices, in any order
   */
  static RangeTable without(long start, long size, List<DaxRange> ranges) {
    RangeTable table = new RangeTable(start, size);
    table.gaps.clear();
    table.available = 0;
    long at = start;
    for (DaxRange range : ranges.stream().sorted(Comparator.comparingLong(DaxRange::start)).toList()) {
      table.free(at, range.start() - at);
      at = range.start() + range.length();
    }
    table.free(at, start + size - at);
    return table;
  }

  /** {@return the sum of the gaps} */
  long available() {
    return available;
  }

  /**
   * {@return the ranges with {@code growth} bytes more, at most what is {@link #available}}
   *
   * <p>The first gap is taken, as far as needed, until there is enough. It extends the device's last range if that ends
   * where the gap begins, and only then; otherwise it becomes a range of its own.
   */
  List<DaxRange> grow(List<DaxRange> ranges, long growth) {
    List<DaxRange> grown = new ArrayList<>(ranges);
    while (growth > 0) {
      Map.Entry<Long, Long> gap = gaps.pollFirstEntry();
      long start = gap.getKey();
      long taken = Math.min(gap.getValue(), growth);
      if (taken < gap.getValue()) {
        gaps.put(start + taken, gap.getValue() - taken);
      }
      available -= taken;
      growth -= taken;
      DaxRange last = grown.isEmpty() ? null : grown.getLast();
      if (last != null && last.start() + last.length() == start) {
        grown.set(grown.size() - 1, new DaxRange(last.pageOffset(), last.start(), last.length() + taken));
      } else {
        grown.add(new DaxRange(last == null ? 0 : last.pageOffset() + (last.length() >> 12), start, taken));
      }
    }
    return List.copyOf(grown);
  }

  /** {@return the ranges cut to {@code size} bytes, from the last one backwards} */
  List<DaxRange> shrink(List<DaxRange> ranges, long size) {
    List<DaxRange> cut = new ArrayList<>(ranges);
    while (!cut.isEmpty() && cut.getLast().offset() + cut.getLast().length() > size) {
      DaxRange last = cut.removeLast();
      long kept = Math.max(size - last.offset(), 0);
      if (kept > 0) {
        cut.add(new DaxRange(last.pageOffset(), last.start(), kept));
      }
      free(last.start() + kept, last.length() - kept);
    }
    return List.copyOf(cut);
  }

  /** {@return the sum of the lengths} */
  static long sizeOf(List<DaxRange> ranges) {
    return ranges.stream().mapToLong(DaxRange::length).sum();
  }

  /** {@return what the ranges hold from a byte of the device on} */
  static List<DaxRange> from(long offset, List<DaxRange> ranges) {
    List<DaxRange> rest = new ArrayList<>();
    for (DaxRange range : ranges) {
      long skipped = Math.clamp(offset - range.offset(), 0, range.length());
      if (skipped < range.length()) {
        rest.add(new DaxRange(range.pageOffset() + (skipped >> 12), range.start() + skipped,
            range.length() - skipped));
      }
    }
    return List.copyOf(rest);
  }

  private void free(long start, long length) {
    if (length == 0) {
      return;
    }
    available += length;
    Map.Entry<Long, Long> before = gaps.lowerEntry(start);
    if (before != null && before.getKey() + before.getValue() == start) {
      start = before.getKey();
      length += before.getValue();
    }
    Long after = gaps.remove(start + length);
    gaps.put(start, after == null ? length : length + after);
  }
}
