// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number of a device, or of the device that a file system lies on (makedev(3)).
 *
 * @param encoded major and minor number in one, as stat(2) has them
 */
public record DeviceNumber(long encoded) {
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,10}):([0-9]{1,10})");
  private static final long LARGEST = 0xffff_ffffL;

  /**
   * {@return a device number}
   *
   * @param text the number as sysfs writes it, such as {@code 252:0}
   * @throws NumberFormatException if the text is not two decimal numbers
   * @throws IllegalArgumentException if one of them has more than 32 bits
   */
  public static DeviceNumber of(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new NumberFormatException("\"" + text + "\" is not the number of a device, such as 252:0");
    }
    return of(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }

  /**
   * {@return a device number}
   *
   * @param major the number of the driver, 0 to 2^32 - 1; Linux has 12 bits for it
   * @param minor the number that the driver has given, 0 to 2^32 - 1; Linux has 20 bits for it
   * @throws IllegalArgumentException if a number has more bits
   */
  public static DeviceNumber of(long major, long minor) {
    if (major < 0 || major > LARGEST || minor < 0 || minor > LARGEST) {
      throw new IllegalArgumentException("device " + major + ":" + minor + ": both numbers are of 32 bits");
    }
    return new DeviceNumber(minor & 0xff | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32);
  }

  private long major() {
    return encoded >>> 8 & 0xfff | encoded >>> 32 & 0xfffff000L;
  }

  private long minor() {
    return encoded & 0xff | encoded >>> 12 & 0xffffff00L;
  }

  /** {@return the number as {@code /proc/PID/maps} writes it, in hexadecimal, such as {@code fc:00}} */
  public String inHex() {
    return String.format("%02x:%02x", major(), minor());
  }

  /** {@return the number as sysfs and mountinfo write it, such as {@code 252:0}} */
  @Override
  public String toString() {
    return major() + ":" + minor();
  }
}
