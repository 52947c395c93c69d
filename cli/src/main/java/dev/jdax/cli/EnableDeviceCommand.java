// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.Optional;
import java.util.concurrent.Callable;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code jdax enable-device}: devices that can be mapped. */
@Command(name = "enable-device", description = {
    "Binds devices to device_dax, so that programs can map them. One that is bound to it already stays so."})
final class EnableDeviceCommand implements Callable<Integer> {
  @ParentCommand
  private Jdax jdax;

  @Mixin
  private HelpOption help;

  @Mixin
  private DeviceOptions options;

  @Override
  public Integer call() {
    return options.run(jdax.machine(), DeviceOptions.Meant::isDevdax, this::enable);
  }

  private void enable(DaxDevice device, ChangeReport report) throws DaxException {
    boolean already = device.mode().equals(Optional.of(DaxMode.DEVDAX));
    if (!already) {
      device.enable();
    }
    report.changed((already ? "enabled already " : "enabled ") + device, device, jdax.machine());
  }
}
