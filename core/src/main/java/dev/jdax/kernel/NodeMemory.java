// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileStatus;
import dev.jdax.platform.FoundFile;
import dev.jdax.platform.SystemCallException;
import dev.jdax.platform.WholeFile;
import dev.jdax.spi.Descriptor;
import dev.jdax.spi.Extent;
import dev.jdax.spi.Memory;
import dev.jdax.spi.Unwind;

/**
 * The node of a device, from its first byte to its last.
 *
 * @param tree where the kernel shows itself
 * @param folder the device's folder in sysfs
 * @param name its name
 * @param incarnation the inode of that folder
 * @param binding what {@link #bindingOf} gave before the rest was read: while that holds, the layout cannot change
 * @param granularity its alignment, which is the size of its faults
 * @param size its size in bytes
 * @param nvdimms the NVDIMMs behind it, if that is what it is made of
 */
record NodeMemory(LinuxTree tree, Path folder, String name, long incarnation, Object binding, PageSize granularity,
    long size, Optional<NvdimmRegion> nvdimms) implements Memory {

  @Override
  public Object identity() {
    return List.of(tree, name, incarnation);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Linux can crash when a node is used whose device was unbound. So the node is opened only while device_dax has
   * the device, and the binding is looked at again: the link to the driver is another one after every bind.
   */
  @Override
  public Descriptor open(Access access) throws DaxException {
    String attempt = "open " + tree.node(name);
    try (SysfsFolder device = SysfsFolder.open(folder); Unwind unwind = new Unwind()) {
      requireBound(attempt, device);
      String number = device.read("dev");
      // To open what is not a device may have effects of its own, or wait for ever.
      Fd node = openNode(attempt, number, access, unwind);
      requireBound(attempt, device);
      Descriptor opened = new Descriptor(node.number(), node::close);
      unwind.keep();
      return opened;
    } catch (SystemCallException e) {
      throw DaxException.of(Errno.of(e.errno()), attempt, "the kernel refused " + e.call(), "look at its log", e);
    }
  }

  private void requireBound(String attempt, SysfsFolder device) throws DaxException {
    if (device.inode() != incarnation || !bindingOf(device).equals(Optional.of(binding))) {
      throw vanished(attempt);
    }
  }

  private void requireNodeOf(String attempt, String number, FileStatus status) throws DaxException {
    if (!status.isCharacterDevice() || !status.majorAndMinor().equals(number)) {
      throw DaxException.of(Errno.ENODEV, attempt, "it is not the node of " + name + ", which is device " + number,
          "see what has made it");
    }
  }

  /** {@return a number of this binding to device_dax; empty while it is not} */
  static Optional<Object> bindingOf(SysfsFolder device) {
    return device.link("driver").filter(DaxMode.DEVDAX.driver()::equals).flatMap(_ -> device.linkIdentity("driver"));
  }

  private DaxException vanished(String attempt) {
    return DaxException.of(Errno.ENXIO, attempt, "somebody else has unbound " + name + " meanwhile",
        "see who reconfigures it");
  }

  private Fd openNode(String attempt, String number, Access access, Unwind unwind)
      throws DaxException, SystemCallException {
    try (FoundFile found = findNode(attempt)) {
      requireNodeOf(attempt, number, found.status());
      try {
        return unwind.make(() -> found.open(access == Access.READ_WRITE), Fd::close);
      } catch (SystemCallException e) {
        throw refused(attempt, access == Access.READ_WRITE ? "read and write it" : "read it", e);
      }
    }
  }

  private FoundFile findNode(String attempt) throws DaxException {
    try {
      return FoundFile.at(tree.node(name));
    } catch (SystemCallException e) {
      throw refused(attempt, "reach it", e);
    }
  }

  private DaxException refused(String attempt, String action, SystemCallException e) {
    Errno errno = Errno.of(e.errno());
    return switch (errno) {
      case ENOENT -> DaxException.of(errno, attempt, "the kernel has " + name + ", and there is no node for it",
          missingNode(name), e);
      case EACCES, EPERM -> DaxException.of(errno, attempt, "you may not " + action,
          "run as root, or have a udev rule give it to your group (SUBSYSTEM==\"dax\")", e);
      default -> DaxException.of(errno, attempt, "the kernel refused: " + errno.text(), "look at the kernel's log", e);
    };
  }

  /** {@return what helps where a device has no node} */
  static String missingNode(String name) {
    return "mount devtmpfs on /dev; in a container, pass the device in (--device /dev/" + name + ")";
  }

  @Override
  public List<Extent> extents() {
    return List.of(new Extent(0, size));
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

  /**
   * {@inheritDoc}
   *
   * <p>Linux leaves the mappings of a device that is unbound where they are. When it is bound again, they show its memory
   * again, whatever that is by then.
   */
  @Override
  public void requireSame(String attempt) throws DaxException {
    boolean same;
    try (SysfsFolder device = SysfsFolder.open(folder)) {
      Optional<Object> now = bindingOf(device);
      // While nothing is bound the memory is gone, and each block says so.
      same = device.inode() == incarnation && (now.isEmpty() || now.equals(Optional.of(binding)));
    } catch (DaxException e) {
      if (e.errno() == Errno.ENXIO) {
        return; // gone as well
      }
      throw e;
    }
    if (!same) {
      throw DaxException.of(Errno.ENXIO, attempt, "somebody else has unbound " + name + " since it was mapped, and "
          + "bound it again: Linux shows its memory of now, which may be another",
          "close the mapping, and map it anew");
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Of memory that is no NVDIMM's the kernel says nothing; the kernel accepts {@code MAP_SYNC} for every device.
   */
  @Override
  public PersistenceDomain persistenceDomain(boolean synchronousMapping) {
    return nvdimms.map(NvdimmRegion::persistenceDomain).orElse(PersistenceDomain.UNKNOWN);
  }

  @Override
  public boolean deepFlush(String attempt) throws DaxException {
    return nvdimms.isPresent() ? nvdimms.get().deepFlush(attempt) : Memory.super.deepFlush(attempt);
  }

  @Override
  public DaxException unreachable(String attempt, long at) {
    if (granularity != PageSize.SIZE_4K && hugePagesAreDisabled()) {
      return DaxException.of(Errno.EFAULT, attempt, "transparent huge pages are disabled for this process, and without"
          + " them Linux cannot fault in a block of " + granularity,
          "see who has called prctl(PR_SET_THP_DISABLE), or set the device's alignment to 4 KiB");
    }
    return DaxException.of(Errno.EFAULT, attempt, "the block at " + ByteSize.hex(at) + " of it cannot be touched",
        "look at the kernel's log: it may be poisoned, or " + name + " was unbound meanwhile");
  }

  /** Between two mappings nothing is held: the memory is the kernel's. */
  @Override
  public void close() {
    // Each open() has a descriptor, which its caller closes.
  }

  private boolean hugePagesAreDisabled() {
    try {
      return WholeFile.lines(tree.proc().resolve("self/status"), StandardCharsets.ISO_8859_1).stream()
          .anyMatch(line -> line.matches("THP_enabled:\\s*0"));
    } catch (IOException e) {
      return false;
    }
  }
}
