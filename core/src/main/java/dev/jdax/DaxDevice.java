// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import dev.jdax.spi.DaxName;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.DeviceKey;
import dev.jdax.spi.Growth;
import dev.jdax.spi.Memory;
import dev.jdax.spi.RegionInfo;
import dev.jdax.spi.Unwind;

/**
 * Ranges of a region, seen as one run of bytes: the thing that is mapped.
 *
 * <p>A device owns nothing and needs no closing. It is {@linkplain DeviceState#EMPTY empty}, {@linkplain
 * DeviceState#SIZED sized}, {@linkplain DeviceState#BOUND bound} or {@linkplain DeviceState#DEAD dead}; what can be
 * done in which state is what Linux allows (drivers/dax/bus.c). Once dead, every call but {@link #name}, {@link #id},
 * {@link #region}, {@link #state} and {@link #toString} says ENXIO.
 */
public final class DaxDevice {
  private static final Set<String> REVOCATION = Set.of(DaxDevice.class.getName() + ".revokeAndChange");

  private final DaxRegion region;
  private final DeviceKey key;
  private final int minor;

  // Guarded by the region lock.
  private boolean dead;
  /** The threads that revoke its mappings, or did when an error came; until they have done so, it cannot be mapped. */
  private List<Thread> revoking = List.of();

  DaxDevice(DaxRegion region, DeviceKey key, int minor) {
    this.region = region;
    this.key = key;
    this.minor = minor;
  }

  /**
   * {@return the name, such as {@code dax0.1}: the region's id and its own}
   */
  public String name() {
    return new DaxName(region.id(), key.id()).toString();
  }

  /**
   * {@return the id in the region}
   */
  public int id() {
    return key.id();
  }

  /**
   * {@return the region}
   */
  public DaxRegion region() {
    return region;
  }

  /**
   * {@return where the device is in its life}
   *
   * @throws DaxException if it cannot be read
   */
  public DeviceState state() throws DaxException {
    try {
      DeviceInfo info = info("read the state of " + name());
      return info.bound() ? DeviceState.BOUND : info.size() == 0 ? DeviceState.EMPTY : DeviceState.SIZED;
    } catch (DaxException e) {
      if (e.errno() == Errno.ENXIO) {
        return DeviceState.DEAD;
      }
      throw e;
    }
  }

  /**
   * {@return the size in bytes: the sum of the ranges}
   *
   * @throws DaxException with ENXIO if the device is dead
   */
  public long size() throws DaxException {
    return info("read the size of " + name()).size();
  }

  /**
   * {@return the alignment: of mappings, their offsets and lengths, and the size of a fault}
   *
   * @throws DaxException with ENXIO if the device is dead
   */
  public PageSize alignment() throws DaxException {
    return info("read the alignment of " + name()).alignment();
  }

  /**
   * {@return the ranges, in the order of their page offsets}
   *
   * @throws DaxException with ENXIO if the device is dead, with EACCES if only root may know them
   */
  public List<DaxRange> ranges() throws DaxException {
    String attempt = "read the ranges of " + name();
    return info(attempt).ranges().orElseThrow(() -> DaxRegion.needsRoot(attempt));
  }

  /**
   * {@return what the device is bound for, or empty if it is not bound, or to a driver that jdax does not know}
   *
   * @throws DaxException with ENXIO if the device is dead
   */
  public Optional<DaxMode> mode() throws DaxException {
    return info("read the mode of " + name()).mode();
  }

  /**
   * {@return the driver that the device is bound to, as Linux names it, or empty if it is not bound}
   *
   * @throws DaxException with ENXIO if the device is dead
   */
  public Optional<String> driver() throws DaxException {
    return info("read the driver of " + name()).driver();
  }

  /**
   * {@return the live mappings, in the order in which they were made}
   *
   * @throws DaxException with ENXIO if the device is dead
   */
  public List<DaxMapping> mappings() throws DaxException {
    info("list the mappings of " + name());
    return ownMappings();
  }

  /**
   * {@return the attributes, as the files in the device's folder of sysfs}
   *
   * @throws DaxException with ENXIO if the device is dead
   */
  public List<DaxAttribute> attributes() throws DaxException {
    return Attributes.of(this);
  }

