// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import dev.jdax.platform.Reservation;
import dev.jdax.platform.Vma;
import dev.jdax.spi.Backing;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.Unwind;

/**
 * A live view of a device, or of a part of it: shared, aligned, not inherited by a child process.
 *
 * <p>The {@link #segment()} may be used by any thread until the mapping is closed; an access after that, or while that
 * happens, throws {@link IllegalStateException}, and never anything worse.
 */
public final class DaxMapping implements AutoCloseable {
  /** How long the end of a mapping waits for calls that hold its memory. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofNanos(200_000);
  /** How much {@link #check} asks the kernel for in one call, in bytes: the end of the mapping waits for one call. */
  private static final long CHECKED_AT_ONCE = 64L << 20;

  private final DaxDevice device;
  private final Access access;
  private final PageSize alignment;
  private final Backing backing;
  private final long offset;
  private final Reservation run;
  private final Arena arena;
  private final MemorySegment segment;

  private final Persistence persistence;
  private final MappingStores stores;

  /** jdax's own operations on the memory are counted, and the end of the mapping waits for them. */
  private final InFlight inFlight = new InFlight();
  /** Why it is closed; null while it is open. Written by who may end the mapping ({@link InFlight#tryEnding}). */
  private volatile String ended;

  private DaxMapping(DaxDevice device, Access access, PageSize alignment, Backing backing, long offset,
      Placement placed, Arena arena) {
    this.device = device;
    this.access = access;
    this.alignment = alignment;
    this.backing = backing;
    this.offset = offset;
    this.run = placed.run();
    this.arena = arena;
    MemorySegment memory = run.segment(arena);
    this.segment = access == Access.READ_ONLY ? memory.asReadOnly() : memory;
    this.persistence = Persistence.of(this, run, backing, backing.persistenceDomain(placed.synchronous()));
    this.stores = new MappingStores(this, run, segment, MappedFiles.of(segment, placed.files()), backing,
        persistence);
  }

  /** Maps what was checked; on failure nothing is left behind. Called with the region lock held. */
  static DaxMapping of(String attempt, DaxDevice device, DeviceInfo info, Backing backing, Access access, long offset,
      long length) throws DaxException {
    try (Unwind unwind = new Unwind()) {
      Placement memory = Placement.of(attempt, info, backing, access, offset, length);
      unwind.onFailure(memory.run()::close);
      Arena arena = Arena.ofShared();
      unwind.onFailure(arena::close);
      DaxMapping mapping = new DaxMapping(device, access, info.alignment(), backing, offset, memory, arena);
      unwind.keep();
      return mapping;
    }
  }

  /**
   * {@return the memory: as long as the mapping, aligned, read-only if the mapping is}
   *
   * @throws IllegalStateException if the mapping is closed
   */
  public MemorySegment segment() {
    requireOpen();
    return segment;
  }

  /**
   * {@return the device}
   */
  public DaxDevice device() {
    return device;
  }

  /**
   * {@return what the mapping is for}
   */
  public Access access() {
    return access;
  }

  /**
   * {@return where the mapping begins in the device, in bytes}
   */
  public long offset() {
    return offset;
  }

  /**
   * {@return how long it is, in bytes}
   */
  public long length() {
    return segment.byteSize();
  }

  /**
   * {@return the device's alignment when it was mapped, of which the address is a multiple}
   */
  public PageSize alignment() {
    return alignment;
  }

  /**
   * {@return whether the memory is kept where it is in RAM; if not, the kernel may swap or move it}
   */
  public boolean isPinned() {
    return backing.pinned();
  }

  /**
   * {@return whether the mapping has not been closed, nor revoked}
   */
  public boolean isOpen() {
    return ended == null;
  }

  /**
   * {@return the offset in this mapping of the first dead block in a range, or empty if all of it can be touched}
   *
   * <p>Memory dies under a mapping where others can take it away (a file that is truncated), or where it is poisoned.
   * Blocks that are alive count as touched afterwards. A long range is looked at in parts, between which the mapping may
   * be closed.
   *
   * @param from where the range begins in this mapping, in bytes
   * @param range how long it is, in bytes
   * @throws IndexOutOfBoundsException if the range is not inside the mapping
   * @throws IllegalStateException if the mapping is closed before the range was looked at
   * @throws DaxException with ENXIO if others have unbound the device since it was mapped, and bound it again; with
   *     EINTR if the calling thread is interrupted before the range was looked at, which it stays; or if the kernel
   *     cannot be asked (before Linux 5.14)
   */
  public OptionalLong check(long from, long range) throws DaxException {
    requireInside(from, range);
    String attempt = "check " + this;
    long part = Math.max(CHECKED_AT_ONCE, alignment.bytes());
    long at = from;
    OptionalLong gone;
    do {
      long end = Math.min(from + range, at - at % part + part);
      gone = checkPart(attempt, at, end - at);
      at = end;
      if (at < from + range && gone.isEmpty() && Thread.currentThread().isInterrupted()) {
        throw new DaxException(Errno.EINTR, attempt, "the thread was interrupted at " + ByteSize.hex(at),
            "check the rest from there");
      }
    } while (at < from + range && gone.isEmpty());
    return gone;
  }

