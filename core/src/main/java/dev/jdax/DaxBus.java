// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.DaxName;
import dev.jdax.spi.DeviceKey;
import dev.jdax.spi.FirstFew;
import dev.jdax.spi.LowestFree;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionInfo;
import dev.jdax.spi.RegionOps;
import dev.jdax.spi.Unwind;

/**
 * Regions and their devices, under unique names: what {@code /sys/bus/dax} is to a kernel.
 *
 * <p>A program may have several; they know nothing of each other, and exclude each other where they claim the same
 * memory.
 */
public final class DaxBus implements AutoCloseable {
  /** MINORMASK of include/linux/kdev_t.h: a minor number has 20 bits. */
  private static final int LAST_MINOR = (1 << 20) - 1;
  private static final Logger LOG = System.getLogger("dev.jdax");

  private final List<DaxDriver> drivers;
  private final List<DaxListener> listeners = new CopyOnWriteArrayList<>();

  /** The bus lock: guards the fields below. Taken last; nothing is called while it is held. */
  private final Object lock = new Object();
  private List<DaxRegion> regions = List.of();
  /** Those whose memory was not given back yet: also regions that are closed, and have mappings. */
  private List<DaxRegion> unreleased = List.of();
  private final LowestFree minors = new LowestFree();
  private boolean closed;

  private DaxBus(List<DaxDriver> drivers) {
    this.drivers = drivers;
  }

  /**
   * Makes a bus with all drivers that {@link ServiceLoader} finds.
   *
   * @return a bus without regions
   */
  public static DaxBus create() {
    return new DaxBus(
        ServiceLoader.load(DaxDriver.class, DaxDriver.class.getClassLoader()).stream().map(p -> p.get()).toList());
  }

  /**
   * Makes a bus with the given drivers and no others.
   *
   * @param drivers the drivers; of two that match a source equally well, the first gets it
   * @return a bus without regions
   */
  public static DaxBus withDrivers(DaxDriver... drivers) {
    return new DaxBus(List.of(drivers));
  }

  /**
   * Lets the driver that knows a source best claim it and make a region of it.
   *
   * @param source the source
   * @return the region, on this bus until it is closed or removed
   * @throws DaxException with ENODEV if no driver knows the source, with EEXIST if its devices' names are on the bus
   *     already, or as the driver refuses it
   * @throws IllegalStateException if the bus is closed
   */
  public DaxRegion add(MemorySource source) throws DaxException {
    DaxDriver driver = driverOf(Objects.requireNonNull(source, "source"));
    StackRoom.require();
    try (Unwind unwind = new Unwind()) {
      RegionOps ops = unwind.make(() -> driver.probe(source), RegionOps::close);
      // The ops are the region's from here on; it is closed before them, and they may be closed again.
      DaxRegion region = unwind.make(() -> register(ops, driver.name(), source), DaxRegion::close);
      List<DaxDevice> devices = region.devicesBornWith();
      unwind.keep();
      devices.forEach(device -> fire(DaxEvent.Kind.ADD, device));
      return region;
    }
  }

  private DaxDriver driverOf(MemorySource source) throws DaxException {
    DaxDriver best = null;
    DaxDriver.Match bestMatch = DaxDriver.Match.NONE;
    for (DaxDriver driver : drivers) {
      DaxDriver.Match match = driver.matches(source);
      if (match.compareTo(bestMatch) > 0) {
        best = driver;
        bestMatch = match;
      }
    }
    if (best == null) {
      throw DaxException.of(Errno.ENODEV, "add " + source,
          "no driver of " + drivers.stream().map(DaxDriver::name).collect(Collectors.joining(", "))
              + " knows a " + source.getClass().getSimpleName(),
          "put the module that has its driver on the path");
    }
    return best;
  }

