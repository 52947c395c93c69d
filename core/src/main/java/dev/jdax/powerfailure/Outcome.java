// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.util.List;

/**
 * What was looked at when nothing broke the check.
 *
 * @param seed the seed of what was drawn
 * @param points how many points the program had, its end included
 * @param cuts how many cuts were checked
 * @param sampledPoints at how many points there were too many cuts to check all, so that some were drawn
 * @param notes what is worth a look, in the order of its points
 */
public record Outcome(long seed, int points, long cuts, int sampledPoints, List<Note> notes) {
  /** Copies the list. */
  public Outcome {
    notes = List.copyOf(notes);
  }
}
