// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.platform.Fd;
import dev.jdax.platform.FileStatus;
import dev.jdax.platform.Mount;
import dev.jdax.platform.ProcPath;
import dev.jdax.platform.SystemCallException;
import dev.jdax.platform.WholeFile;

/**
 * What the kernel itself uses a file or a block device for: a mount, swap, a loop device over it, another device over
 * it. No process has such a file open where {@code /proc} would show it.
 *
 * <p>Mounts are those of this mount namespace. A partition and its disk count as one device.
 *
 * @param proc where {@code /proc} is
 * @param sys where {@code /sys} is
 */
record KernelUses(Path proc, Path sys) {
  /** The machine's own. */
  static final KernelUses OF_THIS_MACHINE = new KernelUses(Path.of("/proc"), Path.of("/sys"));

  /** {@return the uses, each as the end of a sentence that begins with the file; as far as they can be seen} */
  List<String> of(FileStatus file) {
    List<String> numbers = file.isBlockDevice() ? related(file.majorAndMinor()) : List.of();
    List<String> uses = new ArrayList<>();
    for (Mount mount : Mount.of(lines(proc.resolve("self/mountinfo")))) {
      if (numbers.contains(mount.device()) || leadsTo(mount.source(), file, numbers)) {
        uses.add("is mounted at " + mount.point());
      }
    }
    for (String line : lines(proc.resolve("swaps"))) {
      if (leadsTo(ProcPath.plain(line.split("[ \t]", 2)[0]), file, numbers)) {
        uses.add("is swap");
      }
    }
    for (Path device : entries(sys.resolve("block"))) {
      // The path as it is, and a line feed; nothing is escaped.
      if (leadsTo(new ProcPath(text(device.resolve("loop/backing_file")).replaceFirst("\n\\z", "")), file, numbers)) {
        uses.add("lies under /dev/" + device.getFileName());
      }
    }
    for (String number : numbers) {
      for (Path holder : entries(sys.resolve("dev/block").resolve(number).resolve("holders"))) {
        uses.add("is held by /dev/" + holder.getFileName());
      }
    }
    return uses;
  }

  /** {@return the numbers of a block device, of its partitions, and of the disk that it is a partition of} */
  private List<String> related(String number) {
    Path folder = sys.resolve("dev/block").resolve(number);
    List<String> numbers = new ArrayList<>(List.of(number));
    for (Path entry : entries(folder)) {
      if (Files.exists(entry.resolve("partition"))) {
        numbers.addAll(lines(entry.resolve("dev")));
      }
    }
    if (Files.exists(folder.resolve("partition"))) {
      try {
        numbers.addAll(lines(folder.toRealPath().resolveSibling("dev")));
      } catch (IOException e) {
        // It has gone; so has what lay over it.
      }
    }
    return numbers;
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

  /** {@return the lines of a file, none if it cannot be read} */
  private static List<String> lines(Path file) {
    String text = text(file);
    return text.isEmpty() ? List.of() : List.of(text.split("\n"));
  }

  /** {@return what is in a file, with a character for each byte; nothing if it cannot be read} */
  private static String text(Path file) {
    try {
      return WholeFile.text(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  private static List<Path> entries(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
      found.forEach(entries::add);
    } catch (IOException | DirectoryIteratorException e) {
      // Not there, or gone.
    }
    return entries;
  }
}
