// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.Errno;
import dev.jdax.PageSize;

/**
 * A region whose memory this process holds, and whose layout is kept in memory.
 *
 * <p>{@link #dynamic} and {@link #fixed} are what {@code alloc_dax_region} was to a driver in the original commit,
 * {@link #createDevice} is {@code devm_create_dax_dev}, and {@link #close} is the last {@code dax_region_put}.
 * Addresses count from the start that the driver gives; the memory's first byte is there.
 */
public final class InProcessRegion implements RegionOps {

  private static final class Device {
    final DeviceKey key;
    PageSize alignment;
    boolean bound;
    List<DaxRange> ranges = List.of();

    Device(DeviceKey key, PageSize alignment) {
      this.key = key;
      this.alignment = alignment;
    }
  }

  /** What a device is to grow by. The device has its own ranges alone until it is given this. */
  private final class Taken implements Growth {
    private final Optional<DeviceKey> wanted;
    private final long size;
    private List<DaxRange> before = List.of();
    private List<DaxRange> grown = List.of();
    /** The addresses that {@link #grown} has and {@link #before} has not. */
    private List<DaxRange> added = List.of();
    /** Set without the region's lock; {@link #growing} finds out. */
    private volatile boolean closed;

    Taken(Optional<DeviceKey> wanted, long size) {
      this.wanted = wanted;
      this.size = size;
    }

    @Override
    public void reserve() throws DaxException {
      before = wanted.isPresent() ? find(wanted.get()).ranges : List.of();
      long old = RangeTable.sizeOf(before);
      if (size <= old) {
        return;
      }
      RangeTable table = free();
      if (size - old > table.available()) {
        throw DaxException.of(Errno.ENOSPC,
            (wanted.isPresent() ? "grow device " + wanted.get().id() : "make a device") + " by "
                + ByteSize.format(size - old),
            "the region has " + ByteSize.format(table.available()) + " available", "free other devices first");
      }
      free = null;
      growths = Stream.concat(growths.stream(), Stream.of(this)).toList();
      grown = table.grow(before, size - old);
      added = RangeTable.from(old, grown);
      free = table;
    }

    @Override
    public void prepare() throws DaxException {
      for (DaxRange range : added) {
        for (Extent part : extentsOf(range)) {
          claim.prepare(part);
        }
      }
    }

    @Override
    public void give(DeviceKey taker) throws DaxException {
      if (added.isEmpty()) {
        resize(taker, size);
        return;
      }
      Device device = find(taker);
      if (!device.ranges.equals(before)) {
        throw DaxException.of(Errno.EBUSY, "grow device " + taker.id() + " to " + ByteSize.format(size),
            "another thread has resized it at the same time", "look at its size, and try again");
      }
      RangeTable table = free();
      free = null;
      closed = true; // first: no address is both taken and a device's
      device.ranges = grown;
      growths = growths.stream().filter(growth -> growth != this).toList();
      free = table;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final Memory claim;
  private final List<Extent> extents;
  private final long regionSize;
  private final boolean dynamic;
  private final OptionalInt id;
  private final long start;
  private final PageSize alignment;
  /** By id, null where there is none: ids are the lowest that are free, so there are few gaps. The one truth. */
  private final List<Device> devices = new ArrayList<>();
  /** What is no device's yet; read with {@link #growing}. */
  private List<Taken> growths = List.of();
  /**
   * Reckoned from the devices and the growths: which addresses none of them has. Null while it is changed, and if an
   * error came then.
   */
  private RangeTable free;
  /** Reckoned from the devices, and null, likewise. */
  private LowestFree ids;
  /** How many devices there have been: the incarnation of the last one. */
  private long made;

  private InProcessRegion(Memory claim, boolean dynamic, OptionalInt id, long start, PageSize alignment)
      throws DaxException {
    List<Extent> extents = claim.extents();
    long size = Extent.sizeOf(extents);
    String attempt = "make a region at " + ByteSize.hex(start) + " of " + ByteSize.format(size);
    if (!alignment.divides(start) || !alignment.divides(size) || size <= 0) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "start and size must be multiples of its alignment, " + alignment + ", and the size not 0",
          "round them to " + alignment);
    }
    for (Extent part : extents) {
      if (!alignment.divides(part.length())) {
        throw DaxException.of(Errno.EINVAL, attempt, "the part of its file at " + ByteSize.hex(part.fileOffset())
            + " has " + ByteSize.format(part.length()) + ", which is no multiple of its alignment, " + alignment,
            "give it parts that are");
      }
    }
    this.claim = claim;
    this.extents = extents;
    this.regionSize = size;
    this.dynamic = dynamic;
    this.id = id;
    this.start = start;
    this.alignment = alignment;
  }

