// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileStatus;
import dev.jdax.platform.SystemCallException;
import dev.jdax.spi.Backing;
import dev.jdax.spi.Descriptor;
import dev.jdax.spi.Extent;

/**
 * The node of a device, from its first byte to its last.
 *
 * @param tree where the kernel shows itself
 * @param folder the device's folder in sysfs
 * @param name its name
 * @param incarnation the inode of that folder
 * @param granularity its alignment, which is the size of its faults
 * @param size its size in bytes
 */
record NodeBacking(LinuxTree tree, Path folder, String name, long incarnation, PageSize granularity, long size)
    implements
      Backing {

  /**
   * {@inheritDoc}
   *
   * <p>A node that is opened while no driver has the device may crash Linux at its mmap, if somebody else has it open.
   * So it is opened only while device_dax has it, and looked at again: the link to the driver is another one after every
   * bind.
   */
  @Override
  public Descriptor open(Access access) throws DaxException {
    String attempt = "open " + tree.node(name);
    try (SysfsFolder device = SysfsFolder.open(folder)) {
      Optional<Object> binding = boundTo(device);
      if (binding.isEmpty() || device.inode() != incarnation) {
        throw vanished(attempt);
      }
      Fd node = openNode(attempt, access);
      try {
        FileStatus status = node.status();
        if (!status.isCharacterDevice() || !status.majorAndMinor().equals(device.read("dev"))) {
          throw new DaxException(Errno.ENODEV, attempt, "it is not the node of " + name + ", which is device "
              + device.read("dev"), "see what has made it");
        }
        if (!boundTo(device).equals(binding)) {
          throw vanished(attempt);
        }
      } catch (SystemCallException e) {
        node.close();
        throw new DaxException(Errno.of(e.errno()), attempt, "the kernel refused " + e.call(), "look at its log", e);
      } catch (DaxException e) {
        node.close();
        throw e;
      }
      return new Descriptor(node.number(), node::close);
    }
  }

  private static Optional<Object> boundTo(SysfsFolder device) {
    return device.link("driver").filter(DaxMode.DEVDAX.driver()::equals).flatMap(_ -> device.linkIdentity("driver"));
  }

  private DaxException vanished(String attempt) {
    return new DaxException(Errno.ENXIO, attempt, "somebody else has unbound " + name + " meanwhile",
        "see who reconfigures it");
  }

  private Fd openNode(String attempt, Access access) throws DaxException {
    try {
      return Fd.open(tree.node(name), access == Access.READ_WRITE);
    } catch (SystemCallException e) {
      Errno errno = Errno.of(e.errno());
      throw switch (errno) {
        case ENOENT -> new DaxException(errno, attempt, "the kernel has " + name + ", and there is no node for it",
            "mount devtmpfs on /dev; in a container, pass the device in (--device /dev/" + name + ")", e);
        case EACCES, EPERM -> new DaxException(errno, attempt, "you may not "
            + (access == Access.READ_WRITE ? "read and write it" : "read it"),
            "run as root, or have a udev rule give it to your group (SUBSYSTEM==\"dax\")", e);
        default -> new DaxException(errno, attempt, "the kernel refused: " + errno.text(), "look at the kernel's log",
            e);
      };
    }
  }

  @Override
  public List<Extent> extents() {
    return List.of(new Extent(0, size));
  }

  @Override
  public boolean granularityWaived() {
    return false;
  }

  @Override
  public boolean mayVanish() {
    return true;
  }

  /** Pages of a device are in no list of the kernel's from which it could swap or move them. */
  @Override
  public boolean pinned() {
    return true;
  }

  @Override
  public boolean synchronous() {
    return true;
  }

  @Override
  public DaxException unreachable(String attempt, long at) {
    if (granularity != PageSize.SIZE_4K && hugePagesAreDisabled()) {
      return new DaxException(Errno.EFAULT, attempt, "transparent huge pages are disabled for this process, and without"
          + " them Linux cannot fault in a block of " + granularity,
          "see who has called prctl(PR_SET_THP_DISABLE), or set the device's alignment to 4 KiB");
    }
    return new DaxException(Errno.EFAULT, attempt, "the block at " + ByteSize.hex(at) + " of it cannot be touched",
        "look at the kernel's log: it may be poisoned, or " + name + " was unbound meanwhile");
  }

  private boolean hugePagesAreDisabled() {
    try {
      return Files.readAllLines(tree.proc().resolve("self/status")).stream()
          .anyMatch(line -> line.matches("THP_enabled:\\s*0"));
    } catch (IOException e) {
      return false;
    }
  }
}
