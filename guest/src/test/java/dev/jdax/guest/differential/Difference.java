// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import java.util.stream.Collectors;

/**
 * What a step has made different.
 *
 * @param script the steps up to that one, with it
 * @param ours what it gave on our side
 * @param others what it gave on the other
 * @param ourState what our side has become
 * @param otherState what the other has become
 */
record Difference(Script script, String ours, String others, String ourState, String otherState) {
  @Override
  public String toString() {
    String last = script.steps().isEmpty() ? "the beginning" : script.steps().getLast().toString();
    return "step " + script.steps().size() + ", " + last + "\nours:   " + ours + "\n" + marked(ourState, otherState)
        + "others: " + others + "\n" + marked(otherState, ourState);
  }

  /** The lines, those marked that the other does not have. */
  private static String marked(String state, String other) {
    return state.lines().map(line -> (other.lines().anyMatch(line::equals) ? "    " : "  * ") + line + "\n")
        .collect(Collectors.joining());
  }
}
