// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalLong;

import dev.jdax.ByteSize;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.PageSize;

/** Regions and devices for people: a table of each kind, and that there are none is said too. */
final class DeviceListText {
  private final PrintWriter out;

  DeviceListText(PrintWriter out) {
    this.out = out;
  }

  void print(DeviceList list) {
    if (list.withRegions()) {
      printRegions(list.regions());
      if (!list.withDevices() || list.regions().isEmpty()) {
        return;
      }
      out.println();
    }
    printDevices(list.devices());
    if (list.withMappings() && !list.devices().isEmpty()) {
      out.println();
      printMappings(list.devices());
    }
  }

  private void printRegions(List<RegionSnapshot> regions) {
    if (regions.isEmpty()) {
      out.println("There is no such region.");
      return;
    }
    Table table = new Table().row("region", "size", "available", "align", "path", "made of");
    for (RegionSnapshot region : regions) {
      table.row(Integer.toString(region.id()), ByteSize.format(region.size()), inWords(region.available()),
          region.alignment().map(PageSize::toString).orElse(Look.NEEDS_ROOT), Printable.of(region.path()),
          region.nvdimm().map(Nvdimm::inWords).orElse(""));
    }
    table.print(out, "");
  }

  private static String inWords(OptionalLong available) {
    return available.isPresent() ? ByteSize.format(available.getAsLong()) : "static";
  }

  private void printDevices(List<DeviceSnapshot> devices) {
    if (devices.isEmpty()) {
      out.println("There is no such device; one of size 0 is shown with -i.");
      return;
    }
    Table table = new Table().row("device", "size", "align", "node", "mode", "made of");
    for (DeviceSnapshot device : devices) {
      table.row(device.name(), ByteSize.format(device.size()), device.alignment().toString(),
          device.targetNode().isPresent() ? Integer.toString(device.targetNode().getAsInt()) : "", mode(device),
          device.nvdimm().map(Nvdimm::inWords).orElse(""));
    }
    table.print(out, "");
  }

  /** {@return a device in one line, without its name} */
  static String inWords(DeviceSnapshot device) {
    return ByteSize.format(device.size()) + ", align " + device.alignment() + ", " + mode(device);
  }

  /** {@return what a device was for, and how much of its memory the kernel used} */
  private static String mode(DeviceSnapshot device) {
    if (device.driver().isEmpty()) {
      return "disabled";
    }
    String mode = device.mode().map(DaxMode::toString).orElse("driver " + device.driver().get());
    if (device.memoryNeedsRoot()) {
      return mode + ", memory blocks " + Look.NEEDS_ROOT;
    }
    return mode + device.memory().map(memory -> ", " + inWords(memory)).orElse("");
  }

  private static String inWords(DeviceSnapshot.Memory memory) {
    return memory.online() + " of " + memory.total() + " memory blocks online"
        + memory.movable().map(movable -> movable ? ", movable" : ", not movable").orElse("");
  }

  private void printMappings(List<DeviceSnapshot> devices) {
    Table table = new Table().row("device", "page offset", "start", "end", "size");
    for (DeviceSnapshot device : devices) {
      if (device.ranges().isEmpty()) {
        table.row(device.name(), Look.NEEDS_ROOT);
        continue;
      }
      for (DaxRange range : device.ranges().get()) {
        table.row(device.name(), ByteSize.hex(range.pageOffset()), ByteSize.hex(range.start()),
            ByteSize.hex(range.end()), ByteSize.format(range.length()));
      }
    }
    table.print(out, "");
  }
}
