// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import java.io.IOException;
import java.nio.file.Path;

import dev.jdax.DaxDevice;
import dev.jdax.DaxMode;
import dev.jdax.DaxRegion;
import dev.jdax.OnMapped;
import dev.jdax.kernel.Dax;
import dev.jdax.kernel.KernelRegion;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileLock;

/** The guest's soft-reserved memory, as a region to make devices of. */
final class Hmem {
  static final String DEVICE_DAX = "/sys/bus/dax/drivers/device_dax/";
  static final String KMEM = "/sys/bus/dax/drivers/kmem/";

  private Hmem() {
  }

  /** The region, with device 0 empty: Linux gives that all of it, and to kmem if it can. */
  static DaxRegion idle() throws IOException {
    DaxRegion region = region();
    DaxDevice first = region.devices().getFirst();
    if (first.size() > 0) {
      first.setMode(DaxMode.DEVDAX, OnMapped.REFUSE);
      first.disable();
      first.resize(0);
    }
    return region;
  }

  /** The region, whatever its devices are. */
  static DaxRegion region() throws IOException {
    for (DaxRegion region : Dax.regions()) {
      if (region.isDynamic()) {
        return region;
      }
    }
    throw new AssertionError("the guest has no soft-reserved memory: " + Dax.regions());
  }

  /**
   * Runs daxctl while no program of jdax reads or changes the layout: Linux can hang where two programs do so at once.
   */
  static Shell daxctl(String words) throws Exception {
    Path region = ((KernelRegion) region().source()).folder();
    try (Fd file = Fd.open(region.resolve("dax_region/create"), true)) {
      while (!FileLock.EXCLUSIVE.take(file)) {
        Thread.sleep(1);
      }
      return Shell.run("daxctl " + words);
    }
  }

  static String folder(DaxDevice device) {
    return "/sys/bus/dax/devices/" + device.name() + "/";
  }

  static String node(DaxDevice device) {
    return "/dev/" + device.name();
  }
}
