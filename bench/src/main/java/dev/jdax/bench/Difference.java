// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.util.Locale;

/**
 * How much longer one side takes than the other, in nanoseconds: the median of pairs, with a 95 % bootstrap interval.
 *
 * @param median the median
 * @param low the lower end of the interval
 * @param high the upper end of the interval
 * @param pairs how many pairs it was taken from
 */
record Difference(double median, double low, double high, int pairs) {
  static Difference of(double[] pairs) {
    Interval interval = Interval.of(pairs);
    return new Difference(interval.median(), interval.low(), interval.high(), pairs.length);
  }

  /** {@return whether a target is met: by the upper end of the interval} */
  boolean isAtMost(double target) {
    return high <= target;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%+.1f ns [%+.1f, %+.1f] of %d", median, low, high, pairs);
  }
}
