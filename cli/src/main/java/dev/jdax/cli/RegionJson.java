// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;

import dev.jdax.PageSize;

/**
 * A region for programs, keys as daxctl names them, sizes in bytes; what there is none of is left out, as {@code
 * available_size} of a static region. Not daxctl's are {@code nvdimm} and {@code needs_root}, as in {@link DeviceJson}.
 */
record RegionJson(String path, int id, long size, Long available_size, Long align, List<DeviceJson> devices,
    Nvdimm nvdimm, List<String> needs_root) {

  static RegionJson of(RegionSnapshot region, boolean withDevices, boolean withMappings) {
    return new RegionJson(region.path(), region.id(), region.size(),
        region.available().isPresent() ? region.available().getAsLong() : null,
        region.alignment().map(PageSize::bytes).orElse(null),
        withDevices
            ? region.devices().stream().map(device -> DeviceJson.of(device, withMappings)).toList()
            : null,
        region.nvdimm().orElse(null), region.alignment().isPresent() ? null : List.of("align"));
  }
}