  /**
   * {@return one of the {@link #attributes()}}
   *
   * @param attribute its name
   * @throws DaxException with ENOENT if the device has none of that name, with ENXIO if it is dead
   */
  public DaxAttribute attribute(String attribute) throws DaxException {
    return Attributes.find(attributes(), attribute, name());
  }

  /**
   * Grows or shrinks the device, if it is not bound.
   *
   * @param size the new size in bytes; 0 makes it empty
   * @throws IllegalArgumentException if {@code size < 0}
   * @throws DaxException as {@link #resize(long, OnMapped)} with {@link OnMapped#REFUSE}
   */
  public void resize(long size) throws DaxException {
    resize(size, OnMapped.REFUSE);
  }

  /**
   * Grows or shrinks the device. Growing takes the region's gaps from its start on, and gives the device a further
   * range where it cannot extend the last; shrinking takes from its end. What it grows by is cleared where the policy of
   * the memory says so, and else has what the last user left.
   *
   * @param size the new size in bytes; 0 makes it empty
   * @param onMapped with {@link OnMapped#REVOKE} a bound device is unbound first, its mappings revoked, and bound again
   *     after, unless its size is 0
   * @throws IllegalArgumentException if {@code size < 0}
   * @throws DaxException in this order: with ENXIO if the device is dead, with EACCES if its region is static, with
   *     EINVAL if the size is not a multiple of {@link PageSize#sizeGranule()} of the alignment, with EBUSY if it is
   *     bound and not forced or a mapping cannot be revoked within a second, with ENOSPC if the region has too little
   *     available, with EBUSY if another thread has resized it while memory was cleared for it
   */
  public void resize(long size, OnMapped onMapped) throws DaxException {
    if (size < 0) {
      throw new IllegalArgumentException("a device of " + size + " bytes: the size must not be negative");
    }
    Objects.requireNonNull(onMapped, "onMapped");
    String attempt = "resize " + name() + " to " + ByteSize.format(size);
    StackRoom.require();
    try (Unwind unwind = new Unwind()) {
      Growth growth = region.grow(Optional.of(key), size, () -> {
        DeviceInfo info = resizableLocked(attempt, size, onMapped);
        DeviceRules.spaceIsThere(attempt, size - info.size(), region.ops().info());
      }, unwind);
      resizeTo(growth, attempt, size, onMapped);
    }
    changed();
  }

  private DeviceInfo resizableLocked(String attempt, long size, OnMapped onMapped) throws DaxException {
    DeviceInfo info = aliveLocked(attempt);
    DeviceRules.layoutCanChange(attempt, region.ops().info());
    DeviceRules.sizeFits(attempt, size, info.alignment());
    if (onMapped == OnMapped.REFUSE) {
      DeviceRules.notBound(attempt, info);
    }
    return info;
  }

  private void resizeTo(Growth growth, String attempt, long size, OnMapped onMapped) throws DaxException {
    change(attempt, () -> {
      DeviceInfo info = resizableLocked(attempt, size, onMapped);
      if (info.bound()) {
        DaxMode mode = info.mode().orElse(DaxMode.DEVDAX);
        try (Unwind unwind = new Unwind()) {
          if (!unbindLocked(attempt, onMapped, mode, unwind)) {
            return false;
          }
          growth.give(key);
          unwind.keep();
        }
        if (size > 0) {
          region.ops().bind(key, mode);
        }
      } else if (size != info.size()) {
        growth.give(key);
      }
      return true;
    });
  }

  /**
   * Sets the alignment, if the device is not bound.
   *
   * @param alignment the alignment
   * @throws DaxException with ENXIO if the device is dead, with EACCES if its region is static, with EBUSY if it is
   *     bound, with EINVAL if the length of one of its ranges is not a multiple of the alignment
   */
  public void setAlignment(PageSize alignment) throws DaxException {
    Objects.requireNonNull(alignment, "alignment");
    synchronized (region.lock) {
      String attempt = "set the alignment of " + name() + " to " + alignment;
      DeviceInfo info = aliveLocked(attempt);
      DeviceRules.layoutCanChange(attempt, region.ops().info());
      DeviceRules.notBound(attempt, info);
      DeviceRules.alignmentFits(attempt, alignment, info);
      region.ops().setAlignment(key, alignment);
    }
    changed();
  }

