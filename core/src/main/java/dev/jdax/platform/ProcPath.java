// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path as {@code /proc} and {@code /sys} write it: bytes in no particular encoding.
 *
 * @param bytes the path, with a character from 0 to 255 for each byte, as a file that is read in ISO 8859-1 has it
 */
public record ProcPath(String bytes) {
  private static final Pattern ESCAPE = Pattern.compile("\\\\([0-7]{3})");

  /**
   * {@return a path from a table whose fields are divided by blanks, such as proc_pid_mountinfo(5): white space and
   * backslash are escaped there, by a backslash and three octal digits}
   *
   * @param escaped the path as the table has it, read in ISO 8859-1
   */
  public static ProcPath plain(String escaped) {
    return new ProcPath(ESCAPE.matcher(escaped)
        .replaceAll(found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 8)))));
  }

  /**
   * {@return the path of a file, as {@code /proc} writes it}
   *
   * @param path the path
   */
  public static ProcPath of(Path path) {
    return new ProcPath(new String(PathBytes.of(path), StandardCharsets.ISO_8859_1));
  }

  /** {@return whether it begins at the root of the file system, and is a path at all} */
  public boolean isAbsolute() {
    return bytes.startsWith("/") && bytes.indexOf(0) < 0;
  }

  /** {@return the path, which leads where the kernel means it to, whatever the locale; it is absolute} */
  public Path path() {
    return PathBytes.toPath(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** {@return it for people, who write paths in UTF-8; what is not UTF-8 is replaced} */
  @Override
  public String toString() {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
