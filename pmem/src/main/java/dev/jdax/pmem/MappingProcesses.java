// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The processes that have a file mapped, as far as they can be seen: QEMU maps an image and takes no lock on it.
 *
 * @param users them, each by number and command
 * @param unseen those whose mappings may not be read, each by number and command
 */
record MappingProcesses(List<String> users, List<String> unseen) {
  /** In the ninth field of /proc/PID/stat: a thread of the kernel, which maps no files. */
  private static final long KERNEL_THREAD = 0x200000;

  static MappingProcesses of(Path file) throws IOException {
    return of(Path.of("/proc"), file);
  }

  static MappingProcesses of(Path proc, Path file) throws IOException {
    String path = file.toRealPath().toString().replace("\n", "\\012");
    String device = device((long) Files.getAttribute(file, "unix:dev"));
    String inode = Long.toString((long) Files.getAttribute(file, "unix:ino"));
    MappingProcesses found = new MappingProcesses(new ArrayList<>(), new ArrayList<>());
    boolean all = false;
    if (Files.isDirectory(proc)) {
      try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
        for (Path process : processes) {
          all |= process.endsWith("1");
          found.look(process, device, inode, path);
        }
      }
    }
    if (!all) {
      found.unseen.add("all that " + proc + " hides");
    }
    return found;
  }

  private void look(Path process, String device, String inode, String path) {
    try (Stream<String> lines = Files.lines(process.resolve("maps"), StandardCharsets.ISO_8859_1)) {
      if (lines.anyMatch(line -> isOf(line, device, inode, path))) {
        users.add(describe(process));
      }
    } catch (AccessDeniedException e) {
      if (!isKernelThread(process)) {
        unseen.add(describe(process));
      }
    } catch (IOException | UncheckedIOException e) {
      // It has ended meanwhile, or else nobody knows.
      if (Files.exists(process.resolve("stat"))) {
        unseen.add(describe(process));
      }
    }
  }

  /**
   * {@code start-end permissions offset device inode path}. The path counts as well, since some file systems show
   * another device there than to stat(2).
   */
  private static boolean isOf(String line, String device, String inode, String path) {
    String[] fields = line.split(" +", 6);
    return fields.length == 6
        && (fields[3].equals(device) && fields[4].equals(inode) || decoded(fields[5]).equals(path));
  }

  private static String decoded(String path) {
    return new String(path.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** {@return a device number as maps shows it, from one as stat(2) has it} */
  static String device(long number) {
    long major = number >> 8 & 0xfff | number >> 32 & ~0xfffL;
    long minor = number & 0xff | number >> 12 & 0xfff00L;
    return String.format("%02x:%02x", major, minor);
  }

  private static boolean isKernelThread(Path process) {
    try {
      String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
      // The command is in parentheses, and may have any characters in it.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return (Long.parseLong(fields[6]) & KERNEL_THREAD) != 0;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static String describe(Path process) {
    String command;
    try {
      command = Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      command = "unknown";
    }
    return process.getFileName() + " (" + command + ")";
  }
}
