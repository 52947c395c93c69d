// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How sizes are written and read: exactly, in the largest binary unit that divides them. */
public final class ByteSize {
  private static final String[] UNITS = {" bytes", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
  private static final String LETTERS = "KMGTPE";
  private static final Pattern WRITTEN = Pattern.compile("(\\d+)\\s*(?:([KMGTPE])(?:i?B)?|B|bytes?)?",
      Pattern.CASE_INSENSITIVE);

  private ByteSize() {
  }

  /**
   * {@return a size in words, such as {@code 64 MiB} or {@code 4097 bytes}; nothing is rounded}
   *
   * @param bytes the size in bytes
   */
  public static String format(long bytes) {
    int unit = bytes == 0 ? 0 : Math.min(Long.numberOfTrailingZeros(bytes) / 10, UNITS.length - 1);
    return bytes == 1 ? "1 byte" : (bytes >> 10 * unit) + UNITS[unit];
  }

  /**
   * {@return an address or offset as sysfs shows it, such as {@code 0x200000}}
   *
   * @param address the number, taken as unsigned
   */
  public static String hex(long address) {
    return "0x" + Long.toHexString(address);
  }

  /**
   * {@return the number of bytes that a text names: digits, and a binary unit such as {@code K}, {@code MiB} or {@code
   * G}}
   *
   * @param text the text, such as {@code 256M}
   * @throws IllegalArgumentException if the text is no such size, or too large for a {@code long}
   */
  public static long parse(String text) {
    Matcher matcher = WRITTEN.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a size; write digits and one of K, M, G, T, P, E, as in 256M");
    }
    String letter = matcher.group(2);
    int shift = letter == null ? 0 : 10 * (LETTERS.indexOf(letter.toUpperCase(Locale.ROOT)) + 1);
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IllegalArgumentException("\"" + text + "\" is larger than any memory: at most 2^63 - 1 bytes", e);
    }
  }
}
