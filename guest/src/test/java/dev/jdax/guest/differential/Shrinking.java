// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes steps fewer that show a difference: leaves out runs of them, ever shorter, as long as one is shown. */
final class Shrinking {
  /** Performs steps from the beginning. */
  @FunctionalInterface
  interface Attempt {
    /** {@return whether there is a difference still} */
    boolean differs(List<Step> steps) throws IOException;
  }

  private Shrinking() {
  }

  /** {@return as few of the steps as could be found in this time} */
  static List<Step> shrink(List<Step> steps, Duration time, Attempt attempt) throws IOException {
    long deadline = System.nanoTime() + time.toNanos();
    List<Step> fewest = steps;
    int run = Math.max(steps.size() / 2, 1);
    while (run > 0) {
      int before = fewest.size();
      for (int from = before - run; from >= 0 && System.nanoTime() < deadline; from -= run) {
        List<Step> fewer = new ArrayList<>(fewest);
        fewer.subList(from, Math.min(from + run, fewer.size())).clear();
        if (attempt.differs(fewer)) {
          fewest = fewer;
        }
      }
      // What one step needs may go once that step has gone.
      run = run == 1 && fewest.size() < before ? 1 : run / 2;
    }
    return fewest;
  }
}
