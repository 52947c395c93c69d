// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import picocli.CommandLine.Option;

/** The option that names regions: all that have the id, since ids are not unique, or the one at a path. */
final class RegionFilter {
  @Option(names = {"-r", "--region"}, paramLabel = "ID", //
      description = "Only regions of this id, or the one at this path, or all.")
  private String region;

  /** {@return whether regions were named} */
  boolean isGiven() {
    return region != null;
  }

  boolean accepts(DaxRegion candidate) {
    if (region == null || region.equals("all")) {
      return true;
    }
    String id = Integer.toString(candidate.id());
    return region.equals(id) || region.equals("region" + id) || region.equals(candidate.source().toString());
  }

  /**
   * {@return the regions that were named, of which there is at least one, or all, of which there may be none}
   *
   * @throws DaxException with ENXIO if a region was named that is not there
   */
  List<DaxRegion> of(Machine machine, String attempt) throws DaxException {
    List<DaxRegion> regions = machine.regions().stream().filter(this::accepts).sorted(RegionSnapshot.ORDER).toList();
    if (regions.isEmpty() && isGiven() && !region.equals("all")) {
      throw DaxException.of(Errno.ENXIO, attempt, "there is no " + this, "see those that there are with jdax list -R");
    }
    return regions;
  }

  /**
   * {@return a device, which is in a region that was named}
   *
   * @throws DaxException with ENXIO if it is in another
   */
  DaxDevice require(DaxDevice device) throws DaxException {
    if (!accepts(device.region())) {
      throw DaxException.of(Errno.ENXIO, "find " + device + " in " + this, "it is in " + device.region(),
          "leave -r away");
    }
    return device;
  }

  /** {@return what was given, for sentences} */
  @Override
  public String toString() {
    return "region " + region;
  }
}
