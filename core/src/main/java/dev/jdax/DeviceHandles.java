// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.jdax.spi.DeviceKey;

/**
 * The handles of one region's devices: one for each that was ever asked for, and of these the seed and the youngest, as
 * Linux's {@code struct dax_region} has them. Guarded by the region lock.
 */
final class DeviceHandles {
  private final DaxRegion region;
  private final Map<Integer, DaxDevice> byId = new HashMap<>();
  private DaxDevice seed;
  private DaxDevice youngest;

  DeviceHandles(DaxRegion region) {
    this.region = region;
  }

  /** {@return the one handle of a device; that of an earlier device of the same id is dead from now on} */
  DaxDevice of(DeviceKey key) throws DaxException {
    DaxDevice known = byId.get(key.id());
    if (known != null && !known.isDead() && known.key().equals(key)) {
      return known;
    }
    if (known != null) {
      bury(known);
    }
    DaxDevice device = new DaxDevice(region, key, region.bus().takeMinor());
    byId.put(key.id(), device);
    return device;
  }

  /** {@return the device that was made empty and is to be bound, or null} */
  DaxDevice seed() {
    return seed;
  }

  /** {@return the device that was made last, or null if that is gone} */
  DaxDevice youngest() {
    return youngest;
  }

  /** A device was made, and bound. */
  void made(DaxDevice device) {
    youngest = device;
  }

  /** A device was made, and waits for its size: it is the seed, if there is no other. */
  void madeEmpty(DaxDevice device) {
    youngest = device;
    if (seed == null) {
      seed = device;
    }
  }

  /** A device was bound: it is the seed no longer. */
  void bound(DaxDevice device) {
    if (seed == device) {
      seed = null;
    }
  }

  /** A device is no more; its name may be given again. */
  void forget(DaxDevice device) {
    bury(device);
    byId.remove(device.id(), device);
  }

  /** {@return the devices there were: no device is any more; those that were forgotten before are not among them} */
  List<DaxDevice> forgetAll() {
    List<DaxDevice> all = List.copyOf(byId.values());
    all.forEach(this::bury);
    byId.clear();
    return all;
  }

  private void bury(DaxDevice device) {
    if (device.die()) { // its number is given back once: later it may be that of another device
      region.bus().giveMinor(device.minor());
    }
    if (seed == device) {
      seed = null;
    }
    if (youngest == device) {
      youngest = null;
    }
  }
}
