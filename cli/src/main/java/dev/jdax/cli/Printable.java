// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

/** Text from media, made fit for a terminal: a name in a label may hold what moves a cursor or turns text around. */
final class Printable {
  private Printable() {
  }

  /** {@return the text, with a question mark for each character that is not seen, or moves others} */
  static String of(String text) {
    StringBuilder printable = new StringBuilder();
    text.codePoints().map(point -> shown(point) ? point : '?').forEach(printable::appendCodePoint);
    return printable.toString();
  }

  /** {@return the text in quotation marks, or nothing if it is empty} */
  static String quoted(String text) {
    return text.isEmpty() ? "" : "\"" + of(text) + "\"";
  }

  private static boolean shown(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED ->
        false;
      default -> true;
    };
  }
}
