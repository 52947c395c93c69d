// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.Optional;

/** What a bound device is for; Linux has a driver for each, and daxctl a word. */
public enum DaxMode {
  /** It is mapped by programs that open it. */
  DEVDAX("devdax", "device_dax"),
  /** Its memory is the kernel's, to be given to any program, on a NUMA node of its own. */
  SYSTEM_RAM("system-ram", "kmem");

  private final String word;
  private final String driver;

  DaxMode(String word, String driver) {
    this.word = word;
    this.driver = driver;
  }

  /**
   * {@return the name of the driver, in {@code /sys/bus/dax/drivers}}
   */
  public String driver() {
    return driver;
  }

  /**
   * {@return the mode of a driver, or empty if it is another driver}
   *
   * @param driver the name of the driver
   */
  public static Optional<DaxMode> ofDriver(String driver) {
    for (DaxMode mode : values()) {
      if (mode.driver.equals(driver)) {
        return Optional.of(mode);
      }
    }
    return Optional.empty();
  }

  /**
   * {@return daxctl's word for it: {@code devdax} or {@code system-ram}}
   */
  @Override
  public String toString() {
    return word;
  }
}
