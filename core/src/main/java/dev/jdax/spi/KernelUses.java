// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.platform.Fd;
import dev.jdax.platform.FileStatus;
import dev.jdax.platform.Machine;
import dev.jdax.platform.Mount;
import dev.jdax.platform.ProcPath;
import dev.jdax.platform.SystemCallException;

/**
 * What the kernel itself uses a file or a block device for: a mount, swap, a loop device over it, another device over
 * it. No process has such a file open where {@code /proc} would show it.
 *
 * <p>Mounts are those of this mount namespace. A partition and its disk count as one device.
 *
 * @param machine what {@code /proc} and {@code /sys} are read of
 */
record KernelUses(Machine machine) {
  /** The machine's own. */
  static final KernelUses OF_THIS_MACHINE = new KernelUses(Machine.THIS);
  private static final String NUMBERS = "sys/dev/block/";

  /** {@return the uses, each as the end of a sentence that begins with the file; as far as they can be seen} */
  List<String> of(FileStatus file) {
    List<String> numbers = file.isBlockDevice() ? related(file.majorAndMinor()) : List.of();
    List<String> uses = new ArrayList<>();
    for (Mount mount : machine.mounts()) {
      if (numbers.contains(mount.device()) || leadsTo(mount.source(), file, numbers)) {
        uses.add("is mounted at " + mount.point());
      }
    }
    for (String line : machine.linesWithPaths("proc/swaps")) {
      if (leadsTo(ProcPath.plain(line.split("[ \t]", 2)[0]), file, numbers)) {
        uses.add("is swap");
      }
    }
    for (String device : machine.names("sys/block")) {
      if (leadsTo(machine.path("sys/block/" + device + "/loop/backing_file"), file, numbers)) {
        uses.add("lies under /dev/" + device);
      }
    }
    for (String number : numbers) {
      for (String holder : machine.names(NUMBERS + number + "/holders")) {
        uses.add("is held by /dev/" + holder);
      }
    }
    return uses;
  }

  /** {@return the numbers of a block device, of its partitions, and of the disk that it is a partition of} */
  private List<String> related(String number) {
    String folder = NUMBERS + number + "/";
    List<String> numbers = new ArrayList<>(List.of(number));
    for (String entry : machine.names(folder)) {
      if (isPartition(folder + entry)) {
        numbers.addAll(machine.lines(folder + entry + "/dev"));
      }
    }
    if (isPartition(folder)) {
      numbers.addAll(machine.lines(folder + "../dev")); // the folder is a link, to one in that of the disk
    }
    return numbers;
  }

  private boolean isPartition(String folder) {
    return Files.exists(machine.root().resolve(folder).resolve("partition"));
  }

  private static boolean leadsTo(ProcPath path, FileStatus file, List<String> numbers) {
    if (!path.isAbsolute()) {
      return false;
    }
    try {
      FileStatus found = Fd.statusOf(path.path());
      return found.isBlockDevice() ? numbers.contains(found.majorAndMinor()) : found.id().equals(file.id());
    } catch (SystemCallException e) {
      return false; // deleted, or a path of another container
    }
  }
}
