// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.ArrayList;
import java.util.List;

import dev.jdax.DaxMode;
import dev.jdax.DaxRange;

/**
 * A device for programs, keys as daxctl names them, sizes in bytes; what there is none of is left out.
 *
 * <p>{@code mode} is that of a device that is not bound, too, as with daxctl; {@code state} says so. {@code movable} is
 * said as soon as one block is online. Not daxctl's are {@code driver}, {@code nvdimm}, and {@code needs_root}: the
 * keys that are left out because only root may know.
 */
record DeviceJson(String chardev, long size, Integer target_node, long align, String mode, Integer online_memblocks,
    Integer total_memblocks, Boolean movable, String state, List<Mapping> mappings, String driver, Nvdimm nvdimm,
    List<String> needs_root) {

  /** A range, first and last address, where it is in the device in pages of 4 KiB, and its size in bytes. */
  record Mapping(long page_offset, long start, long end, long size) {
    Mapping(DaxRange range) {
      this(range.pageOffset(), range.start(), range.end(), range.length());
    }
  }

  static DeviceJson of(DeviceSnapshot device, boolean withMappings) {
    return of(device, withMappings, device.driver().isEmpty() ? "disabled" : null);
  }

  /** {@return a device as it was before it was destroyed} */
  static DeviceJson destroyed(DeviceSnapshot before) {
    return of(before, true, "destroyed");
  }

  private static DeviceJson of(DeviceSnapshot device, boolean withMappings, String state) {
    List<String> needsRoot = new ArrayList<>();
    if (device.memoryNeedsRoot()) {
      needsRoot.addAll(List.of("online_memblocks", "total_memblocks", "movable"));
    }
    if (withMappings && device.ranges().isEmpty()) {
      needsRoot.add("mappings");
    }
    DaxMode mode = device.driver().isEmpty() ? DaxMode.DEVDAX : device.mode().orElse(null);
    DeviceSnapshot.Memory memory = device.memory().orElse(null);
    return new DeviceJson(device.name(), device.size(),
        device.targetNode().isPresent() ? device.targetNode().getAsInt() : null, device.alignment().bytes(),
        mode == null ? null : mode.toString(), memory == null ? null : (Integer) memory.online(),
        memory == null ? null : (Integer) memory.total(), memory == null ? null : memory.movable().orElse(null), state,
        withMappings ? device.ranges().map(ranges -> ranges.stream().map(Mapping::new).toList()).orElse(null) : null,
        device.driver().orElse(null), device.nvdimm().orElse(null), needsRoot.isEmpty() ? null : needsRoot);
  }
}
