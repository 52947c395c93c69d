// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.concurrent.Callable;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code jdax disable-device}: devices that nobody can map, and that can be resized. */
@Command(name = "disable-device", description = {
    "Unbinds devices from device_dax, so that they can be resized. Refused while a process has the node open, or when "
        + "that cannot be seen. One that is not bound stays so."})
final class DisableDeviceCommand implements Callable<Integer> {
  @ParentCommand
  private Jdax jdax;

  @Mixin
  private HelpOption help;

  @Mixin
  private DeviceOptions options;

  @Override
  public Integer call() {
    return options.run(jdax.machine(), DeviceOptions.Meant::isDevdax, this::disable);
  }

  private void disable(DaxDevice device, ChangeReport report) throws DaxException {
    boolean already = device.driver().isEmpty();
    if (!already) {
      device.disable();
    }
    report.changed((already ? "disabled already " : "disabled ") + device, device, jdax.machine());
  }
}
