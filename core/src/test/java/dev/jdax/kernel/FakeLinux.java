// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.jdax.Errno;
import dev.jdax.platform.FilesThatAnswer;

/**
 * A tree of plain files that answers as Linux does, as far as jdax asks: regions and devices, drivers that bind, nodes
 * that are links to {@code /dev/zero}, which can be mapped, and one process. Ranges are simple: a device has one, where
 * there is room.
 *
 * <p>What a test wants otherwise it says with {@link #onRead}, {@link #refuse} and {@link #after}, or by changing the
 * files.
 */
final class FakeLinux implements FilesThatAnswer.Kernel, AutoCloseable {
  static final long MIB = 1L << 20;
  /** What nodes can lead to, so that each has a number of its own; the first can be mapped. */
  private static final List<String> NODES = List.of("zero 1:5", "null 1:3", "full 1:7", "random 1:8", "urandom 1:9");

  private final Path root;
  private final FilesThatAnswer answers;
  private final Map<String, Set<String>> namesOfDrivers = new HashMap<>(
      Map.of("device_dax", new HashSet<>(), "kmem", new HashSet<>()));
  private final Map<String, Errno> refusals = new HashMap<>();
  private final Map<String, Consumer<String>> afterwards = new HashMap<>();
  private final Map<String, Runnable> readings = new HashMap<>();
  private final List<String> writes = new ArrayList<>();
  private int trash;
  private int nodes;

  FakeLinux(Path folder) throws IOException {
    root = folder.toRealPath();
    for (String driver : List.of("device_dax", "kmem")) {
      for (String file : List.of("bind", "unbind", "new_id", "remove_id")) {
        put("sys/bus/dax/drivers/" + driver + "/" + file, "");
      }
    }
    Files.createDirectories(root.resolve("sys/bus/dax/devices"));
    process(1, "init");
    answers = FilesThatAnswer.under(root, this);
  }

  LinuxTree tree() {
    return new LinuxTree(root);
  }

  LinuxDevices devices() {
    return new LinuxDevices(tree());
  }

  Path path(String name) {
    return root.resolve(name);
  }

