// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.List;

import dev.jdax.DaxRange;
import dev.jdax.PageSize;

/**
 * What a device is, at the moment of asking.
 *
 * @param id its id in the region
 * @param alignment its alignment
 * @param bound whether a driver is bound, so that it can be mapped
 * @param ranges its ranges, in the order of their page offsets
 */
public record DeviceInfo(int id, PageSize alignment, boolean bound, List<DaxRange> ranges) {
  /**
   * {@return the sum of the ranges, in bytes}
   */
  public long size() {
    return ranges.isEmpty() ? 0 : ranges.getLast().offset() + ranges.getLast().length();
  }
}
