// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.PageSize;
import org.HdrHistogram.Histogram;

/**
 * How long one {@link dev.jdax.DaxMapping#persist}, and one {@link dev.jdax.DaxMapping#copyFrom}, takes at the median and
 * at the 99.9th percentile, against libpmem called from C. Each operation is timed by itself, so that the clock, some
 * 25 ns, is in each figure.
 */
final class PersistLatency implements Figure {
  private static final long SIZE = 16L << 20;
  private static final int[] SIZES = {64, 4096};
  private static final double[] PERCENTILES = {50, 99.9};
  private static final int OPERATIONS = 20_000;
  private static final int WARM_UPS = 5;
  private static final int ROUNDS = 61;
  private static final long LONGEST = 10_000_000_000L;
  private static final int DIGITS = 3;

  /** One side: gives the nanoseconds of each of many operations. */
  @FunctionalInterface
  private interface Timed {
    long[] each() throws IOException;
  }

  @Override
  public List<String> measure() throws IOException {
    List<String> rows = new ArrayList<>();
    try (Mapped mapped = Mapped.flushed(SIZE, PageSize.SIZE_2M); Twin twin = Twin.start()) {
      DurableStores stores = new DurableStores(mapped.mapping());
      twin.map(Twin.fileOfThisProcess("memfd:jdax"), SIZE);
      for (int bytes : SIZES) {
        compare(rows, "persist of " + ByteSize.format(bytes),
            () -> DurableStores.each(stores.persist(bytes), OPERATIONS),
            () -> twin.askForEach("persist " + OPERATIONS + " " + bytes));
      }
      for (int bytes : SIZES) {
        compare(rows, "copy and persist of " + ByteSize.format(bytes),
            () -> DurableStores.each(stores.copy(DurableStores.source(bytes)), OPERATIONS),
            () -> twin.askForEach("memcpy " + OPERATIONS + " " + bytes));
      }
    } catch (DaxException e) {
      rows.add(Row.notMeasured(PersistLatency.class, "one persist, pages of 2 MiB", e));
    }
    return rows;
  }

  private static void compare(List<String> rows, String what, Timed jdax, Timed c) throws IOException {
    Histogram ours = new Histogram(LONGEST, DIGITS);
    Histogram theirs = new Histogram(LONGEST, DIGITS);
    double[][] pairs = new double[PERCENTILES.length][ROUNDS];
    for (int round = -WARM_UPS; round < ROUNDS; round++) {
      Timed first = round % 2 == 0 ? c : jdax;
      Histogram one = of(first);
      Histogram other = of(first == c ? jdax : c);
      if (round >= 0) {
        Histogram our = first == c ? other : one;
        Histogram their = first == c ? one : other;
        ours.add(our);
        theirs.add(their);
        for (int i = 0; i < PERCENTILES.length; i++) {
          pairs[i][round] = (double) their.getValueAtPercentile(PERCENTILES[i])
              / our.getValueAtPercentile(PERCENTILES[i]);
        }
      }
    }
    for (int i = 0; i < PERCENTILES.length; i++) {
      String name = PERCENTILES[i] == 50 ? "median" : "p" + PERCENTILES[i];
      rows.add(Row.compared(PersistLatency.class, "one " + what + ", pages of 2 MiB, " + name,
          Row.time(ours.getValueAtPercentile(PERCENTILES[i])),
          "libpmem: " + Row.time(theirs.getValueAtPercentile(PERCENTILES[i])), Ratio.of(pairs[i])));
    }
  }

  private static Histogram of(Timed timed) throws IOException {
    Histogram histogram = new Histogram(LONGEST, DIGITS);
    for (long nanos : timed.each()) {
      histogram.recordValue(nanos);
    }
    return histogram;
  }
}
