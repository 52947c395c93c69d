// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

import dev.jdax.spi.DaxName;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.DeviceKey;
import dev.jdax.spi.Growth;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionInfo;
import dev.jdax.spi.RegionOps;
import dev.jdax.spi.Unwind;

/**
 * A contiguous range of differentiated memory: the parent of devices.
 *
 * <p>A <em>dynamic</em> region is carved up by its user; it is born with device 0, which is empty and cannot be
 * deleted. A
 * <em>static</em> one has the one device that its media, or its maker, say.
 *
 * <p>The memory belongs to the region and to every live mapping of its devices: it is given back when the region is
 * closed and the last mapping has ended.
 */
public final class DaxRegion implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofMillis(1);

  private final DaxBus bus;
  private final int id;
  private final String driver;
  private final MemorySource source;
  private final RegionOps ops;
  private final boolean idGiven;
  private final List<DeviceKey> bornWith;

  /**
   * The region lock: guards the fields below, the ops, and the state of the region's devices. Taken before the bus
   * lock; not held while a mapping is revoked or a listener called. A monitor, as all locks of jdax are: whatever is
   * thrown, the JVM lets go of it.
   */
  final Object lock = new Object();
  private final DeviceHandles handles = new DeviceHandles(this);
  private final LiveMappings mappings = new LiveMappings();
  /** Read without the lock, too; once true, it stays so. */
  private volatile boolean dead;

  /** Held while the memory is given back; taken without another lock. */
  private final RegionLife life;

  DaxRegion(DaxBus bus, RegionOps ops, int id, boolean idGiven, List<DeviceKey> bornWith, String driver,
      MemorySource source) {
    this.bus = bus;
    this.ops = ops;
    this.id = id;
    this.idGiven = idGiven;
    this.bornWith = bornWith;
    this.driver = driver;
    this.source = source;
    this.life = new RegionLife(ops, toString());
  }

  /** Has the region's memory given back, too, when the program forgets the region. */
  void watch() {
    life.of(this);
  }

  /**
   * {@return the id: the first number in its devices' names}
   */
  public int id() {
    return id;
  }

  /**
   * {@return what the region is made of, as it was added to the bus}
   */
  public MemorySource source() {
    return source;
  }

  /**
   * {@return whether devices can be created, resized and destroyed}
   *
   * @throws DaxException with ENXIO if the region is closed
   */
  public boolean isDynamic() throws DaxException {
    return info("read " + this).dynamic();
  }

  /**
   * {@return the size in bytes}
   *
   * @throws DaxException with ENXIO if the region is closed
   */
  public long size() throws DaxException {
    return info("read the size of " + this).size();
  }

  /**
   * {@return how much no device has, in bytes; 0 for a static region}
   *
   * @throws DaxException with ENXIO if the region is closed
   */
  public long availableSize() throws DaxException {
    return info("read the available size of " + this).availableSize();
  }

  /**
   * {@return the alignment that a new device gets}
   *
   * @throws DaxException with ENXIO if the region is closed, with EACCES if only root may know it
   */
  public PageSize alignment() throws DaxException {
    String attempt = "read the alignment of " + this;
    return info(attempt).alignment().orElseThrow(() -> needsRoot(attempt));
  }

  /**
   * {@return the devices, by id}
   *
   * @throws DaxException with ENXIO if the region is closed
   */
  public List<DaxDevice> devices() throws DaxException {
    synchronized (lock) {
      requireAlive("list the devices of " + this);
      List<DaxDevice> devices = new ArrayList<>();
      for (DeviceKey key : ops.deviceKeys()) {
        device(key).ifPresent(devices::add);
      }
      return devices;
    }
  }

  /**
   * {@return the region's attributes, as the files in {@code dax_region/} of sysfs, and those of its kind of memory}
   *
   * @throws DaxException with ENXIO if the region is closed
   */
  public List<DaxAttribute> attributes() throws DaxException {
    return Attributes.of(this);
  }

  /**
   * {@return one of the {@link #attributes()}}
   *
   * @param name its name
   * @throws DaxException with ENOENT if the region has none of that name, with ENXIO if it is closed
   */
  public DaxAttribute attribute(String name) throws DaxException {
    return Attributes.find(attributes(), name, toString());
  }

  /**
   * Makes a device of size 0, as writing 1 to {@code create} does.
   *
   * @return the device, with the lowest free id and the region's alignment
   * @throws DaxException with ENOENT if the region is static, with ENOSPC if nothing of it is available, with ENXIO if
   *     it is closed
   */
  public DaxDevice createEmpty() throws DaxException {
    StackRoom.require();
    DaxDevice device;
    synchronized (lock) {
      try (Unwind unwind = new Unwind()) {
        String attempt = "create a device in " + this;
        RegionInfo info = requireDynamic(attempt);
        if (info.availableSize() == 0) {
          throw DaxException.of(Errno.ENOSPC, attempt,
              "nothing of its " + ByteSize.format(info.size()) + " is available",
              "shrink or destroy a device first");
        }
        device = handles.of(unwind.make(ops::create, Unwind.ifOurs(ops::delete)));
        unwind.keep();
        handles.madeEmpty(device);
      }
    }
    bus.fire(DaxEvent.Kind.ADD, device);
    return device;
  }

  /**
   * Makes a device of a given size and binds it, so that it can be mapped; all of that, or nothing. If the region's
   * memory is to be cleared, that keeps no other thread from using the region; other threads see that less of it is
   * available, and no device before it is made.
   *
   * @param size its size in bytes, positive
   * @return the device, with the lowest free id and the region's alignment
   * @throws IllegalArgumentException if {@code size <= 0}
   * @throws DaxException with ENOENT if the region is static, with EINVAL if the size is not a multiple of
   *     {@link PageSize#sizeGranule()} of the region's alignment, with ENOSPC if so much is not available, with ENXIO
   *     if the region is closed, with EACCES if only root may know the region's alignment
   */
  public DaxDevice create(long size) throws DaxException {
    return create(size, Optional.empty());
  }

  /**
   * Makes a device of a given size and alignment and binds it, so that it can be mapped; all of that, or nothing.
   *
   * @param size its size in bytes, positive
   * @param alignment its alignment, larger or smaller than the region's
   * @return the device, with the lowest free id
   * @throws IllegalArgumentException if {@code size <= 0}
   * @throws DaxException with ENOENT if the region is static, with EINVAL if the size is not a multiple of
   *     {@link PageSize#sizeGranule()} of the alignment, with ENOSPC if so much is not available, with ENXIO if the
   *     region is closed
   */
  public DaxDevice create(long size, PageSize alignment) throws DaxException {
    return create(size, Optional.of(alignment));
  }

  private DaxDevice create(long size, Optional<PageSize> alignment) throws DaxException {
    if (size <= 0) {
      throw new IllegalArgumentException("a device of " + size + " bytes: the size must be positive");
    }
    StackRoom.require();
    String attempt = "create a device of " + ByteSize.format(size)
        + alignment.map(asked -> " with an alignment of " + asked).orElse("") + " in " + this;
    DaxDevice device;
    try (Unwind unwind = new Unwind()) {
      Growth growth = grow(Optional.empty(), size, () -> {
        RegionInfo info = requireDynamic(attempt);
        DeviceRules.sizeFits(attempt, size, alignment.or(info::alignment).orElseThrow(() -> needsRoot(attempt)));
        DeviceRules.spaceIsThere(attempt, size, info);
      }, unwind);
      device = createOf(growth, attempt, size, alignment);
    }
    bus.fire(DaxEvent.Kind.ADD, device);
    return device;
  }

  /** Refuses what cannot be resized; called with the region lock held. */
  @FunctionalInterface
  interface Requirement {
    void check() throws DaxException;
  }

  /**
   * Has memory taken for a device and made ready. Called without the region lock, which is held while the memory is
   * taken, and not while it is made ready. If the region is closed before that has ended, its memory goes back then.
   *
   * @param device which device; empty if it is yet to be made
   * @param size the size in bytes that the device is to have
   * @param requirement looked at before, under the same lock
   * @param unwind returns, when all is done or undone, what was given to no device
   */
  Growth grow(Optional<DeviceKey> device, long size, Requirement requirement, Unwind unwind) throws DaxException {
    unwind.makeForNow(() -> this, DaxRegion::ended); // after the growth is closed
    Growth growth = unwind.makeForNow(() -> ops.growth(device, size), Growth::close);
    synchronized (lock) {
      requirement.check();
      growth.reserve();
    }
    growth.prepare();
    return growth;
  }

  private DaxDevice createOf(Growth growth, String attempt, long size, Optional<PageSize> alignment)
      throws DaxException {
    synchronized (lock) {
      try (Unwind unwind = new Unwind()) {
        requireAlive(attempt); // looked at again: another thread may have closed the region
        DeviceKey key = unwind.make(ops::create, Unwind.ifOurs(ops::delete));
        if (alignment.isPresent()) {
          ops.setAlignment(key, alignment.get());
        }
        unwind.make(() -> {
          growth.give(key);
          return key;
        }, Unwind.ifOurs(made -> ops.resize(made, 0)));
        unwind.make(() -> {
          ops.bind(key, DaxMode.DEVDAX);
          return key;
        }, Unwind.ifOurs(ops::unbind));
        DeviceInfo made = ops.device(key);
        if (made.size() != size) { // daxctl create-device takes any empty device, also one that is just being made
          unwind.keep(); // it is theirs
          throw DaxException.of(Errno.EBUSY, attempt, "somebody else has taken " + new DaxName(id, key.id())
              + " meanwhile, and it has " + ByteSize.format(made.size()), "try again");
        }
        DaxDevice device = handles.of(key);
        unwind.keep();
        handles.made(device);
        return device;
      }
    }
  }

  /**
   * Deletes a device of size 0 that is not bound, as writing its name to {@code delete} does.
   *
   * @param name its name
   * @throws DaxException with ENOENT if the region is static, with ENXIO if it has none of that name or is closed, with
   *     EBUSY if the device is bound, has a size, or is device 0
   */
  public void delete(String name) throws DaxException {
    DaxDevice device;
    synchronized (lock) {
      String attempt = "delete " + DaxAttribute.shortened(name) + " of " + this;
      requireDynamic(attempt);
      device = find(name).orElseThrow(() -> DaxException.of(Errno.ENXIO, attempt,
          "the region has no device of that name", "ask the region for its devices"));
      device.deleteLocked(attempt);
    }
    bus.fire(DaxEvent.Kind.REMOVE, device);
  }

  /**
   * Ends the region: its devices are destroyed, and its memory is given back as soon as no mapping of it is open and no
   * thread clears it for a device. Live mappings stay, and own the memory from now on. Never waits; a further call does
   * nothing.
   */
  @Override
  public void close() {
    StackRoom.require();
    List<DaxDevice> destroyed;
    synchronized (lock) {
      dead = true; // first: a further call goes on where an error has stopped this one
      destroyed = handles.forgetAll();
    }
    bus.forget(this);
    ended();
    destroyed.forEach(device -> bus.fire(DaxEvent.Kind.REMOVE, device));
  }

  /**
   * Ends the region and every mapping of it, as unbinding the driver does in Linux: no device can be mapped any more,
   * the mappings are revoked, what is in flight is waited for, and the memory is given back.
   *
   * @throws DaxException with EBUSY if a foreign call, or a {@linkplain DaxMapping#retain lease}, still holds a
   *     mapping's memory after a second: the region is gone, and its memory goes with that mapping; a further call tries
   *     again, and takes the memory away from a foreign call ({@link OnMapped#REVOKE}); with EBUSY, too, if another thread
   *     still clears memory for a device after a second: the memory goes back when that has ended
   */
  public void remove() throws DaxException {
    close();
    DaxException held = null;
    for (DaxMapping mapping : mappings()) {
      try {
        mapping.revoke("remove " + this, "its region was removed");
      } catch (DaxException e) {
        held = e; // the others are revoked all the same
      }
    }
    if (held == null && !growsNoMore()) {
      held = DeviceRules.busy("remove " + this, "another thread clears memory for a device of it",
          "nothing is left to do: the memory goes back when that has ended");
    }
    ended();
    if (held != null) {
      throw held;
    }
  }

  /** {@return whether nothing is being made ready for a device, within a second} */
  private boolean growsNoMore() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      synchronized (lock) {
        if (!ops.isGrowing()) {
          return true;
        }
      }
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      LockSupport.parkNanos(RETRY.toNanos());
    }
  }

  /**
   * {@return the name that sentences give it, and the memory that it is made of}
   */
  @Override
  public String toString() {
    return "region " + id + " (" + driver + ": " + source + ")";
  }

  // What devices and mappings of this region use.

  DaxBus bus() {
    return bus;
  }

  /** {@return whether the driver gave the id, and not the bus} */
  boolean hasGivenId() {
    return idGiven;
  }

  /** {@return the ids of the devices that the driver made it with} */
  List<Integer> bornWith() {
    return bornWith.stream().map(DeviceKey::id).toList();
  }

  /** {@return the devices that the driver made it with; none of them is read} */
  List<DaxDevice> devicesBornWith() throws DaxException {
    synchronized (lock) {
      List<DaxDevice> devices = new ArrayList<>();
      for (DeviceKey key : bornWith) {
        devices.add(handles.of(key));
      }
      return devices;
    }
  }

  RegionOps ops() {
    return ops;
  }

  DaxDevice seed() {
    return handles.seed();
  }

  DaxDevice youngest() {
    return handles.youngest();
  }

  boolean isDead() {
    return dead;
  }

  RegionInfo info(String attempt) throws DaxException {
    synchronized (lock) {
      requireAlive(attempt);
      return ops.info();
    }
  }

  Map<String, String> properties(String attempt) throws DaxException {
    synchronized (lock) {
      requireAlive(attempt);
      return ops.properties();
    }
  }

  private void requireAlive(String attempt) throws DaxException {
    if (dead) {
      throw DaxException.of(Errno.ENXIO, attempt, "the region is closed", "add its memory to a bus again");
    }
  }

  private RegionInfo requireDynamic(String attempt) throws DaxException {
    requireAlive(attempt);
    RegionInfo info = ops.info();
    if (!info.dynamic()) {
      throw DaxException.of(Errno.ENOENT, attempt, "a static region has the devices that it was made with",
          "take a dynamic region");
    }
    return info;
  }

  static DaxException needsRoot(String attempt) {
    return DaxException.of(Errno.EACCES, attempt, "unknown (needs root)", "ask as root");
  }

  /** {@return the device of a key, or empty if it has vanished since its key was read} */
  private Optional<DaxDevice> device(DeviceKey key) throws DaxException {
    try {
      ops.device(key); // refused if the device has vanished, or cannot be read
      return Optional.of(handles.of(key));
    } catch (DaxException e) {
      if (e.errno() == Errno.ENXIO) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** {@return the device of that name, if the region has it} */
  Optional<DaxDevice> find(String name) throws DaxException {
    Optional<DaxName> wanted = DaxName.of(name).filter(found -> found.region() == id);
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    synchronized (lock) {
      Optional<DeviceKey> key = dead ? Optional.empty() : ops.keyOf(wanted.get().id());
      return key.isPresent() ? device(key.get()) : Optional.empty();
    }
  }

  /** The device is no more; its name may be given again. */
  void forget(DaxDevice device) {
    handles.forget(device);
  }

  /** A device was bound: it is the seed no longer. */
  void bound(DaxDevice device) {
    handles.bound(device);
  }

  /** Called with the region lock held. */
  void began(DaxMapping mapping) {
    mappings.add(mapping);
  }

  /**
   * A mapping has ended, or the region has, or what was being made ready for a device of it: with the last of them the
   * memory goes back. May be called again.
   *
   * <p>In a region that lives, the thread that ends a forgotten mapping does not wait for the region lock: the thread
   * that has it may be waiting for the next such mapping to end, before it unbinds a device.
   */
  void ended() {
    if (!dead) {
      return;
    }
    synchronized (lock) {
      if (!mappings.isEmpty() || ops.isGrowing()) {
        return;
      }
    }
    life.release(); // without the region lock, since it can take long
    bus.released(this);
  }

  /** {@return the live mappings of all devices, in the order in which they were made} */
  List<DaxMapping> mappings() {
    synchronized (lock) {
      return mappings.all();
    }
  }
}
