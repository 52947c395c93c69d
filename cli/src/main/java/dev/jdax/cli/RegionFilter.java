// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;

import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
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

  List<DaxRegion> of(Machine machine) throws DaxException {
    return machine.regions().stream().filter(this::accepts).sorted(RegionSnapshot.ORDER).toList();
  }

  /** {@return what was given, for sentences} */
  @Override
  public String toString() {
    return "region " + region;
  }
}
