// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.DaxAttribute;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.PageSize;
import dev.jdax.kernel.MemoryBlock;

/**
 * What a device was when it was looked at.
 *
 * @param name its name
 * @param size its size in bytes
 * @param alignment its alignment
 * @param targetNode the NUMA node of its memory, if that is known
 * @param driver the driver that it was bound to, if it was
 * @param ranges its ranges, or empty if only root may know them
 * @param memory its memory blocks; empty if it was not in mode system-ram, or if only root may know them
 * @param nvdimm the NVDIMM namespace that it is made of, if it is
 */
record DeviceSnapshot(String name, long size, PageSize alignment, OptionalInt targetNode, Optional<String> driver,
    Optional<List<DaxRange>> ranges, Optional<Memory> memory, Optional<Nvdimm> nvdimm) {

  /** By the numbers in their names. */
  static final Comparator<DaxDevice> ORDER = Comparator.<DaxDevice>comparingInt(device -> device.region().id())
      .thenComparing(DaxDevice::id);

  /**
   * Memory blocks: how many there were, how many of them online, and whether all of these could be taken offline again,
   * which is not known while none is online.
   */
  record Memory(int online, int total, Optional<Boolean> movable) {
  }

  /** {@return what a device is now} */
  static DeviceSnapshot of(DaxDevice device, Machine machine) throws DaxException {
    List<DaxAttribute> attributes = device.attributes();
    Optional<DaxMode> mode = device.mode();
    return new DeviceSnapshot(device.name(), device.size(), device.alignment(), node(attributes),
        device.driver(), Look.orNeedsRoot(device::ranges),
        mode.equals(Optional.of(DaxMode.SYSTEM_RAM))
            ? Look.orNeedsRoot(() -> memory(device, machine))
            : Optional.empty(),
        Nvdimm.of(device.region()));
  }

  private static OptionalInt node(List<DaxAttribute> attributes) throws DaxException {
    for (DaxAttribute attribute : attributes) {
      if (attribute.name().equals("target_node")) {
        int node = Integer.parseInt(attribute.show().strip());
        return node < 0 ? OptionalInt.empty() : OptionalInt.of(node);
      }
    }
    return OptionalInt.empty();
  }

  private static Memory memory(DaxDevice device, Machine machine) throws DaxException {
    int online = 0;
    boolean movable = true;
    List<MemoryBlock> blocks = machine.memoryBlocks(device).list();
    for (MemoryBlock block : blocks) {
      if (block.isOnline()) {
        online++;
        movable &= block.isMovable();
      }
    }
    return new Memory(online, blocks.size(), online == 0 ? Optional.empty() : Optional.of(movable));
  }

  /** {@return what it was bound for, if jdax knows the driver} */
  Optional<DaxMode> mode() {
    return driver.flatMap(DaxMode::ofDriver);
  }

  /** {@return whether it had memory blocks, and only root may know which} */
  boolean memoryNeedsRoot() {
    return mode().equals(Optional.of(DaxMode.SYSTEM_RAM)) && memory.isEmpty();
  }
}
