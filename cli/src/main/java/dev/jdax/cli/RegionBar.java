// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.Arrays;
import java.util.List;

import dev.jdax.ByteSize;

/** A region drawn as a bar: the marks of spans where these are, a dot where none is. */
final class RegionBar {
  private static final int COLUMNS = 64;

  private RegionBar() {
  }

  /**
   * A part of the region, not empty.
   *
   * @param start its first byte
   * @param length how many bytes it has
   * @param mark what it is drawn with
   */
  record Span(long start, long length, char mark) {
    /** {@return the span of a numbered thing, drawn with the last digit of its number} */
    static Span ofNumber(int number, long start, long length) {
      return new Span(start, length, Character.forDigit(number % 10, 10));
    }
  }

  /** {@return the bar and its scale, in one line; of spans in one column the later is seen} */
  static String draw(long regionSize, List<Span> spans) {
    long column = Math.max(Math.ceilDiv(regionSize, COLUMNS), 1);
    char[] bar = new char[(int) Math.ceilDiv(regionSize, column)];
    Arrays.fill(bar, '.');
    for (Span span : spans) {
      long last = span.start + span.length - 1;
      Arrays.fill(bar, (int) (span.start / column), (int) (last / column) + 1, span.mark);
    }
    return "[" + new String(bar) + "]  one column is " + ByteSize.format(column);
  }
}
