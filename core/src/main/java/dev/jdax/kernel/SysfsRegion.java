// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.spi.DaxName;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.DeviceKey;
import dev.jdax.spi.FirstFew;
import dev.jdax.spi.Memory;
import dev.jdax.spi.RegionInfo;
import dev.jdax.spi.RegionOps;
import dev.jdax.spi.Unwind;

/**
 * A region of Linux's, read from and changed through the files in its folder of sysfs (drivers/dax/bus.c).
 *
 * <p>The inode of a device's folder is its incarnation: an operation on a device is refused if another program has
 * deleted that device and made another one of the same name.
 */
final class SysfsRegion implements RegionOps {
  private static final String ATTRIBUTES = "dax_region";
  /** How often ranges are read until they agree with the size. */
  private static final int READS = 5;
  /** Largest page offset (in 4 KiB pages) whose byte offset fits a long. */
  private static final long MAX_PAGE_OFFSET = Long.MAX_VALUE >> 12;

  private final LinuxTree tree;
  private final Path folder;
  private final long incarnation;
  private final int id;

  private SysfsRegion(LinuxTree tree, Path folder, long incarnation, int id) {
    this.tree = tree;
    this.folder = folder;
    this.incarnation = incarnation;
    this.id = id;
  }

  static SysfsRegion of(LinuxTree tree, Path folder) throws DaxException {
    try (SysfsFolder attributes = SysfsFolder.open(folder.resolve(ATTRIBUTES))) {
      long id = attributes.number("id");
      if (id > Integer.MAX_VALUE) {
        throw DaxException.of(Errno.EIO, "read id of the region at " + folder, id + " is larger than any id can be",
            "see what is mounted on /sys");
      }
      return new SysfsRegion(tree, folder, attributes.inode(), (int) id);
    }
  }

  /**
   * {@return the number that the region in a folder has, and no other region in that folder ever}
   *
   * @throws DaxException with ENXIO if there is none
   */
  static long incarnationOf(Path folder) throws DaxException {
    return SysfsFolder.inodeOf(folder.resolve(ATTRIBUTES));
  }

  private SysfsFolder openAttributes() throws DaxException {
    try (Unwind unwind = new Unwind()) {
      SysfsFolder attributes = unwind.make(() -> SysfsFolder.open(folder.resolve(ATTRIBUTES)), SysfsFolder::close);
      requireSame(attributes.inode());
      unwind.keep();
      return attributes;
    }
  }

  private void requireSame(long inode) throws DaxException {
    if (inode != incarnation) {
      throw DaxException.of(Errno.ENXIO, "look at the region at " + folder,
          "its driver was unbound, and bound again", "open its devices again");
    }
  }

  private String name(int device) {
    return new DaxName(id, device).toString();
  }

  private String name(DeviceKey device) {
    return name(device.id());
  }

  /** Opens the folder of a device: the one place where a key becomes a device. */
  private SysfsFolder open(DeviceKey device) throws DaxException {
    try (Unwind unwind = new Unwind()) {
      SysfsFolder opened = unwind.make(() -> SysfsFolder.open(folder.resolve(name(device))), SysfsFolder::close);
      if (device.incarnation() != opened.inode()) {
        throw DaxException.of(Errno.ENXIO, "look at " + name(device), "somebody else has deleted it and made another",
            "ask the region for its devices");
      }
      unwind.keep();
      return opened;
    }
  }

  @Override
  public RegionInfo info() throws DaxException {
    try (SysfsFolder attributes = openAttributes()) {
      boolean dynamic = attributes.has("available_size");
      long available = dynamic ? attributes.number("available_size") : 0;
      OptionalLong align = attributes.findNumber("align");
      Optional<PageSize> alignment = align.isPresent() ? PageSize.ofBytes(align.getAsLong()) : Optional.empty();
      return new RegionInfo(OptionalInt.of(id), dynamic, -1, attributes.number("size"), available, alignment, -1);
    }
  }

  @Override
  public Map<String, String> properties() throws DaxException {
    Map<String, String> properties = new LinkedHashMap<>();
    try (SysfsFolder attributes = openAttributes()) {
      for (String name : List.of("seed", "create")) {
        attributes.find(name).ifPresent(text -> properties.put(name, text));
      }
    }
    properties.putAll(NvdimmNamespace.propertiesOf(folder));
    return properties;
  }

