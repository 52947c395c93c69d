// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import java.io.IOException;

import dev.jdax.DaxDevice;
import dev.jdax.DaxMode;
import dev.jdax.DaxRegion;
import dev.jdax.Removal;
import dev.jdax.kernel.Dax;

/** The guest's soft-reserved memory, as a region to make devices of. */
final class Hmem {
  static final String DEVICE_DAX = "/sys/bus/dax/drivers/device_dax/";
  static final String KMEM = "/sys/bus/dax/drivers/kmem/";

  private Hmem() {
  }

  /** The region, with device 0 empty: Linux gives that all of it, and to kmem if it can. */
  static DaxRegion idle() throws IOException {
    for (DaxRegion region : Dax.regions()) {
      if (region.isDynamic()) {
        DaxDevice first = region.devices().getFirst();
        if (first.size() > 0) {
          first.setMode(DaxMode.DEVDAX, Removal.IF_IDLE);
          first.disable();
          first.resize(0);
        }
        return region;
      }
    }
    throw new AssertionError("the guest has no soft-reserved memory: " + Dax.regions());
  }

  static String folder(DaxDevice device) {
    return "/sys/bus/dax/devices/" + device.name() + "/";
  }

  static String node(DaxDevice device) {
    return "/dev/" + device.name();
  }
}
