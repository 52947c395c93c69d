// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/**
 * Sides that are timed in turns, so that what disturbs the machine disturbs all of them alike.
 *
 * <p>Each round runs every side once, in an order that rotates, so that none always comes first. A pair is two sides of
 * one round.
 */
final class Interleaved {
  private final Map<String, Side> sides = new LinkedHashMap<>();
  private final Map<String, List<Long>> nanos = new LinkedHashMap<>();

  Interleaved add(String name, Side side) {
    sides.put(name, side);
    nanos.put(name, new ArrayList<>());
    return this;
  }

  /** Runs the rounds, after others that are not recorded. */
  Interleaved run(int warmUps, int rounds) throws IOException {
    List<String> names = List.copyOf(sides.keySet());
    for (int round = -warmUps; round < rounds; round++) {
      for (int turn = 0; turn < names.size(); turn++) {
        String name = names.get(Math.floorMod(round + turn, names.size()));
        long taken = sides.get(name).run();
        if (round >= 0) {
          nanos.get(name).add(taken);
        }
      }
    }
    return this;
  }

  /** {@return the median time of a side, in nanoseconds} */
  double median(String name) {
    return Interval.median(nanos.get(name).stream().mapToDouble(Long::doubleValue).toArray());
  }

  /** {@return how many times as fast as the reference a side is, pair by pair} */
  Ratio speed(String name, String reference) {
    return Ratio.of(pairs(name, reference, (ours, theirs) -> theirs / ours));
  }

  /** {@return how much longer than the reference a side takes for one of so many operations of a run, pair by pair} */
  Difference difference(String name, String reference, int operations) {
    return Difference.of(pairs(name, reference, (ours, theirs) -> (ours - theirs) / operations));
  }

  private double[] pairs(String name, String reference, DoubleBinaryOperator compared) {
    List<Long> ours = nanos.get(name);
    List<Long> theirs = nanos.get(reference);
    double[] pairs = new double[ours.size()];
    for (int round = 0; round < pairs.length; round++) {
      pairs[round] = compared.applyAsDouble(ours.get(round), theirs.get(round));
    }
    return pairs;
  }
}
