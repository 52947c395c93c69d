// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRange;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.OnMapped;
import dev.jdax.kernel.Dax;
import dev.jdax.kernel.KernelRegion;

/**
 * The dynamic regions of the Linux that a test runs on. Device 0, which cannot be deleted, takes what a test is not to
 * have, and stands before it.
 */
final class LinuxRegion {
  private LinuxRegion() {
  }

  /** Adds the first dynamic region that is not on the bus, empty but for so much that device 0 leaves. */
  static DaxRegion withAvailable(DaxBus bus, long available) throws DaxException {
    List<String> used = bus.regions().stream().map(DaxRegion::toString).toList();
    for (Path folder : dynamicRegions()) {
      KernelRegion source = new KernelRegion(folder);
      if (used.stream().noneMatch(name -> name.endsWith(": " + source + ")"))) {
        DaxRegion region = bus.add(source);
        reset(region);
        region.devices().getFirst().resize(region.size() - available);
        return region;
      }
    }
    throw new AssertionError("all dynamic regions of this machine are on the bus: " + used);
  }

  /** Where the first device behind device 0 begins. */
  static long firstAvailable(DaxRegion region) throws DaxException {
    DaxRange taken = region.devices().getFirst().ranges().getLast();
    return taken.start() + taken.length();
  }

  /** Destroys what can be destroyed, and empties device 0. */
  static void reset(DaxRegion region) throws DaxException {
    for (DaxDevice device : region.devices().reversed()) {
      if (device.id() != 0) {
        device.destroy(OnMapped.REVOKE);
      } else {
        if (device.state() == DeviceState.BOUND) {
          device.disable(OnMapped.REVOKE);
        }
        device.resize(0);
        device.setAlignment(region.alignment());
      }
    }
  }

  static void resetAll() throws DaxException {
    for (DaxRegion region : Dax.regions()) {
      if (region.isDynamic()) {
        reset(region);
      }
    }
  }

  /** Their folders in sysfs; the larger ones first. */
  private static List<Path> dynamicRegions() throws DaxException {
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> devices = Files.newDirectoryStream(Path.of("/sys/bus/dax/devices"), "*.0")) {
      for (Path device : devices) {
        Path folder = device.toRealPath().getParent();
        if (Files.exists(folder.resolve("dax_region/available_size"))) {
          folders.add(folder);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    folders.sort((a, b) -> Long.compare(size(b), size(a)));
    return folders;
  }

  private static long size(Path folder) {
    try {
      return Long.parseLong(Files.readString(folder.resolve("dax_region/size")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return a kind of memory with the series of this kernel behind it, such as {@code linux-hmem-6.1}} */
  static String nameOnThisKernel(String kind) {
    Matcher release = Pattern.compile("(\\d+\\.\\d+)\\..*").matcher(System.getProperty("os.version"));
    return kind + "-" + (release.matches() ? release.group(1) : System.getProperty("os.version"));
  }
}