  /**
   * Makes a region in which devices are created, resized and destroyed. It is born with device 0, which is empty.
   *
   * @param claim its memory, which the region owns from now on
   * @param start the address of its first byte
   * @param alignment its alignment
   * @return the region
   * @throws DaxException with EINVAL if start, size or an extent are not multiples of the alignment; the claim stays the
   *     caller's
   */
  public static InProcessRegion dynamic(Memory claim, long start, PageSize alignment) throws DaxException {
    InProcessRegion region = new InProcessRegion(claim, true, OptionalInt.empty(), start, alignment);
    region.create();
    return region;
  }

  /**
   * Makes a region whose layout is given: by media, or by another process.
   *
   * @param claim its memory, which the region owns from now on
   * @param id its id, or empty where the bus is to give it
   * @param start the address of its first byte
   * @param alignment its alignment
   * @return the region, which has no device yet
   * @throws DaxException with EINVAL if start, size or an extent are not multiples of the alignment; the claim stays the
   *     caller's
   */
  public static InProcessRegion fixed(Memory claim, OptionalInt id, long start, PageSize alignment)
      throws DaxException {
    return new InProcessRegion(claim, false, id, start, alignment);
  }

  /**
   * Makes a static region's one device, bound.
   *
   * @param deviceId its id
   * @param offset where its range begins, in bytes from the region's start
   * @param length how long its range is
   * @throws DaxException with EINVAL if the region is dynamic, has its device already, or does not hold the range
   */
  public void createDevice(int deviceId, long offset, long length) throws DaxException {
    if (dynamic || !deviceKeys().isEmpty() || offset < 0 || length <= 0 || length > regionSize - offset) {
      throw DaxException.of(Errno.EINVAL, "make device " + deviceId + " of a region",
          "a static region has one device, of one range inside it, and this range is " + ByteSize.hex(offset) + ", "
              + ByteSize.format(length),
          "give a range inside the region's " + ByteSize.format(regionSize));
    }
    Device device = newDevice(deviceId);
    device.ranges = List.of(new DaxRange(0, start + offset, length));
    device.bound = true;
    put(device);
  }

  private RangeTable free() {
    List<Taken> open = growing();
    if (free == null) {
      free = RangeTable.without(start, regionSize, Stream.concat(
          devices.stream().filter(Objects::nonNull).flatMap(device -> device.ranges.stream()),
          open.stream().flatMap(growth -> growth.added.stream())).toList());
    }
    return free;
  }

  /** {@return what is no device's yet; the addresses of what was closed are free from now on} */
  private List<Taken> growing() {
    if (growths.stream().anyMatch(growth -> growth.closed)) {
      free = null;
      growths = growths.stream().filter(growth -> !growth.closed).toList();
    }
    return growths;
  }

  @Override
  public boolean isGrowing() {
    return !growing().isEmpty();
  }

  private LowestFree ids() {
    if (ids == null) {
      LowestFree taken = new LowestFree();
      deviceKeys().forEach(key -> taken.take(key.id()));
      ids = taken;
    }
    return ids;
  }

  private Device newDevice(int deviceId) {
    return new Device(new DeviceKey(deviceId, ++made), alignment);
  }

  private void put(Device device) {
    while (devices.size() <= device.key.id()) {
      devices.add(null);
    }
    devices.set(device.key.id(), device);
  }

  @Override
  public RegionInfo info() {
    long available = dynamic ? free().available() : 0;
    return new RegionInfo(id, dynamic, start, regionSize, available, Optional.of(alignment), claim.node());
  }

