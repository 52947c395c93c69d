// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.util.Locale;

/**
 * A ratio as it is reported: the median of pairs, with a 95 % bootstrap interval.
 *
 * @param median the median
 * @param low the lower end of the interval
 * @param high the upper end of the interval
 * @param pairs how many pairs it was taken from
 */
record Ratio(double median, double low, double high, int pairs) {
  /** {@return the ratio of so many pairs} */
  static Ratio of(double[] pairs) {
    Interval interval = Interval.of(pairs);
    return new Ratio(interval.median(), interval.low(), interval.high(), pairs.length);
  }

  /** {@return whether a target is met: by the lower end of the interval} */
  boolean reaches(double target) {
    return low >= target;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f [%.2f, %.2f] of %d", median, low, high, pairs);
  }
}
