// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.jdax.platform.DeviceNumber;
import dev.jdax.platform.ProcPath;
import dev.jdax.platform.WholeFile;

/**
 * The processes that use a file without a lock on it, as far as they can be seen: QEMU maps an image, and a device is
 * dangerous to unbind while a process has its node open.
 *
 * @param users them, each by number and command
 * @param unseen those of which it may not be read, each by number and command
 */
public record FileUsers(List<String> users, List<String> unseen) {
  /** In the ninth field of /proc/PID/stat: a thread of the kernel, which maps no files. */
  private static final long KERNEL_THREAD = 0x200000;
  // fcntl.h
  private static final long O_WRONLY = 1;
  private static final long O_RDWR = 2;
  /** What /proc/PID/ns/pid leads to outside of all containers: PROC_PID_INIT_INO in include/linux/proc_ns.h. */
  private static final String OUTERMOST = "pid:[4026531836]";

  /** Which descriptors of a process count as a use; a mapping always does. */
  enum Descriptors {
    /** None. */
    NONE,
    /** Those through which the process may write. */
    WRITABLE,
    /** Those that have a lock of the file; of these, no mapping counts. */
    LOCKING,
    /** All. */
    ALL
  }

  /**
   * {@return the processes that have a device open or mapped, through whatever node; in a container, those outside of it
   * are unseen}
   *
   * @param proc where the processes are shown: {@code /proc}, or a folder that a test has made
   * @param number the device's number as sysfs writes it, such as {@code 252:0}
   * @throws IOException if {@code proc} cannot be read
   */
  public static FileUsers ofDevice(Path proc, String number) throws IOException {
    FileUsers found = of(proc, Sought.ofDevice(number), Descriptors.ALL, Set.of());
    if (!isOutermost(proc)) {
      found.unseen.add("all outside of this container");
    }
    return found;
  }

  /** {@return whether the processes that are shown are all that the kernel has; if it has such namespaces at all} */
  private static boolean isOutermost(Path proc) {
    try {
      return Files.readSymbolicLink(proc.resolve("self/ns/pid")).toString().equals(OUTERMOST);
    } catch (IOException e) {
      return true;
    }
  }

  /**
   * {@return the processes that use a file}
   *
   * @param proc where the processes are shown
   * @param file the file
   * @param counting which descriptors count as a use
   * @param own descriptors that do not count
   * @throws IOException if the file is not there, or {@code proc} cannot be read
   */
  static FileUsers of(Path proc, Path file, Descriptors counting, Set<Path> own) throws IOException {
    return of(proc, Sought.of(file), counting, own);
  }

  /**
   * {@return who has locked a file, but for a descriptor of this process, for the end of a sentence that says that the
   * file is locked, as far as {@code /proc} shows it}
   *
   * <p>The kernel itself does not say it: a lock belongs to an opening, which several processes may have.
   *
   * @param descriptor the number of a descriptor of the file
   */
  public static String lockHolders(int descriptor) {
    Path own = Path.of("/proc").resolve(ProcessHandle.current().pid() + "/fd/" + descriptor);
    List<String> holders;
    try {
      holders = of(Path.of("/proc"), own, Descriptors.LOCKING, Set.of(own)).users;
    } catch (IOException e) {
      holders = List.of();
    }
    return holders.isEmpty()
        ? ", by a process that /proc does not show here: one of another user or another container"
        : ", by process " + String.join(", ", holders);
  }

