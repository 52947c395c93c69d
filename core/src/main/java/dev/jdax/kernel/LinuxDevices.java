// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileStatus;
import dev.jdax.platform.SystemCallException;
import dev.jdax.spi.DaxName;
import dev.jdax.spi.FirstFew;
import dev.jdax.spi.NamespaceKey;

/** The regions that a kernel has, each as one object for as long as it is there. */
final class LinuxDevices {
  private final LinuxTree tree;
  private final DaxBus bus;

  /** The registry lock: guards the map. Taken before a region lock. */
  private final Object lock = new Object();
  /** By their folders. */
  private final Map<Path, Known> regions = new TreeMap<>();

  /** A region that was found, with its {@link SysfsRegion#incarnationOf incarnation}. */
  private record Known(DaxRegion region, long incarnation) {
  }

  LinuxDevices(LinuxTree tree) {
    this.tree = tree;
    this.bus = DaxBus.withDrivers(new KernelDriver(tree));
  }

  List<DaxRegion> regions() throws DaxException {
    synchronized (lock) {
      forgetTheGone();
      List<DaxRegion> found = new ArrayList<>();
      for (Path folder : folders()) {
        region(folder).ifPresent(found::add);
      }
      return found;
    }
  }

  /** Closes the handles of regions that are not there any more: others may come to have their ids. */
  private void forgetTheGone() {
    for (Map.Entry<Path, Known> known : List.copyOf(regions.entrySet())) {
      if (isGone(known.getKey(), known.getValue())) {
        known.getValue().region().close();
        regions.remove(known.getKey());
      }
    }
  }

  /** {@return whether the region was closed, or its driver unbound, and possibly bound again} */
  private boolean isGone(Path folder, Known known) {
    if (!bus.regions().contains(known.region())) {
      return true;
    }
    try {
      return SysfsRegion.incarnationOf(folder) != known.incarnation();
    } catch (DaxException e) {
      return e.errno() == Errno.ENXIO; // anything else may pass
    }
  }

