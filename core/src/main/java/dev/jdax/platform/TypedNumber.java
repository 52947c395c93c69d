// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a user types a number: decimal digits, hexadecimal digits after {@code 0x}, or decimal digits and a binary unit. A
 * sign and a fraction are refused. No number is octal: {@code 010} is ten.
 *
 * <p>Numbers that the kernel writes or reads ({@code /proc}, sysfs, {@code kstrtoull}) have other grammars, and are not
 * read here.
 *
 * @param noun what the number is, for sentences, such as {@code a size}
 * @param hasUnits whether a unit may follow decimal digits
 * @param bits the largest number is 2 to the power of this, less 1
 * @param tooLarge the end of the sentence that refuses a larger number
 * @param hint how such a number is written
 */
public record TypedNumber(String noun, boolean hasUnits, int bits, String tooLarge, String hint) {
  /** A number of bytes. */
  public static final TypedNumber SIZE = new TypedNumber("a size", true, 63,
      "larger than any memory: at most 2^63 - 1 bytes",
      "write digits and one of K, M, G, T, P, E, as in 256M, or hexadecimal digits after 0x, as in 0x10000000");
  /** A physical address. */
  public static final TypedNumber ADDRESS = new TypedNumber("an address", true, 63,
      "larger than any address: at most 2^63 - 1", "write one as in 0x100000000 or 4G");

  private static final String UNITS = "KMGTPE";
  private static final Pattern HEXADECIMAL = Pattern.compile("0[xX]([0-9a-fA-F]+)");
  private static final Pattern HEXADECIMAL_WITH_UNIT = Pattern.compile("0[xX][0-9a-fA-F]+\\s*[KMGTPEkmgtpe].*");
  private static final Pattern NEGATIVE = Pattern.compile("-\\d.*");
  private static final Pattern DECIMAL = Pattern.compile("(\\d+)\\s*(?:([KMGTPE])(?:i?B)?|B|bytes?)?",
      Pattern.CASE_INSENSITIVE);

  /**
   * {@return a number without a unit}
   *
   * @param noun what it is, such as {@code a cookie}
   * @param bits how many bits it has at most
   */
  public static TypedNumber withoutUnit(String noun, int bits) {
    return new TypedNumber(noun, false, bits, "too large for " + noun + ": at most 2^" + bits + " - 1",
        "write decimal digits, or hexadecimal digits after 0x");
  }

  /**
   * {@return the number that a text is}
   *
   * @param text the text; blanks around it do not count
   * @throws IllegalArgumentException if it is no such number, or has more bits; the message has the text and the reason
   */
  public long parse(String text) {
    String stripped = text.strip();
    Matcher hexadecimal = HEXADECIMAL.matcher(stripped);
    if (hexadecimal.matches()) {
      return bounded(text, new BigInteger(hexadecimal.group(1), 16));
    }
    Matcher decimal = DECIMAL.matcher(stripped);
    if (!decimal.matches() || !hasUnits && decimal.end(1) < stripped.length()) {
      throw new IllegalArgumentException("\"" + text + "\" is not " + noun + reason(stripped) + "; " + hint);
    }
    String unit = decimal.group(2);
    int shift = unit == null ? 0 : 10 * (UNITS.indexOf(unit.toUpperCase(Locale.ROOT)) + 1);
    return bounded(text, new BigInteger(decimal.group(1)).shiftLeft(shift));
  }

  private long bounded(String text, BigInteger number) {
    if (number.bitLength() > bits) {
      throw new IllegalArgumentException("\"" + text + "\" is " + tooLarge);
    }
    return number.longValue();
  }

  /** {@return the reason why a text is no number, or "" where the hint says enough} */
  private String reason(String text) {
    if (NEGATIVE.matcher(text).matches()) {
      return ", which is never negative";
    }
    return hasUnits && HEXADECIMAL_WITH_UNIT.matcher(text).matches() ? ": no unit follows hexadecimal digits" : "";
  }
}
