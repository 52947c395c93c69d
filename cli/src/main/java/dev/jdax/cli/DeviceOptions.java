// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRegion;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the verbs share that change devices: which devices, and how what became of each is told. */
final class DeviceOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "DEVICE", description = {
      "A device: dax0.1 or 0.1, its node or a link to it, the uuid or name of its NVDIMM namespace; or all: each "
          + "device that the verb can change."})
  private List<String> names;

  @Mixin
  private RegionFilter regionFilter;

  @Mixin
  private OutputOptions output;

  /** A change of one device. */
  @FunctionalInterface
  interface Change {
    void of(DaxDevice device, ChangeReport report) throws DaxException;
  }

  /** Whether a device is meant by {@code all}. */
  @FunctionalInterface
  interface Meant {
    boolean by(DaxDevice device) throws DaxException;

    /** Those that have a size. */
    static boolean isSized(DaxDevice device) throws DaxException {
      return device.size() > 0;
    }

    /** Those whose memory is the kernel's. */
    static boolean isSystemRam(DaxDevice device) throws DaxException {
      return device.mode().equals(Optional.of(DaxMode.SYSTEM_RAM));
    }

    /** Those that programs can map, or could if they were bound. */
    static boolean isDevdax(DaxDevice device) throws DaxException {
      return isSized(device) && !isSystemRam(device);
    }

    /** Those of dynamic regions. */
    static boolean isDynamic(DaxDevice device) throws DaxException {
      return device.region().isDynamic();
    }
  }

  /** Changes each device that was named, and goes on with the others where one cannot be. */
  int run(Machine machine, Meant meant, Change change) {
    ChangeReport report = new ChangeReport(spec.commandLine().getOut(), spec.commandLine().getErr(), output.json());
    Set<DaxDevice> devices = new LinkedHashSet<>();
    for (String name : names) {
      report.attempt(name, () -> devices.addAll(named(new DeviceName(name), machine, meant)));
    }
    for (DaxDevice device : devices) {
      report.attempt(device.name(), () -> change.of(device, report));
    }
    return report.finish("There is no device to " + spec.name().replaceAll("-.*", "") + ".");
  }

  private List<DaxDevice> named(DeviceName name, Machine machine, Meant meant) throws DaxException {
    if (!name.isAll()) {
      return List.of(regionFilter.require(name.in(machine)));
    }
    Set<DaxDevice> all = new LinkedHashSet<>();
    for (DaxRegion region : regionFilter.of(machine, "find devices")) {
      for (DaxDevice device : Look.unlessGone(region::devices).orElse(List.of())) {
        if (Look.unlessGone(() -> meant.by(device)).orElse(false)) {
          all.add(device);
        }
      }
    }
    return List.copyOf(all);
  }
}