  @Override
  public Map<String, String> properties(DeviceKey device) throws DaxException {
    Map<String, String> properties = new LinkedHashMap<>();
    try (SysfsFolder attributes = open(device)) {
      for (String name : List.of("resource", "target_node", "numa_node", "dev", "modalias", "memmap_on_memory")) {
        attributes.find(name).ifPresent(text -> properties.put(name, text));
      }
    }
    return properties;
  }

  @Override
  public List<DeviceKey> deviceKeys() throws DaxException {
    requireSame(incarnationOf(folder));
    List<DeviceKey> keys = new ArrayList<>();
    for (int device : ids()) {
      keyOf(device).ifPresent(keys::add); // one that has vanished since then has no key
    }
    return keys;
  }

  private TreeSet<Integer> ids() throws DaxException {
    TreeSet<Integer> ids = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        DaxName.of(entry.getFileName().toString()).filter(name -> name.region() == id)
            .ifPresent(name -> ids.add(name.id()));
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw DaxException.of(Errno.ENXIO, "list the devices in " + folder, "it cannot be read",
          "list the regions there are", e);
    }
    return ids;
  }

  @Override
  public Optional<DeviceKey> keyOf(int device) throws DaxException {
    try {
      return Optional.of(new DeviceKey(device, SysfsFolder.inodeOf(folder.resolve(name(device)))));
    } catch (DaxException e) {
      if (e.errno() == Errno.ENXIO) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public DeviceInfo device(DeviceKey device) throws DaxException {
    try (SysfsFolder attributes = open(device)) {
      return read(device, attributes);
    }
  }

  private DeviceInfo read(DeviceKey device, SysfsFolder attributes) throws DaxException {
    long bytes = attributes.number("align");
    PageSize alignment = PageSize.ofBytes(bytes).orElseThrow(() -> DaxException.of(Errno.EIO,
        "read the alignment of " + name(device), bytes + " is no size of a page", "report the kernel"));
    for (int i = 0; i < READS; i++) {
      long size = attributes.number("size");
      Optional<List<DaxRange>> ranges = size == 0 ? Optional.of(List.of()) : lockedRanges(device, attributes);
      if (ranges.isEmpty() || ranges.get().stream().mapToLong(DaxRange::length).sum() == size) {
        return new DeviceInfo(device, alignment, attributes.link("driver"), size, ranges);
      }
    }
    throw DaxException.of(Errno.EBUSY, "read the ranges of " + name(device), "somebody else keeps resizing it",
        "try again");
  }

  private Optional<List<DaxRange>> lockedRanges(DeviceKey device, SysfsFolder attributes) throws DaxException {
    if (!LayoutLock.isNeeded(folder.resolve(ATTRIBUTES))) {
      return ranges(device, attributes);
    }
    try (SysfsFolder region = openAttributes();
        LayoutLock _ = LayoutLock.toRead(region, "read the ranges of " + name(device))) {
      return ranges(device, attributes);
    }
  }

  /** {@return the ranges, or empty if they may not be read; some of them, if one vanishes during the call} */
  private Optional<List<DaxRange>> ranges(DeviceKey device, SysfsFolder attributes) throws DaxException {
    List<DaxRange> ranges = new ArrayList<>();
    for (String mapping : attributes.names()) {
      if (mapping.matches("mapping\\d+")) {
        try {
          ranges.add(range(mapping, attributes));
        } catch (DaxException e) {
          if (e.errno() == Errno.EACCES) {
            return Optional.empty();
          }
          if (e.errno() != Errno.ENXIO || !keyOf(device.id()).equals(Optional.of(device))) {
            throw e;
          }
        }
      }
    }
    ranges.sort(Comparator.comparing(DaxRange::pageOffset));
    return Optional.of(List.copyOf(ranges));
  }

  private DaxRange range(String mapping, SysfsFolder attributes) throws DaxException {
    long start = attributes.number(mapping + "/start");
    long end = attributes.number(mapping + "/end");
    long pageOffset = attributes.number(mapping + "/page_offset");
    if (end < start || pageOffset > MAX_PAGE_OFFSET) {
      throw DaxException.of(Errno.EIO, "read " + mapping + " of a device in " + folder, "no range is from "
          + ByteSize.hex(start) + " to " + ByteSize.hex(end) + " at page " + ByteSize.hex(pageOffset),
          "see what is mounted on /sys");
    }
    return new DaxRange(pageOffset, start, end - start + 1);
  }

  @Override
  public DeviceKey create() throws DaxException {
    String attempt = "create a device in the region at " + folder;
    try (SysfsFolder attributes = openAttributes(); LayoutLock _ = LayoutLock.toChange(attributes, attempt)) {
      Set<Integer> before = ids();
      attributes.write("create", "1", "shrink or destroy a device, so that something of the region is available");
      Set<Integer> made = ids();
      made.removeAll(before);
      if (made.size() != 1) {
        throw DaxException.of(Errno.EBUSY, attempt, made.isEmpty()
            ? "somebody else has deleted it at once"
            : "somebody else has created one at the same time, and it cannot be told which of "
                + FirstFew.of(made, ", ", this::name) + " is whose",
            "see which are empty and delete them");
      }
      int device = made.iterator().next();
      try (Unwind unwind = new Unwind()) {
        unwind.onFailureIfOurs(() -> attributes.write("delete", name(device), "see who else uses it"));
        DeviceKey key = new DeviceKey(device, SysfsFolder.inodeOf(folder.resolve(name(device))));
        unwind.keep();
        return key;
      }
    }
  }

  @Override
  public void resize(DeviceKey device, long size) throws DaxException {
    writeLayout("resize " + name(device), device, "size", size,
        "a size is a multiple of the alignment and of 2 MiB, at most what the region has available");
  }

  @Override
  public void setAlignment(DeviceKey device, PageSize alignment) throws DaxException {
    writeLayout("set the alignment of " + name(device), device, "align", alignment.bytes(),
        "an alignment is 4096, 2097152 or 1073741824, and the ranges' lengths are multiples of it");
  }

  private void writeLayout(String attempt, DeviceKey device, String attribute, long value, String remedy)
      throws DaxException {
    try (SysfsFolder region = openAttributes();
        LayoutLock _ = LayoutLock.toChange(region, attempt);
        SysfsFolder attributes = open(device)) {
      attributes.write(attribute, Long.toString(value), remedy);
    }
  }

  @Override
  public void requireBindable(DeviceKey device, DaxMode mode) throws DaxException {
    if (mode == DaxMode.SYSTEM_RAM) {
      try (SysfsFolder attributes = open(device)) {
        MemoryBlocks.requireOneIn(tree, name(device), read(device, attributes));
      }
    }
  }

  @Override
  public void bind(DeviceKey device, DaxMode mode) throws DaxException {
    requireBindable(device, mode);
    try (SysfsFolder attributes = open(device)) {
      DriverBinding binding = new DriverBinding(tree, name(device), attributes);
      binding.requireUnused("bind " + name(device) + " to " + mode.driver());
      binding.bind(mode.driver());
    }
  }

  @Override
  public void requireUnusedByOthers(DeviceKey device) throws DaxException {
    try (SysfsFolder attributes = open(device)) {
      new DriverBinding(tree, name(device), attributes).requireUnusedByOthers("unbind " + name(device));
    }
  }

  @Override
  public void unbind(DeviceKey device) throws DaxException {
    String attempt = "unbind " + name(device);
    try (SysfsFolder attributes = open(device)) {
      DeviceInfo info = read(device, attributes);
      DriverBinding binding = new DriverBinding(tree, name(device), attributes);
      binding.requireUnused(attempt);
      if (info.mode().equals(Optional.of(DaxMode.SYSTEM_RAM))) {
        MemoryBlocks blocks = MemoryBlocks.of(tree, name(device), info);
        blocks.requireOffline(attempt);
        binding.unbind();
        blocks.requireGone(attempt);
      } else {
        binding.unbind();
      }
    }
  }

  @Override
  public void delete(DeviceKey device) throws DaxException {
    String attempt = "delete " + name(device);
    try (SysfsFolder attributes = openAttributes(); LayoutLock _ = LayoutLock.toChange(attributes, attempt)) {
      open(device).close();
      attributes.write("delete", name(device), "disable it and resize it to 0 first; device 0 is never deleted");
    }
  }

  @Override
  public Memory memory(DeviceKey device) throws DaxException {
    try (SysfsFolder attributes = open(device)) {
      Object binding = NodeMemory.bindingOf(attributes).orElseThrow(() -> DaxException.of(Errno.ENXIO,
          "map " + name(device), "somebody else has unbound it meanwhile", "see who reconfigures it"));
      DeviceInfo info = read(device, attributes);
      return new NodeMemory(tree, folder.resolve(name(device)), name(device), device.incarnation(), binding,
          info.alignment(), info.size(), NvdimmRegion.of(folder));
    }
  }

  /** Nothing is held: the region is the kernel's. */
  @Override
  public boolean holdsMemory() {
    return false;
  }

  @Override
  public void close() {
  }
}
