// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Paths as {@code /proc} writes them in tables whose fields are divided by blanks, such as proc_pid_mountinfo(5). */
public final class ProcPath {
  private static final Pattern ESCAPE = Pattern.compile("\\\\([0-7]{3})");

  private ProcPath() {
  }

  /**
   * {@return a path without the escapes of white space and backslash, which are a backslash and three octal digits}
   *
   * @param escaped the path as the table has it
   */
  public static String plain(String escaped) {
    return ESCAPE.matcher(escaped)
        .replaceAll(found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 8))));
  }
}
