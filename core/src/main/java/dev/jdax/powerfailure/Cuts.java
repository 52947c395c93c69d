// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * What a power failure may leave: a state of each line, whatever the others are in.
 *
 * <p>Up to a bound all of it is looked at, from nothing kept to nothing lost. Beyond it: nothing kept, nothing lost;
 * all that was there at a point, and all lines that changed there or later (of up to 32 points); each line alone, and
 * each line missing (of up to 64); and a seeded sample in which each line is kept, lost or torn, in a share that is
 * drawn again for each cut.
 */
final class Cuts {
  private static final int POINTS = 32;
  private static final int LONE = 64;

  private final List<Line> lines;
  private final int samples;
  private final RandomGenerator random;
  private final int[] newest;
  private final boolean all;

  /** What is done with a cut. */
  @FunctionalInterface
  interface Look {
    /** {@return whether to see more} */
    boolean at(int[] states);
  }

  /**
   * @param most up to how many cuts all are looked at
   * @param samples how many are drawn where there are more
   */
  Cuts(List<Line> lines, int most, int samples, RandomGenerator random) {
    this.lines = lines;
    this.samples = samples;
    this.random = random;
    this.newest = lines.stream().mapToInt(Line::newestState).toArray();
    long count = 1;
    for (int state : newest) {
      count = Math.min(count * (state + 1), Integer.MAX_VALUE);
    }
    this.all = count <= most;
  }

  /** {@return whether all are looked at} */
  boolean areAll() {
    return all;
  }

  /** Looks at them, each an array of its own. */
  void each(Look look) {
    if (all) {
      every(look);
    } else {
      some(look);
    }
  }

  private void every(Look look) {
    int[] states = new int[newest.length];
    int at = 0;
    while (at < states.length || states.length == 0) {
      if (!look.at(states.clone()) || states.length == 0) {
        return;
      }
      for (at = 0; at < states.length && states[at] == newest[at]; at++) {
        states[at] = 0;
      }
      if (at < states.length) {
        states[at]++;
      }
    }
  }

  private void some(Look look) {
    boolean more = look.at(new int[newest.length]) && look.at(newest.clone());
    for (int point : drawn(points(), POINTS)) {
      more = more && look.at(lines.stream().mapToInt(line -> line.stateAt(point)).toArray())
          && look.at(lines.stream().mapToInt(line -> line.stateSince(point)).toArray());
    }
    for (int i : drawn(indices(), LONE)) {
      more = more && look.at(with(new int[newest.length], i, newest[i]));
      more = more && look.at(with(newest.clone(), i, 0));
    }
    for (int i = 0; more && i < samples; i++) {
      more = look.at(sample());
    }
  }

  private static int[] with(int[] states, int line, int state) {
    states[line] = state;
    return states;
  }

  private List<Integer> points() {
    TreeSet<Integer> points = new TreeSet<>();
    lines.forEach(line -> points.addAll(line.seenAt()));
    return new ArrayList<>(points);
  }

  private List<Integer> indices() {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < newest.length; i++) {
      indices.add(i);
    }
    return indices;
  }

  /** {@return so many of the numbers at most, the first and the last among them} */
  private List<Integer> drawn(List<Integer> numbers, int most) {
    if (numbers.size() <= most) {
      return numbers;
    }
    List<Integer> inner = new ArrayList<>(numbers.subList(1, numbers.size() - 1));
    Collections.shuffle(inner, random);
    List<Integer> drawn = new ArrayList<>(inner.subList(0, most - 2));
    drawn.add(numbers.getFirst());
    drawn.add(numbers.getLast());
    return drawn;
  }

  private int[] sample() {
    int[] states = new int[newest.length];
    double kept = random.nextDouble();
    double torn = random.nextDouble() / 2;
    for (int i = 0; i < states.length; i++) {
      if (random.nextDouble() < torn) {
        states[i] = random.nextInt(newest[i] + 1);
      } else if (random.nextDouble() < kept) {
        states[i] = newest[i];
      }
    }
    return states;
  }
}
