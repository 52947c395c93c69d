// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The median of what pairs gave, and its 95 % interval by the percentile bootstrap.
 *
 * @param median the median
 * @param low the lower end of the interval
 * @param high the upper end of the interval
 */
record Interval(double median, double low, double high) {
  static final int FEWEST_PAIRS = 30;
  private static final int RESAMPLES = 10_000;
  /** Fixed, so that the same pairs give the same interval. */
  private static final long SEED = 20260101;

  static Interval of(double[] pairs) {
    if (pairs.length < FEWEST_PAIRS) {
      throw new IllegalArgumentException(pairs.length + " pairs: an interval is taken from at least " + FEWEST_PAIRS);
    }
    SplittableRandom random = new SplittableRandom(SEED);
    double[] medians = new double[RESAMPLES];
    double[] drawn = new double[pairs.length];
    for (int i = 0; i < RESAMPLES; i++) {
      Arrays.setAll(drawn, j -> pairs[random.nextInt(pairs.length)]);
      medians[i] = median(drawn);
    }
    Arrays.sort(medians);
    return new Interval(median(pairs), medians[RESAMPLES * 25 / 1000], medians[RESAMPLES * 975 / 1000 - 1]);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