  /**
   * Binds the device to its driver: from now on it can be mapped.
   *
   * @throws DaxException with ENXIO if the device is dead or empty, with EBUSY if it is bound already
   */
  public void enable() throws DaxException {
    synchronized (region.lock) {
      String attempt = "enable " + name();
      DeviceInfo info = aliveLocked(attempt);
      if (info.mode().equals(Optional.of(DaxMode.SYSTEM_RAM))) {
        throw DeviceRules.busy(attempt, "its memory is the kernel's", "set its mode to " + DaxMode.DEVDAX);
      }
      if (info.bound()) {
        throw DeviceRules.busy(attempt, "it is bound already", "map it");
      }
      DeviceRules.notEmpty(attempt, info);
      region.ops().bind(key, DaxMode.DEVDAX);
      region.bound(this);
    }
    changed();
  }

  /**
   * Binds the device to the driver of a mode, if it is not mapped.
   *
   * @param mode the mode
   * @throws DaxException as {@link #setMode(DaxMode, OnMapped)} with {@link OnMapped#REFUSE}
   */
  public void setMode(DaxMode mode) throws DaxException {
    setMode(mode, OnMapped.REFUSE);
  }

  /**
   * Binds the device to the driver of a mode, away from the one that has it; does nothing if it is in that mode.
   *
   * <p>In mode {@link DaxMode#SYSTEM_RAM} its memory is the kernel's, once its blocks are online; to take it back they
   * must be offline.
   *
   * @param mode the mode
   * @param onMapped what happens to its mappings
   * @throws DaxException with ENXIO if the device is dead or empty, with EOPNOTSUPP if its memory knows no such mode,
   *     with EINVAL if no memory block lies whole in its ranges, with EBUSY if it is mapped and not forced, if a mapping
   *     cannot be revoked within a second, or if the kernel still uses its memory
   */
  public void setMode(DaxMode mode, OnMapped onMapped) throws DaxException {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(onMapped, "onMapped");
    String attempt = "set the mode of " + name() + " to " + mode;
    if (isInMode(attempt, mode)) {
      return;
    }
    change(attempt, () -> {
      if (isInMode(attempt, mode)) {
        return true;
      }
      DeviceInfo info = aliveLocked(attempt);
      region.ops().requireBindable(key, mode);
      try (Unwind unwind = new Unwind()) {
        if (info.bound() && !unbindLocked(attempt, onMapped, info.mode().orElse(null), unwind)) {
          return false;
        }
        region.ops().bind(key, mode);
        unwind.keep();
      }
      region.bound(this);
      return true;
    });
    changed();
  }

  private boolean isInMode(String attempt, DaxMode mode) throws DaxException {
    synchronized (region.lock) {
      DeviceInfo info = aliveLocked(attempt);
      DeviceRules.notEmpty(attempt, info);
      return info.driver().equals(Optional.of(mode.driver()));
    }
  }

  /**
   * Unbinds the device from its driver, if it is not mapped.
   *
   * @throws DaxException as {@link #disable(OnMapped)} with {@link OnMapped#REFUSE}
   */
  public void disable() throws DaxException {
    disable(OnMapped.REFUSE);
  }

  /**
   * Unbinds the device from its driver: it can no longer be mapped, and can be resized.
   *
   * @param onMapped what happens to its mappings; one that was revoked stays closed, also when the device is enabled
   *     again
   * @throws DaxException with ENXIO if the device is dead, with ENODEV if it is not bound, with EBUSY if it is mapped
   *     and not forced, a mapping cannot be revoked within a second, or its memory is the kernel's
   */
  public void disable(OnMapped onMapped) throws DaxException {
    Objects.requireNonNull(onMapped, "onMapped");
    String attempt = "disable " + name();
    change(attempt, () -> {
      DeviceInfo info = aliveLocked(attempt);
      if (!info.bound()) {
        throw DaxException.of(Errno.ENODEV, attempt, "it is not bound", "nothing is left to do");
      }
      if (info.mode().equals(Optional.of(DaxMode.SYSTEM_RAM))) {
        throw DeviceRules.busy(attempt, "its memory is the kernel's", "set its mode to " + DaxMode.DEVDAX + " first");
      }
      return unbindLocked(attempt, onMapped);
    });
    changed();
  }

