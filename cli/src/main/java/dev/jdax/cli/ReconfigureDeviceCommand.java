// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.Optional;
import java.util.concurrent.Callable;

import dev.jdax.DaxMode;
import dev.jdax.PageSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code jdax reconfigure-device}: devices of another size, alignment or mode. */
@Command(name = "reconfigure-device", description = {
    "Gives devices another size, alignment or mode, in that order where several are given; what fails leaves the "
        + "device as it was.",
    "Size and alignment can be changed of a device that is not bound. With -f one that is bound is unbound first, and "
        + "bound again afterwards."})
final class ReconfigureDeviceCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @ParentCommand
  private Jdax jdax;

  @Mixin
  private HelpOption help;

  @Mixin
  private DeviceOptions options;

  @Option(names = {"-s", "--size"}, converter = Sizes.Bytes.class, paramLabel = "SIZE", //
      description = "The new size, such as 256M; 0 for an empty device.")
  private Long size;

  @Option(names = {"-a", "--align"}, converter = Sizes.Page.class, paramLabel = Sizes.PAGES, //
      description = "The new alignment.")
  private PageSize alignment;

  @Option(names = {"-m", "--mode"}, converter = Sizes.DeviceMode.class, paramLabel = "devdax|system-ram", //
      description = "Whether programs map it, or its memory is the kernel's.")
  private DaxMode mode;

  @Option(names = {"-N", "--no-online"}, description = "With -m system-ram: leave its memory offline.")
  private boolean noOnline;

  @Option(names = "--no-movable", description = {
      "With -m system-ram: let the kernel put anything there, so that it may never come back; not only what can be "
          + "moved away again."})
  private boolean noMovable;

  @Option(names = {"-f", "--force"}, description = {
      "Unbind a device that is bound, and take its memory offline, where that has to be; and give memory to the kernel "
          + "though it may come online otherwise than asked. One whose node is in use is never unbound."})
  private boolean force;

  @Override
  public Integer call() {
    requireSense();
    Reconfiguration wanted = new Reconfiguration(Optional.ofNullable(size), Optional.ofNullable(alignment),
        Optional.ofNullable(mode), !noOnline, !noMovable, force);
    return options.run(jdax.machine(), DeviceOptions.Meant::isSized, (device, report) -> {
      wanted.applyTo(device, jdax.machine());
      report.changed("reconfigured " + device, device, jdax.machine());
    });
  }

  private void requireSense() {
    if (size == null && alignment == null && mode == null) {
      throw new ParameterException(spec.commandLine(), "nothing to change; give --size, --align or --mode");
    }
    if ((noOnline || noMovable) && mode != DaxMode.SYSTEM_RAM) {
      throw new ParameterException(spec.commandLine(),
          (noOnline ? "--no-online" : "--no-movable") + " goes with --mode system-ram");
    }
    if (mode != null && size != null && size == 0) {
      throw new ParameterException(spec.commandLine(), "--size 0 leaves nothing that could have --mode " + mode);
    }
  }
}
