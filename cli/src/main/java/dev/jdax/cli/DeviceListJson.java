// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;

/** Regions or devices for programs: schema 1, and always an array, {@code regions} or {@code devices}. */
final class DeviceListJson {
  private DeviceListJson() {
  }

  private record Document(int schema, List<RegionJson> regions, List<DeviceJson> devices) {
  }

  static String of(DeviceList list) {
    return Json.of(list.withRegions()
        ? new Document(Json.SCHEMA, list.regions().stream()
            .map(region -> RegionJson.of(region, list.withDevices(), list.withMappings())).toList(), null)
        : new Document(Json.SCHEMA, null,
            list.devices().stream().map(device -> DeviceJson.of(device, list.withMappings())).toList()));
  }
}
