// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A ratio as it is reported: the median of pairs, with a 95 % bootstrap interval.
 *
 * @param median the median
 * @param low the lower end of the interval
 * @param high the upper end of the interval
 * @param pairs how many pairs it was taken from
 */
record Ratio(double median, double low, double high, int pairs) {
  static final int FEWEST_PAIRS = 30;
  private static final int RESAMPLES = 10_000;
  /** Fixed, so that the same pairs give the same interval. */
  private static final long SEED = 20260101;

  /** {@return the ratio of so many pairs, by the percentile bootstrap of their median} */
  static Ratio of(double[] pairs) {
    if (pairs.length < FEWEST_PAIRS) {
      throw new IllegalArgumentException(pairs.length + " pairs: a ratio is taken from at least " + FEWEST_PAIRS);
    }
    SplittableRandom random = new SplittableRandom(SEED);
    double[] medians = new double[RESAMPLES];
    double[] drawn = new double[pairs.length];
    for (int i = 0; i < RESAMPLES; i++) {
      Arrays.setAll(drawn, j -> pairs[random.nextInt(pairs.length)]);
      medians[i] = median(drawn);
    }
    Arrays.sort(medians);
    return new Ratio(median(pairs), medians[RESAMPLES * 25 / 1000], medians[RESAMPLES * 975 / 1000 - 1], pairs.length);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
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
