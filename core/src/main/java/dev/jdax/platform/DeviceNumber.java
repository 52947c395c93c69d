// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * The number of a device, or of the device that a file system lies on (makedev(3)).
 *
 * @param encoded major and minor number in one, as stat(2) has them
 */
public record DeviceNumber(long encoded) {
  /**
   * {@return a device number}
   *
   * @param text the number as sysfs writes it, such as {@code 252:0}
   * @throws NumberFormatException if the text has no two numbers
   */
  public static DeviceNumber of(String text) {
    String[] halves = text.split(":", 2);
    long major = Long.parseLong(halves[0]);
    long minor = Long.parseLong(halves.length < 2 ? "" : halves[1]);
    return new DeviceNumber(minor & 0xff | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32);
  }

  private long major() {
    return encoded >>> 8 & 0xfff | encoded >>> 32 & ~0xfffL;
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
