// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import dev.jdax.platform.TypedNumber;

/** How sizes are written and read: exactly, in the largest binary unit that divides them. */
public final class ByteSize {
  private static final String[] UNITS = {" bytes", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};

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
   * {@return the number of bytes that a text names}
   *
   * @param text decimal digits, with a binary unit or without ({@code 4096}, {@code 256M}, {@code 4 KiB}; {@code K},
   *     {@code KB} and {@code KiB} are the same, in capital or small letters), or hexadecimal digits after {@code 0x}, with
   *     no unit; 0 to 2^63 - 1 bytes
   * @throws IllegalArgumentException if the text is no such size, or too large for a {@code long}
   */
  public static long parse(String text) {
    return TypedNumber.SIZE.parse(text);
  }

  /**
   * {@return the address that a text names}
   *
   * @param text the address, written as a size is: {@code 0x100000000} or {@code 4G}
   * @throws IllegalArgumentException if the text is no such address, or too large for a {@code long}
   */
  public static long parseAddress(String text) {
    return TypedNumber.ADDRESS.parse(text);
  }

  /**
   * {@return the number of 64 bits that a text is}
   *
   * @param text decimal digits, or hexadecimal digits after {@code 0x}, without a sign and without a unit
   * @param noun what the number is, for the message of the exception, such as {@code a cookie}
   * @throws IllegalArgumentException if the text is no such number, or has more than 64 bits
   */
  public static long parseUnsigned(String text, String noun) {
    return TypedNumber.withoutUnit(noun, Long.SIZE).parse(text);
  }
}