  private OptionalLong checkPart(String attempt, long from, long range) throws DaxException {
    int stripe = enter();
    try {
      backing.requireSame(attempt);
      return range == 0
          ? OptionalLong.empty()
          : persistence.firstGone(attempt, from, range, access == Access.READ_WRITE);
    } finally {
      leave(stripe);
    }
  }

  /**
   * {@return how far a store to this memory has to travel to survive a loss of power}
   *
   * <p>On volatile memory it is {@link PersistenceDomain#NONE}: all of the following may be called, and nothing that
   * they do survives.
   */
  public PersistenceDomain persistenceDomain() {
    return persistence.domain();
  }

  /**
   * Begins to make a range durable, {@code pmem_flush}: every line of the CPU's cache that the range has a byte in is
   * written back. {@link #drain} waits until that is done; so that several ranges are flushed, and waited for once.
   *
   * <p>In a domain of pages, {@link PersistenceDomain#PAGE}, it is done when this returns. Where the cache itself is in
   * the domain, or nothing is, there is nothing to do.
   *
   * @param from where the range begins in this mapping, in bytes, aligned to nothing
   * @param range how long it is, in bytes
   * @throws IndexOutOfBoundsException if the range is not inside the mapping
   * @throws IllegalStateException if the mapping is closed, or is closed meanwhile
   * @throws DaxException with EFAULT, and the offset, if memory that was to be flushed has vanished; with EIO if the
   *     medium fails; or if this process has no way to write the cache back
   */
  public void flush(long from, long range) throws DaxException {
    requireInside(from, range);
    requireOpen();
    persistence.flush(from, range);
  }

  /**
   * Waits until all that the calling thread has flushed is durable, {@code pmem_drain}.
   *
   * @throws IllegalStateException if the mapping is closed
   */
  public void drain() {
    requireOpen();
    persistence.drain();
  }

  /**
   * Makes a range durable, {@code pmem_persist}: {@link #flush} and {@link #drain} in one.
   *
   * @param from where the range begins in this mapping, in bytes, aligned to nothing
   * @param range how long it is, in bytes
   * @throws IndexOutOfBoundsException if the range is not inside the mapping
   * @throws IllegalStateException if the mapping is closed, or is closed meanwhile
   * @throws DaxException as {@link #flush}
   */
  public void persist(long from, long range) throws DaxException {
    requireInside(from, range);
    requireOpen();
    persistence.persist(from, range);
  }

  /**
   * Keeps stores that were made before this ahead of those that are made after it, as
   * {@link java.lang.invoke.VarHandle#storeStoreFence} does; it makes nothing durable, and waits for nothing.
   *
   * <p>On x86-64 stores to one line of the cache, of 64 bytes, reach the media in the order in which the CPU makes
   * them. Java may make them in another order than the program has them, but not across this. In tests it is also where
   * {@link dev.jdax.powerfailure.PowerFailures} looks at the memory.
   *
   * @throws IllegalStateException if the mapping is closed
   */
  public void storeFence() {
    requireOpen();
    persistence.order();
  }

  /**
   * Copies into this mapping, durably, {@code pmem_memmove_persist}: what is long goes past the CPU's cache. For many
   * short copies that are waited for once, store through {@link #segment}, flush each, and drain.
   *
   * @param source what is copied, all of it; it may overlap the target, also where it lies in another mapping of the same
   *     memory that jdax has made. If other code has mapped the same file (and so has jdax in another class loader), the
   *     two must not have a byte in common
   * @param to where the target begins in this mapping, in bytes, aligned to nothing
   * @throws IndexOutOfBoundsException if the source is longer than what this mapping has from there
   * @throws IllegalStateException if the mapping is closed, or the source is; or one of them meanwhile: then a part may
   *     be copied
   * @throws DaxException with EACCES if the mapping is read-only; as {@link #flush}; also if memory of the source has
   *     vanished; a part may be copied
   */
  public void copy(MemorySegment source, long to) throws DaxException {
    Objects.requireNonNull(source, "source");
    requireInside(to, source.byteSize());
    requireOpen();
    requireWritable("copy to");
    stores.copy(source, to);
  }

  /**
   * Fills a range with one byte, durably, {@code pmem_memset_persist}: what is long goes past the CPU's cache.
   *
   * @param from where the range begins in this mapping, in bytes, aligned to nothing
   * @param range how long it is, in bytes
   * @param value the byte
   * @throws IndexOutOfBoundsException if the range is not inside the mapping
   * @throws IllegalStateException if the mapping is closed, or is closed meanwhile: then a part may be filled
   * @throws DaxException with EACCES if the mapping is read-only; as {@link #flush}; a part may be filled
   */
  public void fill(long from, long range, byte value) throws DaxException {
    requireInside(from, range);
    requireOpen();
    requireWritable("fill");
    stores.fill(from, range, value);
  }