  /**
   * Unbinds the device, gives its ranges back and deletes it, if it is not mapped.
   *
   * @throws DaxException as {@link #destroy(OnMapped)} with {@link OnMapped#REFUSE}
   */
  public void destroy() throws DaxException {
    destroy(OnMapped.REFUSE);
  }

  /**
   * Unbinds the device, gives its ranges back and deletes it. Its name may be given again, to another device.
   *
   * @param onMapped what happens to its mappings
   * @throws DaxException with ENXIO if the device is dead, with EACCES if its region is static, with EBUSY if it is
   *     device 0, if it is mapped and not forced, or if a mapping cannot be revoked within a second
   */
  public void destroy(OnMapped onMapped) throws DaxException {
    Objects.requireNonNull(onMapped, "onMapped");
    String attempt = "destroy " + name();
    change(attempt, () -> {
      DeviceInfo info = aliveLocked(attempt);
      DeviceRules.layoutCanChange(attempt, region.ops().info());
      DeviceRules.notDeviceZero(attempt, key.id());
      try (Unwind unwind = new Unwind()) {
        if (info.bound() && !unbindLocked(attempt, onMapped, info.mode().orElse(DaxMode.DEVDAX), unwind)) {
          return false;
        }
        region.ops().resize(key, 0);
        unwind.keep(); // what it held is gone
      }
      deleteLocked(attempt);
      return true;
    });
    region.bus().fire(DaxEvent.Kind.REMOVE, this);
  }

  /**
   * Maps the whole device.
   *
   * @param access what the mapping is for
   * @return the mapping, to be closed by the caller
   * @throws DaxException as {@link #map(Access, long, long)}
   */
  public DaxMapping map(Access access) throws DaxException {
    Objects.requireNonNull(access, "access");
    synchronized (region.lock) {
      return mapLocked(access, 0, aliveLocked("map " + name()).size());
    }
  }