  /** {@return the one handle of the region in a folder, or empty if it has vanished since the folder was read} */
  private Optional<DaxRegion> region(Path folder) throws DaxException {
    Known known = regions.get(folder);
    if (known != null) {
      return Optional.of(known.region());
    }
    try {
      long incarnation = SysfsRegion.incarnationOf(folder); // before: a region that replaces it then is found again
      DaxRegion region = bus.add(new KernelRegion(folder));
      regions.put(folder, new Known(region, incarnation));
      return Optional.of(region);
    } catch (DaxException e) {
      if (e.errno() == Errno.ENXIO) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The folders that devices lie in: several regions may have the same id, and none has the same folder. */
  private Set<Path> folders() throws DaxException {
    Set<Path> folders = new TreeSet<>();
    for (String name : names()) {
      folderOf(name).ifPresent(folders::add);
    }
    return folders;
  }

  /** {@return the folder that a device lies in, or empty if there is none of that name} */
  private Optional<Path> folderOf(String name) throws DaxException {
    try {
      return Optional.of(tree.devices().resolve(name).toRealPath().getParent());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** {@return the names of all devices; none on a machine without} */
  private Set<String> names() throws DaxException {
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(tree.devices())) {
      links.forEach(link -> names.add(link.getFileName().toString()));
    } catch (NoSuchFileException e) {
      return Set.of();
    } catch (IOException | DirectoryIteratorException e) {
      throw unreadable(e);
    }
    return names;
  }

  private DaxException unreadable(Exception e) {
    return DaxException.of(Errno.EIO, "list the devices in " + tree.devices(), e.toString(),
        "see what is mounted on /sys", e);
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
    String attempt = "open " + name;
    if (name.contains("/")) {
      try {
        return open(Path.of(name));
      } catch (InvalidPathException e) {
        throw DaxException.of(Errno.ENOENT, attempt, "Java can name no such file in this locale",
            "set LC_ALL=C.UTF-8 for the JVM, or give the name of the device", e);
      }
    }
    requireBus(attempt);
    return named(attempt, DaxName.of(name).isPresent() ? name : nameOfNamespace(attempt, new NamespaceKey(name)));
  }

  DaxDevice open(Path node) throws DaxException {
    String attempt = "open " + node;
    return named(attempt, nameOf(attempt, node));
  }

  private void requireBus(String attempt) throws DaxException {
    if (!Files.isDirectory(tree.devices())) {
      throw DaxException.of(Errno.ENODEV, attempt, "this kernel shows no dax devices: there is no " + tree.devices(),
          "mount sysfs on /sys, and load the modules: modprobe device_dax dax_pmem dax_hmem");
    }
  }

  /** {@return the device of a name; no other device is read} */
  private DaxDevice named(String attempt, String name) throws DaxException {
    Optional<Path> folder = folderOf(name);
    if (folder.isPresent() && hasRegion(folder.get())) {
      try {
        return bus.device(name);
      } catch (DaxException e) {
        if (e.errno() != Errno.ENXIO) {
          throw e; // and a device that has vanished is none
        }
      }
    }
    throw DaxException.of(Errno.ENXIO, attempt, "the kernel has no " + name, whatThereIs());
  }

  /** {@return whether there is a region in a folder; it is on the bus then} */
  private boolean hasRegion(Path folder) throws DaxException {
    synchronized (lock) {
      forgetTheGone();
      return region(folder).isPresent();
    }
  }

  private String whatThereIs() throws DaxException {
    Set<String> names = names();
    return names.isEmpty() ? "it has no dax device at all" : "it has " + FirstFew.of(names);
  }

  /** {@return the name of the one device that is made of a namespace; the devices are not read} */
  private String nameOfNamespace(String attempt, NamespaceKey key) throws DaxException {
    TreeMap<String, NvdimmNamespace> found = new TreeMap<>();
    for (String device : names()) {
      namespaceOf(device).filter(namespace -> namespace.isCalled(key))
          .ifPresent(namespace -> found.put(device, namespace));
    }
    if (found.size() == 1) {
      return found.firstKey();
    }
    Optional<DaxException> without = found.isEmpty()
        ? NvdimmNamespace.withoutDevice(tree, attempt, key)
        : Optional.empty();
    if (without.isPresent()) {
      throw without.get();
    }
    throw found.isEmpty()
        ? DaxException.of(Errno.ENXIO, attempt, "no device is made of a namespace of that name or uuid",
            "see ndctl list -N: it has to be there, enabled, and in mode devdax")
        : DaxException.of(Errno.EEXIST, attempt, FirstFew.of(withUuids(found))
            + " are all made of a namespace of that name",
            "name one of them by its uuid");
  }

  /** {@return the namespace that a device is made of, if it is made of one and has not vanished} */
  private Optional<NvdimmNamespace> namespaceOf(String device) throws DaxException {
    Optional<Path> folder = folderOf(device);
    try {
      return folder.isPresent() ? NvdimmNamespace.of(folder.get()) : Optional.empty();
    } catch (DaxException e) {
      if (e.errno() == Errno.ENXIO) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static List<String> withUuids(Map<String, NvdimmNamespace> namespaces) {
    return namespaces.entrySet().stream()
        .map(found -> found.getKey() + found.getValue().ownUuid().map(uuid -> " (uuid " + uuid + ")").orElse(""))
        .toList();
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
          : DaxException.of(errno, attempt, "the kernel refused: " + errno.text(), "see that you may reach it", e);
    }
    Path device = tree.characterDevice(status.majorAndMinor());
    try {
      if (status.isCharacterDevice() && device.resolve("subsystem").toRealPath().endsWith("bus/dax")) {
        return device.toRealPath().getFileName().toString();
      }
    } catch (IOException e) {
      // sysfs knows no device of that number
    }
    throw DaxException.of(Errno.ENODEV, attempt, "it is not the node of a dax device",
        "name one like /dev/dax0.0, of a device that the kernel has: " + whatThereIs());
  }

  private DaxException missing(String attempt, Path node, SystemCallException e) {
    String name = String.valueOf(node.getFileName());
    if (!Files.exists(tree.devices().resolve(name))) {
      return DaxException.of(Errno.ENOENT, attempt, "there is no such node, and the kernel has no " + name,
          Files.isDirectory(tree.devices())
              ? "see daxctl list, or ./jdax list"
              : "load the modules: modprobe device_dax dax_pmem dax_hmem",
          e);
    }
    return Files.exists(tree.node(name))
        ? DaxException.of(Errno.ENOENT, attempt, "there is no such node", "the node of " + name + " is "
            + tree.node(name), e)
        : DaxException.of(Errno.ENOENT, attempt, "the kernel has " + name + ", and there is no node for it",
            NodeMemory.missingNode(name), e);
  }
}