  /** Writes a file behind everybody's back; a null text removes it. */
  void put(String name, String text) {
    try {
      if (text == null) {
        Files.delete(root.resolve(name));
        return;
      }
      Files.createDirectories(root.resolve(name).getParent());
      Files.writeString(root.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String get(String name) {
    try {
      return Files.readString(root.resolve(name)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A process without files; returns the folder of its descriptors. */
  Path process(int number, String command) throws IOException {
    put("proc/" + number + "/comm", command + "\n");
    put("proc/" + number + "/maps", "");
    return Files.createDirectories(root.resolve("proc/" + number + "/fd"));
  }

  /** A dynamic region with device 0, which has all of it if its driver is kmem, and nothing otherwise. */
  String hmem(int id, long size, boolean kmem) throws IOException {
    String region = "sys/devices/platform/hmem." + id;
    attributes(region, id, size, 2 * MIB);
    put(region + "/dax_region/available_size", size + "\n");
    put(region + "/dax_region/seed", "\n");
    put(region + "/dax_region/create", "\n");
    put(region + "/dax_region/delete", "");
    put(region + "/kmem", kmem ? "1" : "0");
    device(region, "dax" + id + ".0", 2 * MIB);
    if (kmem) {
      resize(region, "dax" + id + ".0", size);
      link(region + "/dax" + id + ".0/driver", "sys/bus/dax/drivers/kmem");
    }
    return region;
  }

  /** A static region, of the namespace of that number in an NVDIMM region, as P-70 sets it up. */
  String pmem(int id, int namespace, int personality, long size, long align) throws IOException {
    String nvdimm = "sys/devices/LNXSYSTM:00/ndbus0/region" + id;
    String region = nvdimm + "/dax" + id + "." + personality;
    attributes(region, id, size, align);
    put(region + "/kmem", "0");
    put(nvdimm + "/persistence_domain", "memory_controller\n");
    put(region + "/uuid", uuid(0x10 + namespace) + "\n");
    put(region + "/namespace", "namespace" + id + "." + namespace + "\n");
    put(nvdimm + "/namespace" + id + "." + namespace + "/uuid", uuid(0x20 + namespace) + "\n");
    put(nvdimm + "/namespace" + id + "." + namespace + "/alt_name", "name" + namespace + "\n");
    String name = "dax" + id + "." + namespace;
    device(region, name, align);
    put(region + "/" + name + "/size", size + "\n");
    mapping(region, name, 0, 0x100600000L + namespace * 0x10000000L, size, 0);
    link(region + "/" + name + "/driver", "sys/bus/dax/drivers/device_dax");
    return region;
  }

  static String uuid(int number) {
    return "00112233-4455-6677-8899-aabbccddee%02x".formatted(number);
  }

  private void attributes(String region, int id, long size, long align) {
    put(region + "/dax_region/id", id + "\n");
    put(region + "/dax_region/size", size + "\n");
    put(region + "/dax_region/align", align + "\n");
  }

  /** A device of size 0. */
  void device(String region, String name, long align) throws IOException {
    String[] node = NODES.get(nodes++ % NODES.size()).split(" ");
    String folder = region + "/" + name;
    put(folder + "/size", "0\n");
    put(folder + "/align", align + "\n");
    put(folder + "/mapping", "");
    put(folder + "/resource", "0x100000000\n");
    put(folder + "/target_node", "1\n");
    put(folder + "/numa_node", "0\n");
    put(folder + "/dev", node[1] + "\n");
    put(folder + "/modalias", "dax:t0\n");
    link(folder + "/subsystem", "sys/bus/dax");
    link("sys/bus/dax/devices/" + name, folder);
    link("sys/dev/char/" + node[1], folder);
    remove("dev/" + name);
    Files.createDirectories(root.resolve("dev"));
    Files.createSymbolicLink(root.resolve("dev/" + name), Path.of("/dev/" + node[0]));
  }

  /** Gives a device a node that can be mapped, from its beginning on. */
  void makeMappable(String folder) throws IOException {
    String name = Path.of(folder).getFileName().toString();
    put(folder + "/dev", "1:5\n");
    link("sys/dev/char/1:5", folder);
    remove("dev/" + name);
    Files.createSymbolicLink(root.resolve("dev/" + name), Path.of("/dev/zero"));
  }

  void mapping(String region, String device, int number, long start, long length, long pageOffset) {
    String folder = region + "/" + device + "/mapping" + number;
    put(folder + "/start", "0x%x\n".formatted(start));
    put(folder + "/end", "0x%x\n".formatted(start + length - 1));
    put(folder + "/page_offset", "0x%x\n".formatted(pageOffset));
  }

  void link(String from, String to) throws IOException {
    remove(from);
    Files.createDirectories(root.resolve(from).getParent());
    Files.createSymbolicLink(root.resolve(from), root.resolve(to));
  }

  /** Puts something aside, so that its inode is not given again, as sysfs does not. */
  void remove(String name) throws IOException {
    if (Files.exists(root.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(root.resolve("removed"));
      Files.move(root.resolve(name), root.resolve("removed/" + trash++));
    }
  }

  /** Takes a region or a device away, as its end does in Linux. */
  void vanish(String folder) throws IOException {
    Path ending = root.resolve(folder);
    try (Stream<Path> links = Files.list(root.resolve("sys/bus/dax/devices"))) {
      for (Path link : links.toList()) {
        if (link.toRealPath().startsWith(ending)) {
          remove(name(link));
        }
      }
    }
    remove(folder);
  }

  /**
   * From now on: refuses to open ({@code open dev/dax0.0}), open for writing, read or write a file, or to probe a
   * device ({@code probe dax0.1}); null ends that.
   */
  void refuse(String what, Errno errno) {
    if (errno == null) {
      refusals.remove(what);
    } else {
      refusals.put(what, errno);
    }
  }

  /** Does something each time before a file is read. */
  void onRead(String file, Runnable step) {
    readings.put(file, step);
  }

  /** Does something else each time a file is written, once it was accepted. */
  void after(String file, Consumer<String> step) {
    afterwards.put(file, step);
  }

  /** {@return what was written so far, refused or not: the last two names of the file, and the text} */
  List<String> writes() {
    return List.copyOf(writes);
  }

  void forgetWrites() {
    writes.clear();
  }

  String driverOf(String folder) {
    try {
      return Files.readSymbolicLink(root.resolve(folder).resolve("driver")).getFileName().toString();
    } catch (IOException e) {
      return "";
    }
  }

  private String name(Path file) {
    return root.relativize(file).toString();
  }

  /** Whoever holds the folder of what has vanished finds nothing in it. */
  private boolean hasVanished(Path file) {
    return file.startsWith(root.resolve("removed"));
  }

  @Override
  public int opens(Path file, boolean write) {
    Errno errno = hasVanished(file) ? Errno.ENOENT : refusals.get("open " + name(file));
    if (errno == null && write) {
      errno = refusals.get("open for writing " + name(file));
    }
    return errno == null ? 0 : errno.number();
  }

  @Override
  public int reads(Path file) {
    if (hasVanished(file)) {
      return Errno.ENODEV.number();
    }
    readings.getOrDefault(name(file), () -> {
    }).run();
    Errno errno = refusals.get("read " + name(file));
    return errno == null ? 0 : errno.number();
  }

  @Override
  public int writes(Path file, String text) {
    writes.add(file.getParent().getFileName() + "/" + file.getFileName() + ": " + text.strip());
    Errno errno = refusals.get("write " + name(file));
    try {
      if (errno == null) {
        errno = accept(file, text.strip());
      }
      if (errno == null) {
        afterwards.getOrDefault(name(file), _ -> {
        }).accept(text.strip());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return errno == null ? 0 : errno.number();
  }

  /** {@return null if the text was accepted} */
  private Errno accept(Path file, String text) throws IOException {
    String folder = name(file.getParent());
    String parent = name(file.getParent().getParent());
    return switch (file.getFileName().toString()) {
      case "create" -> create(parent);
      case "delete" -> delete(parent, text);
      case "size" -> {
        if (!driverOf(folder).isEmpty()) {
          yield Errno.EBUSY;
        }
        yield resize(parent, file.getParent().getFileName().toString(), Long.parseLong(text));
      }
      case "deep_flush" -> null;
      case "align", "state" -> {
        put(name(file), text + "\n");
        yield null;
      }
      case "new_id" -> {
        namesOfDrivers.get(file.getParent().getFileName().toString()).add(text);
        bind(file.getParent(), text); // which hides how it went
        yield null;
      }
      case "remove_id" -> {
        namesOfDrivers.get(file.getParent().getFileName().toString()).remove(text);
        yield null;
      }
      case "bind" -> bind(file.getParent(), text);
      case "unbind" -> unbind(file.getParent(), text);
      default -> throw new IllegalStateException("nobody writes " + file);
    };
  }

  private Errno create(String region) throws IOException {
    if (get(region + "/dax_region/available_size").equals("0")) {
      return Errno.ENOSPC;
    }
    int number = 0;
    while (Files.exists(root.resolve(region).resolve(nameOf(region, number)))) {
      number++;
    }
    device(region, nameOf(region, number), 2 * MIB);
    put(region + "/dax_region/create", nameOf(region, number) + "\n");
    return null;
  }

  private String nameOf(String region, int number) {
    return "dax" + get(region + "/dax_region/id") + "." + number;
  }

  private Errno delete(String region, String device) throws IOException {
    String folder = region + "/" + device;
    if (!Files.exists(root.resolve(folder))) {
      return Errno.ENXIO;
    }
    if (!get(folder + "/size").equals("0") || !driverOf(folder).isEmpty() || device.endsWith(".0")) {
      return Errno.EBUSY;
    }
    vanish(folder);
    remove("dev/" + device);
    return null;
  }

  private Errno resize(String region, String device, long size) throws IOException {
    long before = Long.parseLong(get(region + "/" + device + "/size"));
    long available = Long.parseLong(get(region + "/dax_region/available_size")) + before - size;
    if (available < 0) {
      return Errno.ENOSPC;
    }
    put(region + "/dax_region/available_size", available + "\n");
    put(region + "/" + device + "/size", size + "\n");
    remove(region + "/" + device + "/mapping0");
    if (size > 0) {
      mapping(region, device, 0, 0x40000000L, size, 0);
    }
    return null;
  }

  private Errno bind(Path driver, String device) throws IOException {
    String folder = folderOf(device);
    String name = driver.getFileName().toString();
    if (folder == null) {
      return Errno.ENODEV;
    }
    boolean kmem = get(Path.of(folder).getParent() + "/kmem").equals("1");
    if (!namesOfDrivers.get(name).contains(device) && kmem != name.equals("kmem")) {
      return Errno.ENODEV;
    }
    if (!driverOf(folder).isEmpty()) {
      return Errno.EBUSY;
    }
    Errno probe = refusals.get("probe " + device);
    if (probe != null) {
      return probe;
    }
    link(folder + "/driver", name(driver));
    return null;
  }

  private Errno unbind(Path driver, String device) throws IOException {
    String folder = folderOf(device);
    if (folder == null || !driverOf(folder).equals(driver.getFileName().toString())) {
      return Errno.ENODEV;
    }
    remove(folder + "/driver");
    return null;
  }

  private String folderOf(String device) throws IOException {
    Path link = root.resolve("sys/bus/dax/devices").resolve(device);
    return Files.exists(link) ? name(link.toRealPath()) : null;
  }

  /** {@return whether the name is on the list of a driver} */
  boolean isListed(String driver, String device) {
    return namesOfDrivers.get(driver).contains(device);
  }

  /** Ends the play, and removes the links that lead out of the tree. */
  @Override
  public void close() {
    answers.close();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path link : files.filter(Files::isSymbolicLink).toList()) {
        Files.delete(link);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
