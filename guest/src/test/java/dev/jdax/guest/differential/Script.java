// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Steps that are done to one region after another, all in one way: a paragraph of the file of regressions.
 *
 * @param way how
 * @param region the number of the region
 * @param steps the steps
 */
public record Script(Way way, int region, List<Step> steps) {
  /** How steps are done. */
  enum Way {
    /** By calls of the API, on both regions. */
    CALLS,
    /** By texts: of the attributes of ours, and of the files of Linux, below all checks of jdax. */
    TEXTS
  }

  /** Makes it, of a copy. */
  public Script {
    steps = List.copyOf(steps);
  }

  Script of(List<Step> others) {
    return new Script(way, region, others);
  }

  /**
   * {@return what once went wrong, from the file beside this class}
   *
   * @throws IOException if it cannot be read
   */
  public static List<Script> regressions() throws IOException {
    try (InputStream file = Script.class.getResourceAsStream("regressions.txt")) {
      return parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** {@return the paragraphs of a text; lines that begin with # are comments} */
  static List<Script> parse(String text) {
    List<Script> scripts = new ArrayList<>();
    for (String paragraph : text.split("\n\\s*\n")) {
      List<String> lines = paragraph.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).toList();
      if (!lines.isEmpty()) {
        String[] words = lines.getFirst().split(" ");
        scripts.add(new Script(Way.valueOf(words[0].toUpperCase(Locale.ROOT)), Integer.parseInt(words[2]),
            lines.stream().skip(1).map(Step::parse).toList()));
      }
    }
    return scripts;
  }

  /** {@return the first line of a script} */
  static String head(Way way, int region) {
    return way.name().toLowerCase(Locale.ROOT) + " region " + region;
  }

  @Override
  public String toString() {
    return head(way, region) + "\n" + steps.stream().map(Step::toString).collect(Collectors.joining("\n"));
  }
}
