// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;
import java.util.Optional;

/** What {@link NoSentenceHasAJavaList} has to find. */
final class TextsForProgrammers {
  private TextsForProgrammers() {
  }

  static String all(List<String> list, Optional<String> optional, double number, long fine) {
    String text = "found " + list + " and " + optional + ", " + fine;
    return number * 1e9 + " of " + list.stream().map(String::length).toList() + text;
  }
}