  /**
   * Has the NVDIMMs behind this mapping write their own buffers to the media, {@code pmem_deep_drain}. What was
   * persisted is durable without it, as long as the platform gets these buffers written when power fails.
   *
   * @return whether that was done; false if the platform says that it is never needed
   * @throws IllegalStateException if the mapping is closed
   * @throws DaxException with EOPNOTSUPP if there is no NVDIMM behind it, or the kernel knows no way; with EACCES if
   *     only root may
   */
  public boolean deepFlush() throws DaxException {
    requireOpen();
    return persistence.deepFlush();
  }

  private void requireWritable(String attempt) throws DaxException {
    if (access == Access.READ_ONLY) {
      throw new DaxException(Errno.EACCES, attempt + " the " + this, "it was mapped to be read only",
          "map the device with " + Access.READ_WRITE);
    }
  }

  /**
   * {@return what the kernel says of the mapping: an entry for each of its parts, in order}
   *
   * @throws IllegalStateException if the mapping is closed
   * @throws IOException if {@code /proc/self/smaps} cannot be read
   */
  public List<KernelMapping> kernelView() throws IOException {
    int stripe = enter();
    try {
      List<KernelMapping> parts = new ArrayList<>();
      for (Vma vma : run.kernelView()) {
        parts.add(new KernelMapping(vma.start(), vma.end(), vma.kernelPageSize(), vma.flags()));
      }
      return parts;
    } finally {
      leave(stripe);
    }
  }

  /**
   * Unmaps the memory. Waits up to a second for calls that hold it; a further call does nothing.
   *
   * @throws IllegalStateException if a foreign call or I/O still holds the memory: nothing is freed, the mapping is as
   *     open as before, and may be closed again
   */
  @Override
  public void close() {
    if (!end("it was closed")) {
      throw new IllegalStateException("cannot close " + this + ": a foreign call or I/O has held its memory for "
          + PATIENCE.toSeconds() + " s; let that end, and close it again");
    }
  }

  /** Ends the mapping in its user's stead; called without the region lock. */
  void revoke(String attempt, String why) throws DaxException {
    if (!end(why)) {
      throw new DaxException(Errno.EBUSY, attempt,
          "a foreign call or I/O has held the memory of " + this + " for " + PATIENCE.toSeconds() + " s",
          "let that end, and try again");
    }
  }

  /** {@return whether the mapping has ended, now or before; false if something held its memory for too long} */
  private boolean end(String why) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    if (!within(deadline, inFlight::tryEnding)) {
      return false;
    }
    try {
      if (ended != null) {
        return true;
      }
      inFlight.stop();
      if (!within(deadline, inFlight::isIdle) || !within(deadline, this::closeArena)) {
        return false;
      }
      ended = why;
    } finally {
      inFlight.endTrying();
    }
    device.region().ended(this);
    return true;
  }

  /** {@return whether a step succeeded, tried again and again until the deadline} */
  private static boolean within(long deadline, BooleanSupplier step) {
    boolean interrupted = false; // an interrupt does not leave the memory half given back
    boolean done = step.getAsBoolean();
    while (!done && System.nanoTime() < deadline) {
      interrupted |= Thread.interrupted();
      LockSupport.parkNanos(RETRY.toNanos());
      done = step.getAsBoolean();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return done;
  }

  /** {@return false if a call holds a segment of the arena, which the arena says with an exception} */
  private boolean closeArena() {
    try {
      arena.close();
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /**
   * Counts an operation as under way, so that the mapping does not end before {@link #leave}.
   *
   * @throws IllegalStateException if the mapping is closed
   */
  int enter() {
    int stripe = inFlight.enter();
    if (ended != null) {
      inFlight.leave(stripe);
      requireOpen();
    }
    return stripe;
  }

  void leave(int stripe) {
    inFlight.leave(stripe);
  }

  /** As {@link #requireOpen}, but waits for the end of a mapping that is being closed. */
  void requireOpenNow() {
    leave(enter());
  }

  /**
   * Looks, after an operation that was not counted, whether the mapping was open until then: before its memory is
   * unmapped, {@code stopped} is set, and before that is taken back, {@code ended} is.
   *
   * @throws IllegalStateException if the mapping is closed
   */
  void requireStillOpen() {
    if (inFlight.isStopped() || ended != null) {
      requireOpenNow();
    }
  }

  private void requireInside(long from, long range) {
    if (from < 0 || range < 0 || from > length() - range) {
      throw new IndexOutOfBoundsException("range at " + from + " of " + range + " bytes in " + this);
    }
  }

  private void requireOpen() {
    String why = ended;
    if (why != null) {
      throw new IllegalStateException(
          "the mapping of " + device + " at " + ByteSize.hex(offset) + " is closed: " + why);
    }
  }

  /**
   * {@return which part of which device it is}
   */
  @Override
  public String toString() {
    return "mapping of " + device + " at " + ByteSize.hex(offset) + ", " + ByteSize.format(length());
  }
}
