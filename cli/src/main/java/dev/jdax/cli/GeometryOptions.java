// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import dev.jdax.PageSize;
import dev.jdax.pmem.MapLocation;
import picocli.CommandLine.Option;

/** What the verbs share that lay out a namespace: its alignment, and where its memory map goes. */
final class GeometryOptions {
  @Option(names = {"-a", "--align"}, converter = Sizes.Page.class, paramLabel = Sizes.PAGES, //
      description = "The alignment of the device. Default: 2M.")
  private PageSize alignment = PageSize.SIZE_2M;

  @Option(names = {"-M", "--map"}, converter = Sizes.Map.class, paramLabel = "mem|dev", //
      description = "Where the memory map goes: the machine's RAM, or the namespace itself. Default: dev.")
  private MapLocation map = MapLocation.DEVICE;

  PageSize alignment() {
    return alignment;
  }

  MapLocation map() {
    return map;
  }
}
