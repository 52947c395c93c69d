// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code jdax list}: the regions and devices that Linux has. */
@Command(name = "list", description = {
    "Lists the dax regions and devices that Linux has, by their numbers. Without -R and -D: devices; with -r alone, "
        + "regions; with -r and -d, both."})
final class ListCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @ParentCommand
  private Jdax jdax;

  @Mixin
  private HelpOption help;

  @Mixin
  private RegionFilter regionFilter;

  @Option(names = {"-d", "--dev"}, paramLabel = "NAME", //
      description = "Only the device of this name or node, or all.")
  private String device;

  @Option(names = {"-R", "--regions"}, description = "List regions; with -D their devices in them.")
  private boolean regions;

  @Option(names = {"-D", "--devices"}, description = "List devices.")
  private boolean devices;

  @Option(names = {"-M", "--mappings"}, description = "List the ranges of the devices, too; needs root.")
  private boolean mappings;

  @Option(names = {"-i", "--idle"}, description = "List also devices of size 0.")
  private boolean idle;

  @Mixin
  private OutputOptions output;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    DeviceList list = list();
    if (output.json()) {
      out.println(DeviceListJson.of(list));
    } else {
      new DeviceListText(out).print(list);
    }
    out.flush();
    return 0;
  }

  private DeviceList list() throws DaxException {
    boolean chosen = regions || devices;
    boolean withRegions = chosen ? regions : regionFilter.isGiven();
    boolean withDevices = chosen ? devices : !withRegions || device != null;
    return new DeviceList(RegionSnapshot.of(regionFilter.of(jdax.machine()), named().and(this::isShown),
        jdax.machine()), withRegions, withDevices, mappings);
  }

  private boolean isShown(DeviceSnapshot candidate) {
    return idle || candidate.size() > 0;
  }

  private Predicate<DeviceSnapshot> named() throws DaxException {
    if (device == null || device.equals("all")) {
      return candidate -> true;
    }
    Optional<String> name = new DeviceName(device).findIn(jdax.machine()).map(DaxDevice::name);
    return candidate -> name.equals(Optional.of(candidate.name()));
  }
}
