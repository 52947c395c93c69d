// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.concurrent.Callable;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.kernel.MemoryBlocks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code jdax online-memory}: memory that the kernel uses. */
@Command(name = "online-memory", description = {
    "Takes the memory blocks of devices in mode system-ram into use. Blocks that are online stay as they are."})
final class OnlineMemoryCommand implements Callable<Integer> {
  @ParentCommand
  private Jdax jdax;

  @Mixin
  private HelpOption help;

  @Mixin
  private DeviceOptions options;

  @Option(names = "--no-movable", description = {
      "Let the kernel put anything there, so that it may never come back; not only what can be moved away again."})
  private boolean noMovable;

  @Override
  public Integer call() {
    return options.run(jdax.machine(), DeviceOptions.Meant::isSystemRam, this::change);
  }

  private void change(DaxDevice device, ChangeReport report) throws DaxException {
    MemoryBlocks blocks = jdax.machine().memoryBlocks(device);
    int changed = blocks.online(noMovable ? MemoryBlocks.Zone.NORMAL : MemoryBlocks.Zone.MOVABLE);
    report.changed((changed == 0 ? "online already: the memory of " : "took online the memory of ") + device, device,
        jdax.machine());
  }
}
