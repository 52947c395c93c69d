// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.Optional;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.Errno;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import dev.jdax.kernel.MemoryBlock;
import dev.jdax.kernel.MemoryBlocks;
import dev.jdax.kernel.MemoryBlocks.Zone;
import dev.jdax.spi.Unwind;

/**
 * What a device is to become; all of it, or it stays as it was, except that memory may stay offline that the kernel
 * does not bring online.
 *
 * @param size its new size
 * @param alignment its new alignment
 * @param mode its new mode
 * @param online whether its memory is to come online, in mode system-ram
 * @param movable whether only what can be moved is to be put there
 * @param force whether it may be unbound, and its memory taken offline, on the way
 */
record Reconfiguration(Optional<Long> size, Optional<PageSize> alignment, Optional<DaxMode> mode, boolean online,
    boolean movable, boolean force) {

  void applyTo(DaxDevice device, Machine machine) throws DaxException {
    Optional<DaxMode> before = device.mode();
    boolean toSystemRam = mode.equals(Optional.of(DaxMode.SYSTEM_RAM));
    if (toSystemRam && !before.equals(mode)) {
      requirePolicy(device, machine.autoOnlinePolicy());
    }
    boolean layout = size.isPresent() || alignment.isPresent();
    boolean unbinds = layout && device.region().isDynamic(); // of others the change is refused
    if (unbinds) {
      requireUnbound(device);
    }
    try (Unwind unwind = new Unwind()) {
      Optional<Zone> wasOnline = Optional.empty();
      if (before.equals(Optional.of(DaxMode.SYSTEM_RAM)) && (unbinds || mode.isPresent() && !toSystemRam)) {
        wasOnline = takeOffline(device, machine, unwind);
      }
      if (unbinds) {
        unbind(device, before, unwind);
      }
      if (layout) {
        changeLayout(device, unwind);
      }
      Optional<DaxMode> after = size.equals(Optional.of(0L)) ? Optional.empty() : mode.or(() -> before);
      if (after.isPresent()) {
        device.setMode(after.get(), force ? OnMapped.REVOKE : OnMapped.REFUSE);
      }
      unwind.keep();
      Optional<Zone> zone = mode.isPresent() ? zone() : wasOnline;
      if (after.equals(Optional.of(DaxMode.SYSTEM_RAM)) && zone.isPresent()) {
        machine.memoryBlocks(device).online(zone.get());
      }
    }
  }

  private Optional<Zone> zone() {
    return online ? Optional.of(movable ? Zone.MOVABLE : Zone.NORMAL) : Optional.empty();
  }

  /** Refuses where the kernel would bring the memory online otherwise than asked, as daxctl does. */
  private void requirePolicy(DaxDevice device, String policy) throws DaxException {
    boolean asAsked = !policy.startsWith("online")
        || online && (movable ? policy.equals("online_movable") : !policy.equals("online_movable"));
    if (!asAsked && !force) {
      throw DaxException.of(Errno.EBUSY, "set the mode of " + device + " to " + DaxMode.SYSTEM_RAM,
          "the kernel's policy is to bring new memory online by itself, and it was asked for "
              + (online ? movable ? "movable" : "not movable" : "offline")
              + ": /sys/devices/system/memory/auto_online_blocks is " + policy,
          "write offline to it, or take what comes with -f");
    }
  }

  private void requireUnbound(DaxDevice device) throws DaxException {
    Optional<String> driver = device.driver();
    if (driver.isPresent() && !force) {
      throw DaxException.of(Errno.EBUSY, "reconfigure " + device, "it is bound to " + driver.get(),
          "disable it first, or force it with -f");
    }
  }

  /** {@return the zone that its memory was online in, if any was; what cannot be forced is the driver's to refuse} */
  private Optional<Zone> takeOffline(DaxDevice device, Machine machine, Unwind unwind) throws DaxException {
    MemoryBlocks blocks = machine.memoryBlocks(device);
    boolean anyOnline = false;
    boolean anyUnmovable = false;
    for (MemoryBlock block : blocks.list()) {
      if (block.isOnline()) {
        anyOnline = true;
        anyUnmovable |= !block.isMovable();
      }
    }
    if (!anyOnline || !force) {
      return Optional.empty();
    }
    Zone zone = anyUnmovable ? Zone.NORMAL : Zone.MOVABLE;
    unwind.onFailureIfOurs(() -> machine.memoryBlocks(device).online(zone));
    blocks.offline();
    return Optional.of(zone);
  }

  private static void unbind(DaxDevice device, Optional<DaxMode> before, Unwind unwind) throws DaxException {
    if (device.driver().isEmpty()) {
      return;
    }
    before.ifPresent(mode -> unwind.onFailureIfOurs(() -> device.setMode(mode, OnMapped.REFUSE)));
    device.setMode(DaxMode.DEVDAX, OnMapped.REVOKE); // of which alone it can be disabled
    device.disable(OnMapped.REVOKE);
  }

  /** A smaller alignment allows more sizes, so it comes first; a larger one may need the new size. */
  private void changeLayout(DaxDevice device, Unwind unwind) throws DaxException {
    PageSize alignmentBefore = device.alignment();
    long sizeBefore = device.size();
    boolean alignmentFirst = alignment.isPresent() && alignment.get().compareTo(alignmentBefore) < 0;
    if (alignmentFirst) {
      device.setAlignment(alignment.get());
      unwind.onFailureIfOurs(() -> device.setAlignment(alignmentBefore));
    }
    if (size.isPresent()) {
      device.resize(size.get());
      unwind.onFailureIfOurs(() -> device.resize(sizeBefore));
    }
    if (alignment.isPresent() && !alignmentFirst) {
      device.setAlignment(alignment.get());
      unwind.onFailureIfOurs(() -> device.setAlignment(alignmentBefore));
    }
  }
}
