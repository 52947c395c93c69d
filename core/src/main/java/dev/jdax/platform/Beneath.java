// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a part of a block device is at the same time: a part of the node that the kernel itself keeps for the device, of
 * the disk that a partition is on, of the file that lies under a loop device. The kernel locks nodes and files, and not
 * devices: to exclude a claim that comes another way, all of them are locked.
 *
 * <p>What may not be opened is left out, and so are disks under device-mapper and RAID, which the kernel holds itself.
 */
public final class Beneath implements AutoCloseable {
  private static final String NUMBERS = "sys/dev/block/";
  private static final int SECTOR = 512;

  private final List<Layer> layers = new ArrayList<>();

  /**
   * A part of a file.
   *
   * @param file the file, which stays open until {@link Beneath#close}
   * @param range the part
   */
  public record Layer(Fd file, FileLock.Range range) {
  }

  private Beneath() {
  }

  /**
   * Finds what lies beneath a part of a file. It is empty for all but block devices.
   *
   * @param file the file
   * @param part the part
   * @return what lies beneath, opened
   * @throws SystemCallException if fstat(2) or lseek(2) fails
   */
  public static Beneath of(Fd file, FileLock.Range part) throws SystemCallException {
    Beneath found = new Beneath();
    FileStatus status = file.status();
    if (!status.isBlockDevice()) {
      return found;
    }
    try {
      FileLock.Range bounded = part.equals(FileLock.Range.ALL) ? new FileLock.Range(0, file.end()) : part;
      found.addDevice(status.majorAndMinor(), bounded, status.id());
      return found;
    } catch (SystemCallException | RuntimeException | Error e) {
      found.close();
      throw e;
    }
  }

  /** {@return what lies beneath, the nearest first} */
  public List<Layer> layers() {
    return layers;
  }

  /** Adds a device, unless it was reached through the kernel's own node, and what is beneath it. */
  private void addDevice(String number, FileLock.Range part, FileId reached) throws SystemCallException {
    Optional<Fd> node = openNode(number);
    if (node.isPresent()) {
      if (node.get().status().id().equals(reached)) {
        node.get().close();
      } else {
        layers.add(new Layer(node.get(), part));
      }
    }
    String folder = NUMBERS + number + "/";
    Optional<Long> start = Machine.THIS.number(folder + "start"); // a partition has it, in sectors
    Optional<String> disk = Machine.THIS.read(folder + "../dev");
    if (start.isPresent() && disk.isPresent()) {
      addDevice(disk.get(), new FileLock.Range(part.start() + start.get() * SECTOR, part.length()), null);
    } else {
      addFile(number, part);
    }
  }

  /** Opens the node of a device that the kernel itself has made, in devtmpfs, wherever that is to be found. */
  private static Optional<Fd> openNode(String number) {
    Optional<String> name = Machine.THIS.lines(NUMBERS + number + "/uevent").stream()
        .filter(line -> line.startsWith("DEVNAME=")).map(line -> line.substring("DEVNAME=".length())).findFirst();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    for (Mount mount : Machine.THIS.mounts()) {
      if (mount.type().equals("devtmpfs") && mount.root().bytes().equals("/")) {
        Optional<Fd> node = openBlockDevice(mount.point().path().resolve(name.get()), number, mount);
        if (node.isPresent()) {
          return node;
        }
      }
    }
    try (Fd mounted = HiddenMount.of("devtmpfs", List.of()).orElse(null)) {
      return mounted == null
          ? Optional.empty()
          : openBlockDevice(Path.of("/proc/self/fd/" + mounted.number()).resolve(name.get()), number, null);
    }
  }

  /** Opens a node if it is that of the device, and on the mount; null is any. */
  private static Optional<Fd> openBlockDevice(Path path, String number, Mount mount) {
    try (FoundFile found = FoundFile.at(path)) {
      FileStatus status = found.status();
      boolean right = status.isBlockDevice() && status.majorAndMinor().equals(number)
          && (mount == null || mount.has(status.id()));
      return right ? Optional.of(found.openAsAllowed()) : Optional.empty();
    } catch (SystemCallException e) {
      return Optional.empty(); // it is not there, or may not be opened
    }
  }

  /** Adds the file under a loop device, if it is one and its path still leads to the file, and what is beneath that. */
  private void addFile(String number, FileLock.Range part) throws SystemCallException {
    ProcPath path = Machine.THIS.path(NUMBERS + number + "/loop/backing_file");
    Optional<LoopFile> under = path.isAbsolute() ? openNode(number).flatMap(LoopFile::of) : Optional.empty();
    if (under.isEmpty()) {
      return;
    }
    try (FoundFile found = FoundFile.at(path.path())) {
      if (found.status().id().equals(under.get().id)) {
        Fd file = found.openAsAllowed();
        FileLock.Range shifted = new FileLock.Range(part.start() + under.get().offset, part.length());
        layers.add(new Layer(file, shifted));
        if (found.status().isBlockDevice()) {
          addDevice(found.status().majorAndMinor(), shifted, found.status().id());
        }
      }
    } catch (SystemCallException e) {
      // it has another name by now, or may not be opened
    }
  }

  /** What a loop device says of the file under it (LOOP_GET_STATUS64), and where in it the device begins. */
  private record LoopFile(FileId id, long offset) {
    /** Asks a loop device, and closes it. */
    static Optional<LoopFile> of(Fd device) {
      try (device; Arena arena = Arena.ofConfined()) {
        MemorySegment info = arena.allocate(Structs.LOOP_INFO64);
        return Linux.calls().ioctl(device.number(), Abi.LOOP_GET_STATUS64, info) < 0
            ? Optional.empty()
            : Optional.of(new LoopFile(new FileId(Structs.readLong(info, Structs.LOOP_INFO64, "lo_device"),
                Structs.readLong(info, Structs.LOOP_INFO64, "lo_inode")),
                Structs.readLong(info, Structs.LOOP_INFO64, "lo_offset")));
      }
    }
  }

  /** Closes what was opened, and so ends the locks of it. */
  @Override
  public void close() {
    layers.forEach(layer -> layer.file.close());
  }
}