  @Override
  public Map<String, String> properties() {
    return claim.properties();
  }

  @Override
  public List<DeviceKey> deviceKeys() {
    return devices.stream().filter(Objects::nonNull).map(device -> device.key).toList();
  }

  @Override
  public Optional<DeviceKey> keyOf(int deviceId) {
    return Optional.ofNullable(present(deviceId)).map(device -> device.key);
  }

  /** {@return the device that has an id now, or null if none has} */
  private Device present(int deviceId) {
    return deviceId >= 0 && deviceId < devices.size() ? devices.get(deviceId) : null;
  }

  @Override
  public Map<String, String> properties(DeviceKey device) throws DaxException {
    find(device);
    return Map.of();
  }

  @Override
  public DeviceInfo device(DeviceKey key) throws DaxException {
    Device device = find(key);
    return DeviceInfo.of(key, device.alignment, device.bound, device.ranges);
  }

  /** The one place where a key becomes a device. */
  private Device find(DeviceKey key) throws DaxException {
    Device device = present(key.id());
    if (device == null || !device.key.equals(key)) {
      throw DaxException.of(Errno.ENXIO, "find device " + key.id(),
          device == null ? "the region has none of that id" : "it was deleted, and another device has its id",
          "ask the region for its devices");
    }
    return device;
  }

  @Override
  public DeviceKey create() {
    LowestFree all = ids();
    ids = null;
    Device device = newDevice(all.take());
    put(device);
    ids = all;
    return device.key;
  }

  @Override
  public void resize(DeviceKey key, long size) throws DaxException {
    Device device = find(key);
    if (size > RangeTable.sizeOf(device.ranges)) {
      try (Growth growth = growth(Optional.of(key), size)) {
        growth.reserve();
        growth.prepare();
        growth.give(key);
      }
      return;
    }
    RangeTable table = free();
    free = null;
    device.ranges = table.shrink(device.ranges, size);
    free = table;
  }

  @Override
  public Growth growth(Optional<DeviceKey> device, long size) {
    return new Taken(device, size);
  }

  @Override
  public void setAlignment(DeviceKey device, PageSize wanted) throws DaxException {
    find(device).alignment = wanted;
  }

  @Override
  public void bind(DeviceKey key, DaxMode mode) throws DaxException {
    Device device = find(key);
    if (mode != DaxMode.DEVDAX) {
      throw DaxException.of(Errno.EOPNOTSUPP, "bind device " + key.id() + " in mode " + mode,
          "its memory belongs to this process, which cannot give it to the kernel", "use it as " + DaxMode.DEVDAX);
    }
    device.bound = true;
  }

  @Override
  public void unbind(DeviceKey device) throws DaxException {
    find(device).bound = false;
  }

  @Override
  public void delete(DeviceKey device) throws DaxException {
    if (!find(device).ranges.isEmpty()) {
      free = null; // an error has stopped what gave it ranges
    }
    LowestFree all = ids();
    ids = null;
    devices.set(device.id(), null);
    all.give(device.id());
    ids = all;
  }

  @Override
  public Memory memory(DeviceKey device) throws DaxException {
    List<Extent> extents = new ArrayList<>();
    for (DaxRange range : find(device).ranges) {
      extents.addAll(extentsOf(range));
    }
    return new DeviceMemory(claim, List.copyOf(extents));
  }

  /** {@return the parts of the claim's file that have the addresses of a range} */
  private List<Extent> extentsOf(DaxRange range) {
    return Extent.part(extents, range.start() - start, range.length());
  }

  @Override
  public void close() {
    claim.close();
  }

  /** The memory of one device: some extents of the claim. */
  private static final class DeviceMemory extends ForwardingMemory {
    private final List<Extent> extents;

    DeviceMemory(Memory claim, List<Extent> extents) {
      super(claim);
      this.extents = extents;
    }

    @Override
    public List<Extent> extents() {
      return extents;
    }

    @Override
    public void close() {
      // The region gives the claim back.
    }
  }
}
