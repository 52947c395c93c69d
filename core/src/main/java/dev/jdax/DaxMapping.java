// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;

import dev.jdax.platform.Reservation;
import dev.jdax.platform.Vma;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.Memory;
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
  /** How much {@link #firstUnreachable} asks the kernel for in one call, in bytes: the end of the mapping waits for one call. */
  private static final long CHECKED_AT_ONCE = 64L << 20;

  /** The methods that call {@link #enter}, and do not return before {@link #leave}. */
  static final Set<String> MARKED = Set.of(name(MappingStores.class, "copyPart"), name(MappingStores.class, "fillPart"),
      name(MappingReads.class, "readPart"),
      name(Persistence.class, "writeBackUnguarded"), name(DaxMapping.class, "checkPart"),
      name(DaxMapping.class, "kernelView"), name(DaxMapping.class, "retain"));
  private static volatile boolean rehearsed;

  private final DaxDevice device;
  private final Access access;
  private final PageSize alignment;
  private final Memory memory;
  private final long offset;
  private final Reservation run;
  private final Arena arena;
  private final MemorySegment segment;

  private final Persistence persistence;
  private final MappingStores stores;
  private final MappingReads reads;

  /** jdax's own operations on the memory are marked, and the end of the mapping waits for them. */
  private final InFlight inFlight = new InFlight(MARKED);
  /** The one truth about whether the mapping is open: the arena's own. */
  private final MemorySegment.Scope scope;
  /** Why it is closed, or is about to be: of meaning where the scope is not alive. Written by the thread that ends it. */
  private volatile String why;
  /** Whether it is over; and what is left to do if the program forgets it. */
  private final MappingLife life;
  /** Whether its memory is taken away, though the arena cannot be closed: then the arena is not asked. */
  private volatile boolean takenAway;
  /** Whether a revocation was refused because a foreign call held the memory. */
  private volatile boolean revokedInVain;
  private final Leases leases = new Leases();

  private DaxMapping(DaxDevice device, Access access, PageSize alignment, Memory memory, long offset,
      Placement placed, Arena arena) {
    this.device = device;
    this.access = access;
    this.alignment = alignment;
    this.memory = memory;
    this.offset = offset;
    this.run = placed.run();
    this.arena = arena;
    this.scope = arena.scope();
    this.life = new MappingLife(device, offset, run);
    MemorySegment whole = run.segment(arena, this);
    this.segment = access == Access.READ_ONLY ? whole.asReadOnly() : whole;
    this.persistence = Persistence.of(this, run, memory, memory.persistenceDomain(placed.synchronous()));
    this.stores = new MappingStores(this, run, segment, MappedFiles.of(segment, placed.files()), memory,
        persistence);
    this.reads = new MappingReads(this, run, segment, memory, persistence);
  }

  private static String name(Class<?> type, String method) {
    return type.getName() + "." + method;
  }

  /** Maps what was checked; on failure nothing is left behind. Called with the region lock held. */
  static DaxMapping of(String attempt, DaxDevice device, DeviceInfo info, Memory memory, Access access, long offset,
      long length) throws DaxException {
    StackRoom.require();
    rehearseTheEnd();
    try (Unwind unwind = new Unwind()) {
      Placement placed = Placement.of(attempt, info, memory, access, offset, length, unwind);
      Arena arena = unwind.make(Arena::ofShared, Arena::close);
      DaxMapping mapping = new DaxMapping(device, access, info.alignment(), memory, offset, placed, arena);
      unwind.onFailure(() -> mapping.life.end(true));
      mapping.life.of(mapping);
      device.region().began(mapping);
      unwind.keep();
      return mapping;
    }
  }

  /**
   * Has the JDK link, once, what the end of a mapping needs, before there is a mapping to end. An error while a shared
   * arena is closed may leave it neither open nor closed, and a thread that tries again waits for ever.
   */
  private static void rehearseTheEnd() {
    if (!rehearsed) {
      Arena arena = Arena.ofShared();
      rehearsed = new InFlight(MARKED).endWithin(System.nanoTime(), () -> {
        arena.close();
        return true;
      });
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
    return memory.pinned();
  }

  /**
   * {@return whether the mapping has not been closed, nor revoked}
   */
  public boolean isOpen() {
    VarHandle.acquireFence(); // the scope's own look may be moved out of a loop
    return scope.isAlive() && !takenAway;
  }

  MappingLife life() {
    return life;
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
  public OptionalLong firstUnreachable(long from, long range) throws DaxException {
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
        throw DaxException.of(Errno.EINTR, attempt, "the thread was interrupted at " + ByteSize.hex(at),
            "check the rest from there");
      }
    } while (at < from + range && gone.isEmpty());
    return gone;
  }

  private OptionalLong checkPart(String attempt, long from, long range) throws DaxException {
    int mark = enter();
    try {
      memory.requireSame(attempt);
      return range == 0
          ? OptionalLong.empty()
          : persistence.firstGone(attempt, from, range, access == Access.READ_WRITE);
    } finally {
      leave(mark);
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
   * @throws IllegalStateException if the mapping is closed, or is closed during the call
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
   * @throws IllegalStateException if the mapping is closed, or is closed during the call
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
   * @throws IllegalStateException if the mapping is closed, or the source is; or one of them is closed during the
   *     call: then a part may be copied
   * @throws DaxException with EACCES if the mapping is read-only; as {@link #flush}; also if memory of the source has
   *     vanished; a part may be copied
   */
  public void copyFrom(long to, MemorySegment source) throws DaxException {
    Objects.requireNonNull(source, "source");
    requireInside(to, source.byteSize());
    requireOpen();
    requireWritable("copy to");
    stores.copy(source, to);
  }

  /**
   * Copies out of this mapping. What {@link #segment} offers reads with the JDK's own instructions, and where the memory
   * has vanished that is an InternalError at best, or ends the JVM (docs/native-code.md says which); this is an
   * exception, always.
   *
   * @param from where the copied range begins in this mapping, in bytes, aligned to nothing
   * @param target where to, all of it; it must not overlap the range
   * @throws IndexOutOfBoundsException if the target is longer than what this mapping has from there
   * @throws IllegalArgumentException if the target is read-only, or overlaps the range
   * @throws IllegalStateException if the mapping is closed, or the target is; or one of them is closed during the
   *     call: then a part may be copied
   * @throws DaxException with EFAULT, and the offset, if memory of the range has vanished, or memory of the target; a part
   *     may be copied
   */
  public void read(long from, MemorySegment target) throws DaxException {
    Objects.requireNonNull(target, "target");
    requireInside(from, target.byteSize());
    requireOpen();
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("the target of a read is a read-only segment: " + target);
    }
    if (segment.asSlice(from, target.byteSize()).asOverlappingSlice(target).isPresent()) {
      throw new IllegalArgumentException("the target of a read of " + this + " overlaps what is read: " + target);
    }
    reads.read(from, target);
  }

  /**
   * Fills a range with one byte, durably, {@code pmem_memset_persist}: what is long goes past the CPU's cache.
   *
   * @param from where the range begins in this mapping, in bytes, aligned to nothing
   * @param range how long it is, in bytes
   * @param value the byte
   * @throws IndexOutOfBoundsException if the range is not inside the mapping
   * @throws IllegalStateException if the mapping is closed, or is closed during the call: then a part may be filled
   * @throws DaxException with EACCES if the mapping is read-only; as {@link #flush}; a part may be filled
   */
  public void fill(long from, long range, byte value) throws DaxException {
    requireInside(from, range);
    requireOpen();
    requireWritable("fill");
    stores.fill(from, range, value);
  }

  /**
   * Has the NVDIMMs of this mapping write their own buffers to the media, {@code pmem_deep_drain}. What was
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
      throw DaxException.of(Errno.EACCES, attempt + " the " + this, "it was mapped to be read only",
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
    int mark = enter();
    try {
      List<KernelMapping> parts = new ArrayList<>();
      for (Vma vma : run.kernelView()) {
        parts.add(new KernelMapping(vma.start(), vma.end(), vma.kernelPageSize(), vma.flags()));
      }
      return parts;
    } finally {
      leave(mark);
    }
  }

  /**
   * {@return a lease: while it is held, the mapping does not end} It is for native code, and libraries, that use the
   * memory by its address, of which the mapping cannot know.
   *
   * @throws IllegalStateException if the mapping is closed
   */
  public MappingLease retain() {
    MappingLease lease = new MappingLease(this);
    int mark = enter(); // the mapping does not end while it is given
    try {
      leases.add(lease);
    } finally {
      leave(mark);
    }
    return lease;
  }

  /**
   * Ends the mapping: its memory is given back, and its addresses are kept from others for a while, with private memory
   * that is nobody's, for native code that still uses them. Waits up to a second for calls that hold the memory; a
   * further call does nothing.
   *
   * <p>A thread that is accessing the segment then gets the IllegalStateException, and may find its interrupt status set:
   * the JVM wakes it up for the exception with an interrupt (seen in JDK 25).
   *
   * @throws IllegalStateException if a foreign call or I/O still holds the memory, or a {@linkplain #retain lease} is
   *     held: nothing is freed, the mapping is as open as before, and may be closed again
   */
  @Override
  public void close() {
    if (!end(() -> giveBack("it was closed"))) {
      Holder holder = holder();
      throw new IllegalStateException("cannot close " + this + ": " + holder.name + " has held its memory for "
          + PATIENCE.toSeconds() + " s; " + holder.remedy + ", and close it again");
    }
  }

  /**
   * Ends the mapping in its user's stead; called without the region lock. Where a foreign call or I/O has held the
   * memory twice, the memory is taken away from it: it goes on with private memory that is nobody's.
   */
  void revoke(String attempt, String why) throws DaxException {
    if (end(() -> giveBack(why)) || revokedInVain && end(() -> takeAway(why))) {
      return;
    }
    Holder holder = holder();
    revokedInVain = holder == Holder.FOREIGN_CALL;
    throw DaxException.of(Errno.EBUSY, attempt, holder.name + " has held the memory of " + this + " for "
        + PATIENCE.toSeconds() + " s",
        holder.remedy + (revokedInVain
            ? ", and try again: a second attempt takes the memory away from it"
            : ", and try again"));
  }

  /** What keeps a mapping from ending. */
  private enum Holder {
    LEASE("a lease (retain)", "close the lease"),
    FOREIGN_CALL("a foreign call or I/O", "let that end (an operation of an AsynchronousSocketChannel that has failed "
        + "never does: a defect of the JDK)");

    private final String name;
    private final String remedy;

    Holder(String name, String remedy) {
      this.name = name;
      this.remedy = remedy;
    }
  }

  private Holder holder() {
    return leases.areHeld() ? Holder.LEASE : Holder.FOREIGN_CALL;
  }

  /**
   * Ends the mapping, if that has not been done, in steps that each may be done again: an error can come in between any
   * two of them, and then a further call goes on where that one has stopped.
   *
   * @param step what is done while no operation is under way
   * @return false if something held its memory for too long
   */
  private boolean end(BooleanSupplier step) {
    if (!life.isOver()) {
      StackRoom.require();
      if (!inFlight.endWithin(System.nanoTime() + PATIENCE.toNanos(), step)) {
        return false;
      }
      life.end(!scope.isAlive());
    }
    device.region().ended();
    return true;
  }

  /**
   * {@return false if a lease is held, or a foreign call holds a segment of the arena; called while no operation is
   * under way}
   */
  private boolean giveBack(String reason) {
    if (leases.areHeld()) {
      return false;
    }
    if (scope.isAlive()) {
      why = reason;
      try {
        arena.close();
      } catch (IllegalStateException e) { // so the arena says that it is held
        return takenAway && run.takeAway();
      }
    }
    run.close(); // has the arena done already, unless an error came
    return true;
  }

  /** Gives the memory back though the arena cannot be closed: what is left of the mapping reads zeros. */
  private boolean takeAway(String reason) {
    if (leases.areHeld() || !run.canBeTakenAway()) {
      return false;
    }
    why = reason;
    takenAway = true; // first: no operation takes private memory for the device's
    return giveBack(reason);
  }

  /**
   * Marks an operation as under way, so that the mapping does not end before {@link #leave}. Only the methods of
   * {@link #MARKED} call this, and {@link #requireOpenNow}, which does not touch the memory.
   *
   * @throws IllegalStateException if the mapping is closed
   */
  int enter() {
    int mark = inFlight.enter();
    if (!isOpen()) {
      inFlight.leave(mark);
      requireOpen();
    }
    return mark;
  }

  void leave(int mark) {
    inFlight.leave(mark);
  }

  /** As {@link #requireOpen}, but waits for the end of a mapping that is being closed. */
  void requireOpenNow() {
    leave(enter());
  }

  /**
   * Looks, after an operation that was not marked, whether the mapping was open until then: before its memory is
   * unmapped, operations are stopped and the arena is closed, and it stays closed.
   *
   * @throws IllegalStateException if the mapping is closed
   */
  void requireStillOpen() {
    if (inFlight.isStopped() || !isOpen()) {
      requireOpenNow();
    }
  }

  private void requireInside(long from, long range) {
    if (from < 0 || range < 0 || from > length() - range) {
      throw new IndexOutOfBoundsException("range at " + from + " of " + range + " bytes in " + this);
    }
  }

  private void requireOpen() {
    if (!isOpen()) {
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
