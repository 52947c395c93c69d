// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One thing that is done to two regions, as a line of text: a verb and words.
 *
 * <p>Words that are no plain ones stand in quotes, with Java's escapes.
 */
record Step(Verb verb, List<String> words) {
  /** What can be done: the first by the API, then by the texts of sysfs. */
  enum Verb {
    /** Nothing, or a size, or a size and an alignment. */
    CREATE,
    /** A device, a size, and perhaps force. */
    RESIZE,
    /** A device, a page size. */
    ALIGN,
    /** A device. */
    ENABLE,
    /** A device, and perhaps force. */
    DISABLE,
    /** A device, and perhaps force. */
    DESTROY,
    /** A name. */
    DELETE,
    /** A device, an offset, a length. */
    MAP,
    /** The number of an open mapping. */
    UNMAP,
    /** An attribute, a text. */
    STORE,
    /** An attribute. */
    SHOW,
    /** A name, for the file of the driver. */
    BIND,
    /** A name, for the file of the driver. */
    UNBIND
  }

  private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");

  Step {
    words = List.copyOf(words);
  }

  static Step of(Verb verb, Object... words) {
    List<String> texts = new ArrayList<>();
    for (Object word : words) {
      texts.add(word.toString());
    }
    return new Step(verb, texts);
  }

  static Step parse(String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(line);
    while (matcher.find()) {
      words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1).translateEscapes());
    }
    return new Step(Verb.valueOf(words.removeFirst().toUpperCase(Locale.ROOT)), words);
  }

  String word(int index) {
    return words.get(index);
  }

  boolean force() {
    return !words.isEmpty() && words.getLast().equals("force");
  }

  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(verb.name().toLowerCase(Locale.ROOT));
    words.forEach(word -> line.append(' ').append(word.matches("[\\w./]+") ? word : quoted(word)));
    return line.toString();
  }

  private static String quoted(String word) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : word.toCharArray()) {
      switch (c) {
        case '\n' -> quoted.append("\\n");
        case '"', '\\' -> quoted.append('\\').append(c);
        default -> {
          if (c < ' ') {
            quoted.append(String.format("\\%03o", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