  private static FileUsers of(Path proc, Sought sought, Descriptors counting, Set<Path> own) throws IOException {
    FileUsers found = new FileUsers(new ArrayList<>(), new ArrayList<>());
    boolean all = false;
    if (Files.isDirectory(proc)) {
      try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
        for (Path process : processes) {
          all |= process.endsWith("1");
          found.look(process, sought, counting, own);
        }
      }
    }
    if (!all) {
      found.unseen.add("all that " + proc + " hides");
    }
    return found;
  }

  /**
   * {@return the first few of those that are unseen, and how many more there are}
   */
  public String unseenInWords() {
    return FirstFew.of(unseen);
  }

  private void look(Path process, Sought sought, Descriptors counting, Set<Path> own) {
    try {
      if (counting != Descriptors.LOCKING && sought.isMappedBy(process)
          || counting != Descriptors.NONE && sought.isOpenIn(process, counting, own)) {
        users.add(describe(process));
      }
    } catch (AccessDeniedException e) {
      if (!isKernelThread(process)) {
        unseen.add(describe(process));
      }
    } catch (IOException | UncheckedIOException | DirectoryIteratorException e) {
      // The process has ended, or what it uses cannot be seen.
      if (Files.exists(process.resolve("stat"))) {
        unseen.add(describe(process));
      }
    }
  }

  /** The file as {@code /proc} shows it, read in ISO 8859-1; a device that is sought by its number alone has no path. */
  private record Sought(String path, long device, long inode, long deviceNumber) {
    static Sought of(Path file) throws IOException {
      Map<String, Object> status = Files.readAttributes(file, "unix:dev,ino,rdev");
      return new Sought(pathOf(file), (long) status.get("dev"), (long) status.get("ino"), (long) status.get("rdev"));
    }

    /** {@return the path as {@code /proc} shows it; "" of a file that has no name, such as a memfd} */
    private static String pathOf(Path file) throws IOException {
      try {
        return ProcPath.of(file.toRealPath()).bytes().replace("\n", "\\012");
      } catch (NoSuchFileException e) {
        return "";
      }
    }

    /** A device, whatever its nodes are called. */
    static Sought ofDevice(String number) {
      return new Sought("", -1, -1, DeviceNumber.of(number).encoded());
    }

    boolean isMappedBy(Path process) throws IOException {
      return WholeFile.lines(process.resolve("maps"), StandardCharsets.ISO_8859_1).stream()
          .anyMatch(line -> isIn(line) || deviceNumber != 0 && isBehind(process, line));
    }

    /** A device that is mapped through another node shows neither the inode nor the path of this one. */
    private boolean isBehind(Path process, String line) {
      String[] fields = line.split(" +", 6);
      if (fields.length < 6 || !fields[1].endsWith("s") || fields[4].equals("0")) {
        return false;
      }
      try {
        return isBehind(process.resolve("map_files").resolve(fields[0].replaceAll("\\b0+(?=.)", "")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * {@code start-end permissions offset device inode path}. The path counts as well, since some file systems show
     * another device there than to stat(2).
     */
    private boolean isIn(String line) {
      String[] fields = line.split(" +", 6);
      return fields.length == 6 && !path.isEmpty()
          && (fields[3].equals(new DeviceNumber(device).inHex()) && fields[4].equals(Long.toString(inode))
              || fields[5].equals(path));
    }

    boolean isOpenIn(Path process, Descriptors counting, Set<Path> own) throws IOException {
      try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
        for (Path descriptor : descriptors) {
          if (!own.contains(descriptor) && isBehind(descriptor)
              && counts(process, descriptor, counting)) {
            return true;
          }
        }
      }
      return false;
    }

    private static boolean counts(Path process, Path descriptor, Descriptors counting) throws IOException {
      if (counting == Descriptors.ALL) {
        return true;
      }
      Path info = process.resolve("fdinfo").resolve(descriptor.getFileName().toString());
      try {
        return WholeFile.lines(info, StandardCharsets.ISO_8859_1).stream()
            .anyMatch(counting == Descriptors.LOCKING ? Sought::isLock : Sought::isWritable);
      } catch (NoSuchFileException e) {
        return false; // closed since it was listed
      }
    }

    /** {@return what the line {@code flags:}, in octal, says of O_WRONLY and O_RDWR} */
    private static boolean isWritable(String line) {
      return line.startsWith("flags:")
          && (Long.parseLong(line.substring("flags:".length()).strip(), 8) & (O_WRONLY | O_RDWR)) != 0;
    }

    /** {@return whether a line is of a lock that keeps others from a range: of an opening, or of a process} */
    private static boolean isLock(String line) {
      return line.startsWith("lock:") && (line.contains(" OFDLCK ") || line.contains(" POSIX "));
    }

    /** A device may have several nodes, and is known by its number; another file by its inode. */
    private boolean isBehind(Path link) throws IOException {
      try {
        Map<String, Object> status = Files.readAttributes(link, "unix:dev,ino,rdev");
        return deviceNumber != 0
            ? status.get("rdev").equals(deviceNumber)
            : status.get("dev").equals(device) && status.get("ino").equals(inode);
      } catch (NoSuchFileException e) {
        return false; // closed or unmapped since it was listed
      }
    }
  }

  private static boolean isKernelThread(Path process) {
    try {
      String stat = WholeFile.text(process.resolve("stat"), StandardCharsets.ISO_8859_1);
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
      command = WholeFile.text(process.resolve("comm"), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      command = "unknown";
    }
    return process.getFileName() + " (" + command + ")";
  }
}
