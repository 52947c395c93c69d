// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

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
        + "regions; with -r and -d, both.",
    "Exits with 1 if -d or -r names what is not there. A device of size 0 is only shown with -i."})
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
    Predicate<DeviceSnapshot> named = named();
    return new DeviceList(RegionSnapshot.of(regionFilter.of(jdax.machine(), "list devices"),
        named.and(this::isShown), jdax.machine()), withRegions, withDevices, mappings);
  }

  private boolean isShown(DeviceSnapshot candidate) {
    return idle || candidate.size() > 0;
  }

  private Predicate<DeviceSnapshot> named() throws DaxException {
    DeviceName name = new DeviceName(device == null ? DeviceName.ALL : device);
    if (name.isAll()) {
      return candidate -> true;
    }
    String wanted = regionFilter.require(name.in(jdax.machine())).name();
    return candidate -> candidate.name().equals(wanted);
  }
}
