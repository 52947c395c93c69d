// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.Optional;
import java.util.concurrent.Callable;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.OnMapped;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code jdax destroy-device}: devices that are no more, and whose memory is available again. */
@Command(name = "destroy-device", description = {
    "Destroys devices of dynamic regions: their memory is available again. Device 0 of a region, which Linux never "
        + "deletes, is left with size 0."})
final class DestroyDeviceCommand implements Callable<Integer> {
  /** All that is to be done where the kernel uses the memory; if something of it fails, the device is as it was. */
  private static final Reconfiguration EMPTY = new Reconfiguration(Optional.of(0L), Optional.empty(), Optional.empty(),
      false, false, true);

  @ParentCommand
  private Jdax jdax;

  @Mixin
  private HelpOption help;

  @Mixin
  private DeviceOptions options;

  @Option(names = {"-f", "--force"}, description = {
      "Destroy also a device that is bound; memory of it that is online is taken offline first. One whose node is in "
          + "use, or whose memory the kernel does not let go of, is never destroyed."})
  private boolean force;

  @Override
  public Integer call() {
    return options.run(jdax.machine(), DeviceOptions.Meant::isDynamic, this::destroy);
  }

  private void destroy(DaxDevice device, ChangeReport report) throws DaxException {
    if (!force && device.driver().isPresent()) {
      throw DaxException.of(Errno.EBUSY, "destroy " + device, "it is bound to " + device.driver().get(),
          "disable it first, or force it with -f");
    }
    DeviceSnapshot before = DeviceSnapshot.of(device, jdax.machine());
    if (DeviceOptions.Meant.isSystemRam(device)) {
      EMPTY.applyTo(device, jdax.machine());
    }
    if (device.id() == 0) {
      device.resize(0, OnMapped.REVOKE);
      report.changed("emptied " + device + ", which Linux never deletes", device, jdax.machine());
    } else {
      device.destroy(OnMapped.REVOKE);
      report.destroyed(before);
    }
  }
}
