// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.concurrent.Callable;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.kernel.MemoryBlocks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code jdax offline-memory}: memory that the kernel no longer uses. */
@Command(name = "offline-memory", description = {
    "Takes the memory blocks of devices in mode system-ram out of use; what is in them is moved elsewhere. Blocks that "
        + "are offline stay so."})
final class OfflineMemoryCommand implements Callable<Integer> {
  @ParentCommand
  private Jdax jdax;

  @Mixin
  private HelpOption help;

  @Mixin
  private DeviceOptions options;

  @Override
  public Integer call() {
    return options.run(jdax.machine(), DeviceOptions.Meant::isSystemRam, this::change);
  }

  private void change(DaxDevice device, ChangeReport report) throws DaxException {
    MemoryBlocks blocks = jdax.machine().memoryBlocks(device);
    int changed = blocks.offline();
    report.changed((changed == 0 ? "offline already: the memory of " : "took offline the memory of ") + device, device,
        jdax.machine());
  }
}
