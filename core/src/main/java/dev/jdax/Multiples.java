// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.function.LongFunction;

/** The multiples of a granule next to a value that is none, as a remedy names them. */
final class Multiples {
  private Multiples() {
  }

  /**
   * {@return the multiple below the value and the one above it in words, such as {@code 2 MiB or 4 MiB}; one that is
   * below the least, or that no {@code long} holds, is left out}
   *
   * @param value the value, not negative
   * @param granule the granule, at most 2^62
   * @param least the least multiple that would be accepted
   * @param words how a multiple is written
   */
  static String near(long value, long granule, long least, LongFunction<String> words) {
    long below = value - value % granule;
    String above = below > Long.MAX_VALUE - granule ? "" : words.apply(below + granule);
    if (below < least) {
      return above;
    }
    return words.apply(below) + (above.isEmpty() ? "" : " or " + above);
  }
}
