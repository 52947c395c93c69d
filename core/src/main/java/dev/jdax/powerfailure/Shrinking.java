// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Makes a cut that breaks a check simple: as little lost as can be; and then, where that is lost, as little kept as can
 * be. What is found breaks the check, too, each time it was tried.
 */
final class Shrinking {
  /** How often the check is run at most. */
  private static final int MOST = 4000;

  private final List<Line> lines;
  /** Gives what the check said; null if it passed. */
  private final Function<int[], Throwable> tried;
  private int runs;
  private Throwable said;

  Shrinking(List<Line> lines, Function<int[], Throwable> tried) {
    this.lines = lines;
    this.tried = tried;
  }

  /**
   * What was found.
   *
   * @param lost what has to be lost, while all else is kept
   * @param kept what has to be kept, while all else is lost
   * @param said what the check said
   */
  record Found(List<Word> lost, List<Word> kept, Throwable said) {
  }

  /** Makes a cut simple of which the check said something. */
  Found from(int[] states, Throwable firstSaid) {
    said = firstSaid;
    mindTime(firstSaid);
    int[] fewestLost = towards(states, true);
    List<Word> lost = new ArrayList<>();
    for (int i = 0; i < fewestLost.length; i++) {
      lost.addAll(lines.get(i).lost(fewestLost[i]));
    }
    Throwable saidOfTheLost = said;
    int[] fewestKept = towards(fewestLost, false);
    List<Word> kept = new ArrayList<>();
    for (int i = 0; i < fewestKept.length; i++) {
      kept.addAll(lines.get(i).kept(fewestKept[i]));
    }
    return new Found(lost, kept, saidOfTheLost);
  }

  /** A cut of which the check does not end is good enough: each further one may take as long. */
  private void mindTime(Throwable answer) {
    if (answer instanceof CheckLimit.Overtime) {
      runs = MOST;
    }
  }

  private boolean breaks(int[] states) {
    if (runs++ >= MOST) {
      return false;
    }
    Throwable answer = tried.apply(states);
    if (answer != null) {
      said = answer;
      mindTime(answer);
    }
    return answer != null;
  }

  /** {@return a cut in which as few words as can be differ from the newest, or from the durable ones} */
  private int[] towards(int[] from, boolean newest) {
    int[] best = from.clone();
    int count = lines.size();
    for (int length = count; length > 1; length = (length + 1) / 2) {
      best = blocksTowards(best, length, newest);
    }
    int[] before;
    do {
      before = best;
      best = blocksTowards(best, 1, newest);
    } while (best != before);
    for (int i = 0; i < count; i++) {
      best = lineTowards(best, i, goal(i, newest));
    }
    return best;
  }

  /** {@return the same array if nothing could be made better} */
  private int[] blocksTowards(int[] states, int length, boolean newest) {
    int[] best = states;
    for (int start = 0; start < states.length; start += length) {
      int[] next = best.clone();
      for (int i = start; i < Math.min(start + length, next.length); i++) {
        next[i] = goal(i, newest);
      }
      if (!Arrays.equals(next, best) && breaks(next)) {
        best = next;
      }
    }
    return best;
  }

  private int goal(int i, boolean newest) {
    return newest ? lines.get(i).newestState() : 0;
  }

  private int[] lineTowards(int[] states, int i, int goal) {
    Line line = lines.get(i);
    int distance = line.distance(states[i], goal);
    List<Integer> nearer = IntStream.range(0, line.states()).boxed()
        .filter(state -> state != goal && line.distance(state, goal) < distance)
        .sorted(Comparator.comparingInt(state -> line.distance(state, goal))).toList();
    for (int state : nearer) {
      int[] next = states.clone();
      next[i] = state;
      if (breaks(next)) {
        return next;
      }
    }
    return states;
  }
}
