// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.util.Locale;

/** A line of the table of figures, in Markdown. */
final class Row {
  static final String HEAD = """
      | figure | what | jdax | against | speed: median [95 %] of pairs | to reach |
      | --- | --- | --- | --- | --- | --- |""";

  private Row() {
  }

  /** {@return a line for what is compared, of which the texts name the unit} */
  static String compared(Class<?> figure, String what, String ours, String theirs, Ratio ratio) {
    return line(figure, what, ours, theirs, ratio.toString(), "");
  }

  /** {@return the same, with what the ratio has to reach} */
  static String compared(Class<?> figure, String what, String ours, String theirs, Ratio ratio, double target) {
    String verdict = ratio.reaches(target) ? ": met" : ": **not met**";
    return line(figure, what, ours, theirs, ratio.toString(), String.format(Locale.ROOT, "%.2f", target) + verdict);
  }

  /** {@return a line for what may take so many nanoseconds longer} */
  static String compared(Class<?> figure, String what, String ours, String theirs, Difference difference,
      double target) {
    String verdict = difference.isAtMost(target) ? ": met" : ": **not met**";
    return line(figure, what, ours, theirs, difference.toString(), String.format(Locale.ROOT, "at most %+.0f ns",
        target) + verdict);
  }

  /** {@return a line that says why there is no figure} */
  static String notMeasured(Class<?> figure, String what, Exception why) {
    return line(figure, what, "not measured: " + why.getMessage().replace("|", "\\|"), "", "", "");
  }

  private static String line(Class<?> figure, String... cells) {
    return "| `" + figure.getSimpleName() + "` | " + String.join(" | ", cells) + " |";
  }

  /** {@return a time in the unit in which it has one to three digits before the point} */
  static String time(double nanos) {
    String[] units = {"ns", "µs", "ms", "s"};
    int unit = 0;
    while (nanos >= 1000 && unit < units.length - 1) {
      nanos /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, nanos < 10 ? "%.2f %s" : nanos < 100 ? "%.1f %s" : "%.0f %s", nanos, units[unit]);
  }

  /** {@return how much was moved in a second} */
  static String rate(long bytes, double nanos) {
    return String.format(Locale.ROOT, "%.1f GB/s", bytes / nanos);
  }
}
