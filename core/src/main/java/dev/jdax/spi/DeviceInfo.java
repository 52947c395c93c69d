// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.List;
import java.util.Optional;

import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.PageSize;

/**
 * What a device is, at the moment of asking.
 *
 * @param key which device it is
 * @param alignment its alignment
 * @param driver the driver that it is bound to, as Linux names it, if it is bound
 * @param size its size in bytes
 * @param ranges its ranges, in the order of their page offsets, or empty where they may not be read
 */
public record DeviceInfo(DeviceKey key, PageSize alignment, Optional<String> driver, long size,
    Optional<List<DaxRange>> ranges) {
  /**
   * {@return a device whose ranges are known}
   *
   * @param key which device it is
   * @param alignment its alignment
   * @param bound whether it is bound, so that it can be mapped
   * @param ranges its ranges, in the order of their page offsets
   */
  public static DeviceInfo of(DeviceKey key, PageSize alignment, boolean bound, List<DaxRange> ranges) {
    long size = ranges.isEmpty() ? 0 : ranges.getLast().offset() + ranges.getLast().length();
    Optional<String> driver = bound ? Optional.of(DaxMode.DEVDAX.driver()) : Optional.empty();
    return new DeviceInfo(key, alignment, driver, size, Optional.of(ranges));
  }

  /**
   * {@return whether a driver is bound, whichever}
   */
  public boolean bound() {
    return driver.isPresent();
  }

  /**
   * {@return what the driver makes of it, or empty if none is bound, or one that jdax does not know}
   */
  public Optional<DaxMode> mode() {
    return driver.flatMap(DaxMode::ofDriver);
  }
}
