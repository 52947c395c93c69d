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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import dev.jdax.DaxAttribute;
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
  /** The attributes of a region that name its NVDIMM namespace. */
  private static final Set<String> NAMES = Set.of("namespace", "namespace_name", "namespace_uuid", "uuid");

  private final LinuxTree tree;
  private final DaxBus bus;

  /** The registry lock: guards the map. Taken before a region lock. */
  private final Object lock = new Object();
  /** By their folders. */
  private final Map<Path, DaxRegion> regions = new TreeMap<>();

  LinuxDevices(LinuxTree tree) {
    this.tree = tree;
    this.bus = DaxBus.withDrivers(new KernelDriver(tree));
  }

  List<DaxRegion> regions() throws DaxException {
    synchronized (lock) {
      Set<Path> folders = folders();
      forgetAllBut(folders);
      List<DaxRegion> found = new ArrayList<>();
      for (Path folder : folders) {
        region(folder).ifPresent(found::add);
      }
      return found;
    }
  }

  /** Closes the handles of regions that are not there any more: others may come to have their ids. */
  private void forgetAllBut(Set<Path> folders) {
    for (Map.Entry<Path, DaxRegion> known : List.copyOf(regions.entrySet())) {
      if (!folders.contains(known.getKey()) || isGone(known.getValue())) {
        known.getValue().close();
        regions.remove(known.getKey());
      }
    }
  }

  /** {@return whether the region was closed, or its driver unbound, and possibly bound again} */
  private static boolean isGone(DaxRegion region) {
    try {
      region.size();
      return false;
    } catch (DaxException e) {
      return e.errno() == Errno.ENXIO; // anything else may pass
    }
  }

  /** {@return the one handle of the region in a folder, or empty if it has vanished since the folder was read} */
  private Optional<DaxRegion> region(Path folder) throws DaxException {
    DaxRegion known = regions.get(folder);
    if (known != null) {
      return Optional.of(known);
    }
    try {
      DaxRegion region = bus.add(new KernelRegion(folder));
      regions.put(folder, region);
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
    return DaxName.of(name).isPresent() ? named(attempt, name) : ofNamespace(attempt, new NamespaceKey(name));
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

  private DaxDevice named(String attempt, String name) throws DaxException {
    Optional<Path> folder = folderOf(name);
    Optional<DaxRegion> region = folder.isPresent() ? regionIn(folder.get()) : Optional.empty();
    if (region.isPresent()) {
      for (DaxDevice device : region.get().devices()) {
        if (device.name().equals(name)) {
          return device;
        }
      }
    }
    throw DaxException.of(Errno.ENXIO, attempt, "the kernel has no " + name, whatThereIs());
  }

  private Optional<DaxRegion> regionIn(Path folder) throws DaxException {
    synchronized (lock) {
      forgetAllBut(folders());
      return region(folder);
    }
  }

  private String whatThereIs() throws DaxException {
    Set<String> names = names();
    return names.isEmpty() ? "it has no dax device at all" : "it has " + FirstFew.of(names);
  }

  private DaxDevice ofNamespace(String attempt, NamespaceKey key) throws DaxException {
    List<DaxDevice> found = new ArrayList<>();
    for (DaxRegion region : regions()) {
      try {
        if (isMadeOf(region, key)) {
          found.addAll(region.devices());
        }
      } catch (DaxException e) {
        if (e.errno() != Errno.ENXIO && e.errno() != Errno.ENOENT) {
          throw e; // and a region that has vanished is made of nothing
        }
      }
    }
    if (found.size() == 1) {
      return found.getFirst();
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

  private static List<String> withUuids(List<DaxDevice> devices) throws DaxException {
    List<String> texts = new ArrayList<>();
    for (DaxDevice device : devices) {
      Optional<String> uuid = Optional.empty();
      for (DaxAttribute attribute : device.region().attributes()) {
        // That of the label is the namespace's own; one without a label has that of its info block.
        if (attribute.name().equals("namespace_uuid") || attribute.name().equals("uuid") && uuid.isEmpty()) {
          uuid = Optional.of(attribute.show().strip());
        }
      }
      texts.add(device + uuid.map(text -> " (uuid " + text + ")").orElse(""));
    }
    return texts;
  }

  private static boolean isMadeOf(DaxRegion region, NamespaceKey key) throws DaxException {
    Map<String, String> texts = new TreeMap<>();
    for (DaxAttribute attribute : region.attributes()) {
      if (NAMES.contains(attribute.name())) {
        texts.put(attribute.name(), attribute.show().strip());
      }
    }
    return key.names(Optional.ofNullable(texts.get("namespace")), Optional.ofNullable(texts.get("namespace_name")),
        Stream.of("namespace_uuid", "uuid").map(texts::get).filter(Objects::nonNull).toList());
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
            NodeBacking.missingNode(name), e);
  }
}
