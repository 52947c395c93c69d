// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

import dev.jdax.DaxAttribute;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileStatus;
import dev.jdax.platform.SystemCallException;

/** The regions that a kernel has, each as one object for as long as it is there. */
final class LinuxDevices {
  /** The attributes of a region that name its NVDIMM namespace. */
  private static final Set<String> NAMES = Set.of("namespace", "namespace_name", "namespace_uuid", "uuid");

  private final LinuxTree tree;
  private final DaxBus bus;

  /** The registry lock: guards the map. Taken before a region lock. */
  private final ReentrantLock lock = new ReentrantLock();
  /** By their folders. */
  private final Map<Path, DaxRegion> regions = new TreeMap<>();

  LinuxDevices(LinuxTree tree) {
    this.tree = tree;
    this.bus = DaxBus.withDrivers(new KernelDriver(tree));
  }

  List<DaxRegion> regions() throws DaxException {
    lock.lock();
    try {
      Set<Path> folders = folders();
      regions.entrySet().removeIf(entry -> !folders.contains(entry.getKey()) || isGone(entry.getValue()));
      for (Path folder : folders) {
        if (!regions.containsKey(folder)) {
          add(folder);
        }
      }
      return List.copyOf(regions.values());
    } finally {
      lock.unlock();
    }
  }

  private void add(Path folder) throws DaxException {
    try {
      regions.put(folder, bus.add(new KernelRegion(folder)));
    } catch (DaxException e) {
      if (e.errno() != Errno.ENXIO) {
        throw e; // and a region that has vanished since its folder was read is not listed
      }
    }
  }

  /** {@return whether the region that was in its folder is not there any more; then its handle is closed} */
  private static boolean isGone(DaxRegion region) {
    try {
      region.size();
      return false;
    } catch (DaxException e) {
      region.close();
      return true;
    }
  }

  /** The folders that devices lie in: several regions may have the same id, and none has the same folder. */
  private Set<Path> folders() throws DaxException {
    Set<Path> folders = new TreeSet<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(tree.devices())) {
      for (Path link : links) {
        try {
          folders.add(link.toRealPath().getParent());
        } catch (NoSuchFileException e) {
          // removed meanwhile
        }
      }
    } catch (NoSuchFileException e) {
      return Set.of();
    } catch (IOException e) {
      throw new DaxException(Errno.EIO, "list the devices in " + tree.devices(), e.toString(),
          "see what is mounted on /sys", e);
    }
    return folders;
  }

  List<DaxDevice> devices() throws DaxException {
    List<DaxDevice> devices = new ArrayList<>();
    for (DaxRegion region : regions()) {
      try {
        devices.addAll(region.devices());
      } catch (DaxException e) {
        if (e.errno() != Errno.ENXIO) {
          throw e; // and a region that has vanished has no devices
        }
      }
    }
    return devices;
  }

  DaxDevice open(String name) throws DaxException {
    if (name.contains("/")) {
      return open(Path.of(name));
    }
    String attempt = "open " + name;
    requireBus(attempt);
    return name.matches("dax\\d+\\.\\d+") ? named(attempt, name) : ofNamespace(attempt, name);
  }

  DaxDevice open(Path node) throws DaxException {
    String attempt = "open " + node;
    return named(attempt, nameOf(attempt, node));
  }

  private void requireBus(String attempt) throws DaxException {
    if (!Files.isDirectory(tree.devices())) {
      throw new DaxException(Errno.ENODEV, attempt, "this kernel shows no dax devices: there is no " + tree.devices(),
          "mount sysfs on /sys, and load the modules: modprobe device_dax dax_pmem dax_hmem");
    }
  }

  private DaxDevice named(String attempt, String name) throws DaxException {
    List<DaxDevice> devices = devices();
    for (DaxDevice device : devices) {
      if (device.name().equals(name)) {
        return device;
      }
    }
    throw new DaxException(Errno.ENXIO, attempt, "the kernel has no " + name,
        devices.isEmpty() ? "it has no dax device at all" : "it has " + devices);
  }

  private DaxDevice ofNamespace(String attempt, String name) throws DaxException {
    List<DaxDevice> found = new ArrayList<>();
    for (DaxRegion region : regions()) {
      for (DaxAttribute attribute : region.attributes()) {
        if (NAMES.contains(attribute.name()) && attribute.show().strip().equalsIgnoreCase(name)) {
          found.addAll(region.devices());
          break;
        }
      }
    }
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw found.isEmpty()
        ? new DaxException(Errno.ENXIO, attempt, "no device is made of a namespace of that name or uuid",
            "see ndctl list -N: it has to be there, enabled, and in mode devdax")
        : new DaxException(Errno.EEXIST, attempt, found + " are all made of a namespace of that name",
            "name one of them by its uuid");
  }

  /** {@return the name under which sysfs has the device of a node} */
  private String nameOf(String attempt, Path node) throws DaxException {
    FileStatus status;
    // Looked at and not opened: opening a node that no driver has is not safe, and not needed.
    try {
      status = Fd.statusOf(node);
    } catch (SystemCallException e) {
      Errno errno = Errno.of(e.errno());
      throw errno == Errno.ENOENT
          ? missing(attempt, node, e)
          : new DaxException(errno, attempt, "the kernel refused: " + errno.text(), "see that you may reach it", e);
    }
    Path device = tree.characterDevice(status.majorAndMinor());
    try {
      if (status.isCharacterDevice() && device.resolve("subsystem").toRealPath().endsWith("bus/dax")) {
        return device.toRealPath().getFileName().toString();
      }
    } catch (IOException e) {
      // sysfs knows no device of that number
    }
    throw new DaxException(Errno.ENODEV, attempt, "it is not the node of a dax device",
        "name one like /dev/dax0.0; this machine has " + devices());
  }

  private DaxException missing(String attempt, Path node, SystemCallException e) {
    String name = String.valueOf(node.getFileName());
    return Files.exists(tree.devices().resolve(name))
        ? new DaxException(Errno.ENOENT, attempt, "the kernel has " + name + ", and there is no node for it",
            "mount devtmpfs on /dev; in a container, pass the device in (--device /dev/" + name + ")", e)
        : new DaxException(Errno.ENOENT, attempt, "there is no such node, and the kernel has no " + name,
            Files.isDirectory(tree.devices())
                ? "see daxctl list, or ./jdax list"
                : "load the modules: modprobe device_dax dax_pmem dax_hmem",
            e);
  }
}
