// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;

/**
 * What a region was when it was looked at.
 *
 * @param id its id, which others may have too
 * @param path its folder in sysfs, as daxctl shows it
 * @param size its size in bytes
 * @param available what no device has, in bytes; empty for a static region
 * @param alignment the alignment that a new device gets, or empty if only root may know it
 * @param nvdimm the NVDIMM namespace that it is made of, if it is
 * @param devices its devices, by id
 */
record RegionSnapshot(int id, String path, long size, OptionalLong available, Optional<PageSize> alignment,
    Optional<Nvdimm> nvdimm, List<DeviceSnapshot> devices) {

  /** By id, and those of the same id by path. */
  static final Comparator<DaxRegion> ORDER = Comparator.comparingInt(DaxRegion::id)
      .thenComparing(region -> region.source().toString());

  /** {@return what those regions are now that are still there, each with such of its devices} */
  static List<RegionSnapshot> of(List<DaxRegion> regions, Predicate<DeviceSnapshot> devices, Machine machine)
      throws DaxException {
    List<RegionSnapshot> found = new ArrayList<>();
    for (DaxRegion region : regions.stream().sorted(ORDER).toList()) {
      Look.unlessGone(() -> of(region, devices, machine)).ifPresent(found::add);
    }
    return found;
  }

  private static RegionSnapshot of(DaxRegion region, Predicate<DeviceSnapshot> wanted, Machine machine)
      throws DaxException {
    List<DeviceSnapshot> devices = new ArrayList<>();
    for (DaxDevice device : region.devices()) {
      Look.unlessGone(() -> DeviceSnapshot.of(device, machine)).filter(wanted).ifPresent(devices::add);
    }
    return new RegionSnapshot(region.id(), region.source().toString(), region.size(),
        region.isDynamic() ? OptionalLong.of(region.availableSize()) : OptionalLong.empty(),
        Look.orNeedsRoot(region::alignment), Nvdimm.of(region), devices);
  }
}
