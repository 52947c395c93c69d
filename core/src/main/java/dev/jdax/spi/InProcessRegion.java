// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;

/**
 * A region whose memory this process holds, and whose layout stands in memory.
 *
 * <p>{@link #dynamic} and {@link #fixed} are what {@code alloc_dax_region} was to a driver in the original commit,
 * {@link #createDevice} is {@code devm_create_dax_dev}, and {@link #close} is the last {@code dax_region_put}.
 * Addresses count from the start that the driver gives; the memory's first byte stands there.
 */
public final class InProcessRegion implements RegionOps {

  private static final class Device {
    PageSize alignment;
    boolean bound;
    List<DaxRange> ranges = List.of();

    Device(PageSize alignment) {
      this.alignment = alignment;
    }
  }

  private final Claim claim;
  private final boolean dynamic;
  private final OptionalInt id;
  private final long start;
  private final PageSize alignment;
  /** By id, null where there is none: ids are the lowest that are free, so there are few gaps. The one truth. */
  private final List<Device> devices = new ArrayList<>();
  /** Reckoned from the devices: which addresses none of them has. Null while it is changed, and if an error came then. */
  private RangeTable free;
  /** Reckoned from the devices, and null, likewise. */
  private LowestFree ids;

  private InProcessRegion(Claim claim, boolean dynamic, OptionalInt id, long start, PageSize alignment)
      throws DaxException {
    if (!alignment.divides(start) || !alignment.divides(claim.size()) || claim.size() <= 0) {
      throw new DaxException(Errno.EINVAL,
          "make a region at " + ByteSize.hex(start) + " of " + ByteSize.format(claim.size()),
          "start and size must be multiples of its alignment, " + alignment + ", and the size not 0",
          "round them to " + alignment);
    }
    this.claim = claim;
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
   * @throws DaxException with EINVAL if start or size are not multiples of the alignment; the claim stays the caller's
   */
  public static InProcessRegion dynamic(Claim claim, long start, PageSize alignment) throws DaxException {
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
   * @throws DaxException with EINVAL if start or size are not multiples of the alignment; the claim stays the caller's
   */
  public static InProcessRegion fixed(Claim claim, OptionalInt id, long start, PageSize alignment) throws DaxException {
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
    if (dynamic || !deviceIds().isEmpty() || offset < 0 || length <= 0 || length > claim.size() - offset) {
      throw new DaxException(Errno.EINVAL, "make device " + deviceId + " of a region",
          "a static region has one device, of one range inside it, and this range is " + ByteSize.hex(offset) + ", "
              + ByteSize.format(length),
          "give a range inside the region's " + ByteSize.format(claim.size()));
    }
    Device device = new Device(alignment);
    device.ranges = List.of(new DaxRange(0, start + offset, length));
    device.bound = true;
    put(deviceId, device);
  }

  private RangeTable free() {
    if (free == null) {
      free = RangeTable.without(start, claim.size(),
          devices.stream().filter(Objects::nonNull).flatMap(device -> device.ranges.stream()).toList());
    }
    return free;
  }

  private LowestFree ids() {
    if (ids == null) {
      LowestFree taken = new LowestFree();
      deviceIds().forEach(taken::take);
      ids = taken;
    }
    return ids;
  }

  private void put(int deviceId, Device device) {
    while (devices.size() <= deviceId) {
      devices.add(null);
    }
    devices.set(deviceId, device);
  }

  @Override
  public RegionInfo info() {
    long available = dynamic ? free().available() : 0;
    return new RegionInfo(id, dynamic, start, claim.size(), available, Optional.of(alignment), claim.node());
  }

  @Override
  public Map<String, String> properties() {
    return claim.properties();
  }

  @Override
  public List<Integer> deviceIds() {
    return IntStream.range(0, devices.size()).filter(this::hasDevice).boxed().toList();
  }

  @Override
  public boolean hasDevice(int deviceId) {
    return deviceId >= 0 && deviceId < devices.size() && devices.get(deviceId) != null;
  }

  @Override
  public DeviceInfo device(int deviceId) throws DaxException {
    Device device = find(deviceId);
    return DeviceInfo.of(deviceId, device.alignment, device.bound, device.ranges);
  }

  private Device find(int deviceId) throws DaxException {
    if (!hasDevice(deviceId)) {
      throw new DaxException(Errno.ENXIO, "find device " + deviceId, "the region has none of that id",
          "ask the region for its devices");
    }
    return devices.get(deviceId);
  }

  @Override
  public int create() {
    LowestFree all = ids();
    ids = null;
    int deviceId = all.take();
    put(deviceId, new Device(alignment));
    ids = all;
    return deviceId;
  }

  @Override
  public void resize(int deviceId, long size) throws DaxException {
    Device device = find(deviceId);
    long old = device(deviceId).size();
    RangeTable table = free();
    if (size > old && size - old > table.available()) {
      throw new DaxException(Errno.ENOSPC, "grow device " + deviceId + " by " + ByteSize.format(size - old),
          "the region has " + ByteSize.format(table.available()) + " available", "free other devices first");
    }
    free = null;
    device.ranges = size < old ? table.shrink(device.ranges, size) : table.grow(device.ranges, size - old);
    free = table;
    try {
      prepare(device.ranges, old);
    } catch (DaxException | RuntimeException | Error e) {
      free = null;
      device.ranges = table.shrink(device.ranges, old);
      free = table;
      throw e;
    }
  }

  /** Prepares what the ranges hold from page offset {@code from} (in bytes) on. */
  private void prepare(List<DaxRange> ranges, long from) throws DaxException {
    for (DaxRange range : ranges) {
      long skipped = Math.clamp(from - range.offset(), 0, range.length());
      if (skipped < range.length()) {
        claim.prepare(range.start() - start + skipped, range.length() - skipped);
      }
    }
  }

  @Override
  public void setAlignment(int deviceId, PageSize wanted) throws DaxException {
    find(deviceId).alignment = wanted;
  }

  @Override
  public void bind(int deviceId, DaxMode mode) throws DaxException {
    Device device = find(deviceId);
    if (mode != DaxMode.DEVDAX) {
      throw new DaxException(Errno.EOPNOTSUPP, "bind device " + deviceId + " in mode " + mode,
          "its memory belongs to this process, which cannot give it to the kernel", "use it as " + DaxMode.DEVDAX);
    }
    device.bound = true;
  }

  @Override
  public void unbind(int deviceId) throws DaxException {
    find(deviceId).bound = false;
  }

  @Override
  public void delete(int deviceId) throws DaxException {
    find(deviceId);
    LowestFree all = ids();
    ids = null;
    devices.set(deviceId, null);
    all.give(deviceId);
    ids = all;
  }

  @Override
  public Backing backing(int deviceId) throws DaxException {
    List<Extent> extents = new ArrayList<>();
    for (DaxRange range : find(deviceId).ranges) {
      extents.add(new Extent(claim.fileOffset() + range.start() - start, range.length()));
    }
    return new ClaimedExtents(claim, List.copyOf(extents));
  }

  @Override
  public void close() {
    claim.close();
  }

  private record ClaimedExtents(Claim claim, List<Extent> extents) implements Backing {
    @Override
    public Descriptor open(Access access) throws DaxException {
      return claim.open(access);
    }

    @Override
    public Object memory() {
      return claim.memory();
    }

    @Override
    public PageSize granularity() {
      return claim.granularity();
    }

    @Override
    public boolean granularityWaived() {
      return claim.granularityWaived();
    }

    @Override
    public boolean mayVanish() {
      return claim.mayVanish();
    }

    @Override
    public boolean pinned() {
      return claim.pinned();
    }

    @Override
    public boolean synchronous() {
      return claim.synchronous();
    }

    @Override
    public PersistenceDomain persistenceDomain(boolean synchronousMapping) {
      return claim.persistenceDomain(synchronousMapping);
    }

    @Override
    public Optional<StoreObserver> observer() {
      return claim.observer();
    }
  }
}
