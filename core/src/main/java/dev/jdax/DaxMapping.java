// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;

import dev.jdax.platform.Piece;
import dev.jdax.platform.Reservation;
import dev.jdax.platform.SystemCallException;
import dev.jdax.platform.Vma;
import dev.jdax.spi.Backing;
import dev.jdax.spi.Descriptor;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.Extent;
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

  private final DaxDevice device;
  private final Access access;
  private final PageSize alignment;
  private final Backing backing;
  private final long offset;
  private final Reservation run;
  private final Arena arena;
  private final MemorySegment segment;

  /** The use lock: jdax's own operations on the memory hold it for reading, the end of the mapping for writing. */
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  /** Why it is closed; null while it is open. Guarded by the use lock. */
  private volatile String ended;

  private DaxMapping(DaxDevice device, Access access, PageSize alignment, Backing backing, long offset,
      Reservation run, Arena arena) {
    this.device = device;
    this.access = access;
    this.alignment = alignment;
    this.backing = backing;
    this.offset = offset;
    this.run = run;
    this.arena = arena;
    MemorySegment memory = run.segment(arena);
    this.segment = access == Access.READ_ONLY ? memory.asReadOnly() : memory;
  }

  /** Maps what was checked; on failure nothing is left behind. Called with the region lock held. */
  static DaxMapping of(String attempt, DaxDevice device, DeviceInfo info, Backing backing, Access access, long offset,
      long length) throws DaxException {
    PageSize alignment = info.alignment();
    try (Descriptor file = backing.open(access); Unwind unwind = new Unwind()) {
      List<Piece> pieces = pieces(file, backing.extents(), offset, length);
      if (pieces.stream().mapToLong(Piece::length).sum() != length) {
        throw new DaxException(Errno.EBUSY, attempt, "somebody else has resized the device meanwhile", "try again");
      }
      Reservation run = Reservation.of(pieces, alignment.bytes());
      unwind.onFailure(run::close);
      run.place(access == Access.READ_WRITE, backing.synchronous());
      if (backing.mayVanish()) {
        probe(attempt, run, backing, info, access, offset, length);
      }
      Arena arena = Arena.ofShared();
      unwind.onFailure(arena::close);
      DaxMapping mapping = new DaxMapping(device, access, alignment, backing, offset, run, arena);
      unwind.keep();
      return mapping;
    } catch (SystemCallException e) {
      throw refused(attempt, e);
    }
  }

  private static DaxException refused(String attempt, SystemCallException e) {
    Errno errno = Errno.of(e.errno());
    String remedy = errno == Errno.ENOMEM
        ? "raise the limit on addresses (ulimit -v) or on mappings (sysctl vm.max_map_count), or map less"
        : "look at the kernel's log";
    return new DaxException(errno, attempt, "the kernel refused " + e.call() + ": " + errno.text(), remedy, e);
  }

  /** The parts of the file that stand for the part of the device. */
  private static List<Piece> pieces(Descriptor file, List<Extent> extents, long offset, long length) {
    List<Piece> pieces = new ArrayList<>();
    long at = 0;
    for (Extent extent : extents) {
      long from = Math.max(offset - at, 0);
      long to = Math.min(offset + length - at, extent.length());
      if (from < to) {
        pieces.add(new Piece(file.number(), extent.fileOffset() + from, to - from));
      }
      at += extent.length();
    }
    return pieces;
  }

  /**
   * Touches the first and last block of every range, or all blocks where the ranges are not known, so that what has
   * vanished is an error here and no signal later; and forgets it, since the first touch is still to come and to be
   * counted. The blocks are those of a fault: where that may be smaller than the alignment, a whole aligned block would
   * fill a file's holes.
   */
  private static void probe(String attempt, Reservation run, Backing backing, DeviceInfo info, Access access,
      long offset, long length) throws SystemCallException, DaxException {
    long block = backing.granularity().bytes();
    for (Extent blocks : blocksToProbe(info, block, offset, length)) {
      OptionalLong gone = run.firstUnreachable(blocks.fileOffset(), blocks.length(), block,
          access == Access.READ_WRITE);
      if (gone.isPresent()) {
        throw backing.unreachable(attempt, gone.getAsLong());
      }
      run.untouch(blocks.fileOffset(), blocks.length());
    }
  }

  private static List<Extent> blocksToProbe(DeviceInfo info, long block, long offset, long length) {
    if (info.ranges().isEmpty()) {
      return List.of(new Extent(0, length));
    }
    List<Extent> blocks = new ArrayList<>();
    for (DaxRange range : info.ranges().get()) {
      long from = Math.max(range.offset(), offset) - offset;
      long to = Math.min(range.offset() + range.length(), offset + length) - offset;
      if (from < to) {
        blocks.add(new Extent(from, block));
        blocks.add(new Extent(to - block, block));
      }
    }
    return blocks;
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
   * Blocks that are alive count as touched afterwards.
   *
   * @param from where the range begins in this mapping, in bytes
   * @param range how long it is, in bytes
   * @throws IndexOutOfBoundsException if the range is not inside the mapping
   * @throws IllegalStateException if the mapping is closed
   * @throws DaxException with ENXIO if others have unbound the device since it was mapped, and bound it again; or if the
   *     kernel cannot be asked (before Linux 5.14)
   */
  public OptionalLong check(long from, long range) throws DaxException {
    if (from < 0 || range < 0 || from > length() - range) {
      throw new IndexOutOfBoundsException("range at " + from + " of " + range + " bytes in " + this);
    }
    long block = alignment.bytes();
    long start = from / block * block;
    long end = Math.ceilDiv(from + range, block) * block;
    use.readLock().lock();
    try {
      requireOpen();
      backing.requireSame("check " + this);
      return range == 0
          ? OptionalLong.empty()
          : run.firstUnreachable(start, end - start, block, access == Access.READ_WRITE);
    } catch (SystemCallException e) {
      throw refused("check " + this, e);
    } finally {
      use.readLock().unlock();
    }
  }

  /**
   * {@return what the kernel says of the mapping: an entry for each of its parts, in order}
   *
   * @throws IllegalStateException if the mapping is closed
   * @throws IOException if {@code /proc/self/smaps} cannot be read
   */
  public List<KernelMapping> kernelView() throws IOException {
    use.readLock().lock();
    try {
      requireOpen();
      List<KernelMapping> parts = new ArrayList<>();
      for (Vma vma : run.kernelView()) {
        parts.add(new KernelMapping(vma.start(), vma.end(), vma.kernelPageSize(), vma.flags()));
      }
      return parts;
    } finally {
      use.readLock().unlock();
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
    if (!within(deadline, use.writeLock()::tryLock)) {
      return false;
    }
    try {
      if (ended != null) {
        return true;
      }
      if (!within(deadline, this::closeArena)) {
        return false;
      }
      ended = why;
    } finally {
      use.writeLock().unlock();
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
