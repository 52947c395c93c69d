// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;

/**
 * What {@code jdax list} shows.
 *
 * @param regions the regions, by id, with those of their devices that were asked for
 * @param withRegions whether the regions are to be shown; if not, their devices are
 * @param withDevices whether the regions' devices are to be shown with them
 * @param withMappings whether the devices' ranges are to be shown
 */
record DeviceList(List<RegionSnapshot> regions, boolean withRegions, boolean withDevices, boolean withMappings) {
  /** {@return the devices of all regions} */
  List<DeviceSnapshot> devices() {
    return regions.stream().flatMap(region -> region.devices().stream()).toList();
  }
}
