// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.jdax.ByteSize;
import dev.jdax.PageSize;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.NvdimmImage;

/**
 * A namespace that becomes something.
 *
 * @param offset where it begins in its region
 * @param view what it becomes; never {@link LinuxView#NONE}
 * @param size the size of its device
 * @param alignment the alignment of its device, 0 for a disk
 */
record ComesUp(long offset, LinuxView view, long size, long alignment) {
  /** What a guest says of it: files of sysfs with what stands in them, and links. */
  static final String SCRIPT = """
      cd /sys/bus/nd/devices
      cat ndbus0/wait_probe
      grep -s '' region*/resource namespace*/resource >/out/resources || true
      grep -s '' /sys/bus/dax/devices/*/size /sys/bus/dax/devices/*/align >/out/dax || true
      ls /sys/bus/dax/drivers/device_dax >/out/bound
      grep -s '' /sys/class/block/pmem*/size >/out/disks || true
      ls -l /sys/class/block >/out/links
      dmesg >/out/dmesg
      """;

  private static final Pattern DISK = Pattern
      .compile("(pmem(\\d+)(?:\\.(\\d+))?s?) -> .*/(namespace|pfn|btt)[^/]*/block");
  private static final int SECTOR = 512;

  /** What jdax says. */
  static List<ComesUp> of(NvdimmImage image) {
    return image.namespaces().stream().filter(namespace -> namespace.linux() != LinuxView.NONE)
        .map(namespace -> new ComesUp(namespace.offset(), namespace.linux(), namespace.size(),
            namespace.linux() == LinuxView.DEVDAX ? namespace.alignment().map(PageSize::bytes).orElse(0L) : 0))
        .sorted(Comparator.comparing(ComesUp::offset)).toList();
  }

  /** What there is in a guest that has run the script, by the addresses at which its regions begin. */
  static Map<Long, List<ComesUp>> in(Outcome guest) {
    Map<String, Long> addresses = new HashMap<>();
    guest.text("resources").lines()
        .forEach(line -> addresses.put(line.replaceAll("/.*", ""), Long.decode(line.replaceAll(".*:", ""))));
    Map<Long, List<ComesUp>> all = new TreeMap<>();
    addresses.forEach((name, address) -> {
      if (name.startsWith("region")) {
        all.put(address, new ArrayList<>());
      }
    });
    Map<String, Long> dax = values(guest.text("dax"));
    guest.text("bound").lines().filter(name -> name.startsWith("dax")).forEach(name -> {
      String number = name.substring("dax".length());
      long region = addresses.get("region" + number.replaceAll("\\..*", ""));
      all.get(region).add(new ComesUp(addresses.get("namespace" + number) - region, LinuxView.DEVDAX,
          dax.get(name + "/size"), dax.get(name + "/align")));
    });
    Map<String, Long> disks = values(guest.text("disks"));
    guest.text("links").lines().map(DISK::matcher).filter(Matcher::find).forEach(disk -> {
      long region = addresses.get("region" + disk.group(2));
      String namespace = disk.group(2) + "." + (disk.group(3) == null ? "0" : disk.group(3));
      LinuxView view = switch (disk.group(4)) {
        case "pfn" -> LinuxView.FSDAX;
        case "btt" -> LinuxView.SECTOR;
        default -> LinuxView.RAW;
      };
      all.get(region).add(new ComesUp(addresses.get("namespace" + namespace) - region, view,
          disks.get(disk.group(1) + "/size") * SECTOR, 0));
    });
    all.values().forEach(list -> list.sort(Comparator.comparing(ComesUp::offset)));
    return all;
  }

  /** Lines such as /sys/class/block/pmem0/size:32768, by the last two names of the file. */
  private static Map<String, Long> values(String lines) {
    Map<String, Long> values = new HashMap<>();
    lines.lines().forEach(line -> values.put(line.replaceAll(".*/([^/]+/[^/]+):.*", "$1"),
        Long.decode(line.replaceAll(".*:", ""))));
    return values;
  }

  /** Such as {@code devdax of 14 MiB at 0x1000000, aligned to 2 MiB}. */
  @Override
  public String toString() {
    return view + " of " + ByteSize.format(size) + " at " + ByteSize.hex(offset)
        + (alignment == 0 ? "" : ", aligned to " + ByteSize.format(alignment));
  }
}