  private DaxRegion register(RegionOps ops, String driver, MemorySource source) throws DaxException {
    RegionInfo info = ops.info();
    List<DeviceKey> keys = ops.deviceKeys();
    List<Integer> ids = keys.stream().map(DeviceKey::id).toList();
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("the bus is closed");
      }
      int id = info.id().orElseGet(this::lowestFreeRegionId);
      for (DaxRegion other : regions) {
        // Only regions whose ids are given can have the same; then their devices differ, as on Linux.
        if (other.id() == id && !(other.hasGivenId() && Collections.disjoint(other.bornWith(), ids))) {
          String names = FirstFew.of(ids, ", ", deviceId -> new DaxName(id, deviceId).toString());
          throw DaxException.of(Errno.EEXIST, "add " + driver + ": " + source,
              names + " would be names of " + other + " too",
              "remove that region first");
        }
      }
      DaxRegion region = new DaxRegion(this, ops, id, info.id().isPresent(), keys, driver,
          source);
      region.watch();
      unreleased = with(region, unreleased); // first: what an error leaves there is only looked at in vain
      regions = with(region, regions);
      return region;
    }
  }

  private int lowestFreeRegionId() {
    LowestFree free = new LowestFree();
    regions.forEach(region -> free.take(region.id()));
    return free.take();
  }

  /**
   * {@return the regions, in the order in which they were added}
   */
  public List<DaxRegion> regions() {
    synchronized (lock) {
      return regions;
    }
  }

  /**
   * {@return the devices of all regions}
   *
   * @throws DaxException if a region cannot be read
   */
  public List<DaxDevice> devices() throws DaxException {
    List<DaxDevice> devices = new ArrayList<>();
    for (DaxRegion region : regions()) {
      devices.addAll(region.devices());
    }
    return devices;
  }

  /**
   * {@return the device of a name}
   *
   * @param name the name, such as {@code dax0.1}
   * @throws DaxException with ENXIO if there is none
   */
  public DaxDevice device(String name) throws DaxException {
    for (DaxRegion region : regions()) {
      Optional<DaxDevice> device = region.find(name);
      if (device.isPresent()) {
        return device.get();
      }
    }
    throw DaxException.of(Errno.ENXIO, "find device " + name, "the bus has none of that name",
        "ask the bus for its devices");
  }

  /**
   * Tells a listener from now on what happens to the devices of this bus.
   *
   * @param listener the listener
   */
  public void addListener(DaxListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
  }

  /**
   * Tells a listener nothing more; does nothing if it was not told anything.
   *
   * @param listener the listener
   */
  public void removeListener(DaxListener listener) {
    listeners.remove(listener);
  }

  /** Tells the listeners; called without any lock. */
  void fire(DaxEvent.Kind kind, DaxDevice device) {
    for (DaxListener listener : listeners) {
      try {
        listener.changed(new DaxEvent(kind, device));
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "a listener failed at " + kind + " of " + device, e);
      }
    }
  }

  /**
   * Takes the lowest minor number that is free ({@code alloc_dax} in drivers/dax/super.c).
   *
   * @throws DaxException with ENOMEM if all of them are taken
   */
  int takeMinor() throws DaxException {
    synchronized (lock) {
      int minor = minors.take();
      if (minor > LAST_MINOR) {
        minors.give(minor);
        throw DaxException.of(Errno.ENOMEM, "give a device a number",
            "a bus has " + (LAST_MINOR + 1) + " of them, as Linux has, and all are taken",
            "destroy devices that are not needed, or make others on another bus");
      }
      return minor;
    }
  }

  void giveMinor(int minor) {
    synchronized (lock) {
      minors.give(minor);
    }
  }

  /** The region is closed; it may have mappings. */
  void forget(DaxRegion region) {
    synchronized (lock) {
      regions = without(region, regions);
    }
  }

  /** The region is closed, and its memory was given back; may be called again. */
  void released(DaxRegion region) {
    synchronized (lock) {
      unreleased = without(region, unreleased);
    }
  }

  private static List<DaxRegion> with(DaxRegion region, List<DaxRegion> regions) {
    return Stream.concat(regions.stream(), Stream.of(region)).toList();
  }

  private static List<DaxRegion> without(DaxRegion region, List<DaxRegion> regions) {
    return regions.stream().filter(other -> other != region).toList();
  }

  /**
   * {@linkplain DaxRegion#remove() Removes} the regions, the last one first: those that are on the bus, and those that
   * were closed before and still have mappings. So nothing that was made through this bus stays open.
   *
   * <p>A mapping that cannot be revoked in time, because a foreign call or a lease holds its memory, is logged and keeps
   * that memory. A further call tries again, as {@link DaxRegion#remove()} does.
   */
  @Override
  public void close() {
    List<DaxRegion> all;
    synchronized (lock) {
      closed = true;
      all = unreleased;
    }
    for (DaxRegion region : all.reversed()) {
      try {
        region.remove();
      } catch (DaxException e) {
        LOG.log(Level.WARNING, "closing the bus left a mapping open", e);
      }
    }
  }
}