  /**
   * Maps a part of the device: shared, at an address that is a multiple of the alignment, not inherited by a child
   * process.
   *
   * @param access what the mapping is for
   * @param offset where the part begins in the device, in bytes, a multiple of the alignment
   * @param length how long it is, in bytes, a positive multiple of the alignment
   * @return the mapping, to be closed by the caller
   * @throws IllegalArgumentException if {@code offset} or {@code length} is negative
   * @throws IndexOutOfBoundsException if {@code offset + length} overflows
   * @throws DaxException with ENXIO if the device is dead or not bound, with EINVAL if offset or length is not a
   *     multiple of the alignment, the length is 0, the part is not inside the device, or an aligned block lies in two
   *     ranges, with EOPNOTSUPP if the memory cannot be faulted in blocks of the alignment, with EACCES, EPERM or EROFS
   *     if its node or file may not be opened for that access, with ENOMEM if there are no addresses for it
   */
  public DaxMapping map(Access access, long offset, long length) throws DaxException {
    Objects.requireNonNull(access, "access");
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("offset " + offset + ", length " + length + ": neither may be negative");
    }
    if (offset > Long.MAX_VALUE - length) {
      throw new IndexOutOfBoundsException("offset " + offset + " + length " + length + " overflows");
    }
    synchronized (region.lock) {
      return mapLocked(access, offset, length);
    }
  }

  private DaxMapping mapLocked(Access access, long offset, long length) throws DaxException {
    String attempt = "map " + name() + " at offset " + ByteSize.hex(offset) + ", " + ByteSize.format(length);
    DeviceInfo info = aliveLocked(attempt);
    DeviceRules.mappable(attempt, info);
    if (isBeingRevoked()) {
      throw DaxException.of(Errno.ENXIO, attempt, "it is being unbound by force", "enable it first");
    }
    MappingRules.check(attempt, info, offset, length);
    Memory memory = region.ops().memory(key);
    MappingRules.checkGranularity(attempt, info, memory);
    return DaxMapping.of(attempt, this, info, memory, access, offset, length);
  }

  /**
   * {@return the name}
   */
  @Override
  public String toString() {
    return name();
  }

  // Below: called with the region lock held, unless it says otherwise.

  int minor() {
    return minor;
  }

  /** Called without the region lock. */
  DeviceInfo info(String attempt) throws DaxException {
    synchronized (region.lock) {
      return aliveLocked(attempt);
    }
  }

  DeviceKey key() {
    return key;
  }

  /** Called without the region lock. */
  Map<String, String> properties(String attempt) throws DaxException {
    synchronized (region.lock) {
      aliveLocked(attempt);
      return region.ops().properties(key);
    }
  }

  private DeviceInfo aliveLocked(String attempt) throws DaxException {
    DaxException why = null;
    if (!dead) {
      try {
        return region.ops().device(key);
      } catch (DaxException e) {
        if (e.errno() != Errno.ENXIO || region.ops().keyOf(key.id()).equals(Optional.of(key))) {
          throw e;
        }
        why = e;
      }
      region.forget(this); // another program has deleted it, and may have made another one of that name
    }
    throw DaxException.of(Errno.ENXIO, attempt,
        region.isDead() ? "its region is closed" : "the device was destroyed",
        "ask its bus for the devices there are", why);
  }

  /** Deletes the device, as Linux's delete_store does. */
  void deleteLocked(String attempt) throws DaxException {
    DeviceRules.deletable(attempt, aliveLocked(attempt));
    region.ops().delete(key);
    region.forget(this);
  }

  /**
   * Unbinds it, and binds it again on failure, if it had a mode.
   *
   * @return false, and nothing is done, if its mappings are to be revoked first
   */
  private boolean unbindLocked(String attempt, OnMapped onMapped, DaxMode mode, Unwind unwind) throws DaxException {
    return unwind.make(() -> unbindLocked(attempt, onMapped), Unwind.ifOurs(unbound -> {
      if (unbound && mode != null) {
        region.ops().bind(key, mode);
      }
    }));
  }

  private boolean unbindLocked(String attempt, OnMapped onMapped) throws DaxException {
    int mapped = ownMappings().size();
    if (mapped > 0) {
      if (onMapped == OnMapped.REFUSE) {
        throw DeviceRules.busy(attempt, mapped + (mapped == 1 ? " mapping of it is open" : " mappings of it are open"),
            "close them, or force it");
      }
      region.ops().requireUnusedByOthers(key);
      return false;
    }
    region.ops().unbind(key);
    return true;
  }

  private List<DaxMapping> ownMappings() {
    return region.mappings().stream().filter(mapping -> mapping.device() == this).toList();
  }

  /** A change that begins with {@link #unbindLocked}, as a rule. */
  @FunctionalInterface
  private interface Change {
    /** {@return whether it was made; if not, nothing was done, and the mappings are to be revoked first} */
    boolean make() throws DaxException;
  }

  /** Makes a change; called without the region lock, which is held while it is made, and not while mappings end. */
  private void change(String attempt, Change change) throws DaxException {
    StackRoom.require();
    boolean made;
    synchronized (region.lock) {
      made = change.make();
    }
    if (!made) {
      revokeAndChange(attempt, change);
    }
  }

  private void revokeAndChange(String attempt, Change change) throws DaxException {
    Thread self = Thread.currentThread();
    try {
      List<DaxMapping> open;
      synchronized (region.lock) {
        revoking = Stream.concat(revoking.stream(), Stream.of(self)).toList();
        open = ownMappings();
      }
      for (DaxMapping mapping : open) {
        mapping.revoke(attempt, "the device was taken from it by force: " + attempt);
      }
      synchronized (region.lock) {
        if (!aliveLocked(attempt).bound()) {
          throw DaxException.of(Errno.ENXIO, attempt, "another thread has disabled it meanwhile", "look at its state");
        }
        change.make();
      }
    } finally {
      synchronized (region.lock) {
        revoking = revoking.stream().filter(thread -> thread != self).toList();
      }
    }
  }

  /** {@return whether a thread revokes its mappings now; one that an error has driven out is forgotten} */
  private boolean isBeingRevoked() {
    if (!revoking.isEmpty()) {
      revoking = revoking.stream().filter(thread -> StackTraces.mayHold(thread, REVOCATION)).toList();
    }
    return !revoking.isEmpty();
  }

  boolean isDead() {
    return dead;
  }

  /** {@return whether it was alive until now} */
  boolean die() {
    boolean wasAlive = !dead;
    dead = true;
    return wasAlive;
  }

  /** Called without the region lock. */
  private void changed() {
    region.bus().fire(DaxEvent.Kind.CHANGE, this);
  }
}
