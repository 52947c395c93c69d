// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A run of addresses that is ours, and the pieces of files that are mapped into it.
 *
 * <p>{@link #of} reserves the addresses, aligned; {@link #place} puts the pieces there, shared. Positions are offsets
 * in the run, in bytes; nothing but this class knows its address, until {@link #segment} gives it bounds and a
 * lifetime. One thread uses a reservation until then.
 *
 * <p>The addresses are reserved with a mapping of an empty memfd that nobody may touch. A {@code MAP_FIXED} that fails
 * may have taken away what stood there, and another thread may have mapped something into the hole since: by the
 * memfd's inode, and the offset in it, we tell what is still ours and may be unmapped from what is not.
 */
public final class Reservation implements AutoCloseable {
  private static final Logger LOG = System.getLogger("dev.jdax");
  private static final long PAGE = 4096;
  private static final long GIB = 1L << 30;
  /** So far apart are reservations in the memfd; it is empty, and its offsets go on until they begin again. */
  private static final long APART = 1L << 40;

  /**
   * Where in it the next reservation begins; guarded by the class. Other class loaders have reservations in the same
   * file, and begin elsewhere.
   */
  private static long nextOffset = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE >> 1) / APART * APART;

  /** Addresses that are mapped, by us. */
  private record Span(long start, long end) {
  }

  private final List<Piece> pieces;
  private final long length;
  private final long fileOffset;
  private final List<Span> held = new ArrayList<>();
  private final long windowStart;
  private long base;
  /** The addresses as the quarantine takes them; null until a segment has told them. */
  private Quarantine.Run told;
  private List<PageTableColours.Colour> colours = List.of();

  private Reservation(List<Piece> pieces, long length, long window) throws SystemCallException {
    this.pieces = List.copyOf(pieces);
    this.length = length;
    this.fileOffset = anOffset();
    int file = ReservationFile.ofThisJvm().number();
    long start;
    do {
      start = Linux.calls().mmap(0, window, Abi.PROT_NONE, Abi.MAP_SHARED | Abi.MAP_NORESERVE, file, fileOffset);
    } while (start == -Abi.ENOMEM && Quarantine.OF_THIS_PROCESS.release());
    this.base = Linux.check(SystemCall.MMAP, start);
    this.windowStart = start;
    held.add(new Span(start, start + window));
  }

  private static synchronized long anOffset() {
    nextOffset = nextOffset + APART & Long.MAX_VALUE >> 1;
    return nextOffset;
  }

  /**
   * Reserves addresses for the pieces, one after the other.
   *
   * @param pieces what is to be placed there, in this order; at least one
   * @param alignment what the address is to be a multiple of, a power of two, at least 4096
   * @return the reservation, in which nothing is placed yet
   * @throws SystemCallException if the kernel has no such run of addresses, or hardly any mapping is left
   *     ({@link TooManyMappingsException}); then nothing is left behind
   */
  public static Reservation of(List<Piece> pieces, long alignment) throws SystemCallException {
    long length = 0;
    List<FileId> sharable = new ArrayList<>();
    for (Piece piece : pieces) {
      length = Math.addExact(length, piece.length());
      sharable.add(PageTableColours.sharable(piece));
    }
    MappingCount.requireRoom(pieces.size());
    Quarantine.OF_THIS_PROCESS.leaveRoom();
    Quarantine.OF_THIS_PROCESS.tidy();
    Reservation reservation = new Reservation(pieces, length, length + alignment - PAGE);
    if (!reservation.settle(sharable, alignment, 0)) {
      reservation.close();
      // Within a gibibyte every colour can be had; if none is free, this one address has to do.
      reservation = new Reservation(pieces, length, length + GIB + alignment - PAGE);
      if (!reservation.settle(sharable, alignment, GIB)) {
        LOG.log(Level.WARNING, "more than 500 live mappings of one hugetlb file: two of them may share page tables");
        reservation.settleAnyhow(sharable, alignment);
      }
    }
    return reservation;
  }

  /** Takes the first aligned address whose colours are free and that leaves the pieces in the window. */
  private boolean settle(List<FileId> sharable, long alignment, long room) throws SystemCallException {
    long first = alignUp(base, alignment);
    for (long candidate = first; candidate <= first + room; candidate += alignment) {
      List<PageTableColours.Colour> wanted = coloursAt(candidate, sharable);
      if (PageTableColours.takeIfFree(wanted)) {
        settleAt(candidate, wanted);
        return true;
      }
    }
    return false;
  }

  private void settleAnyhow(List<FileId> sharable, long alignment) throws SystemCallException {
    long first = alignUp(base, alignment);
    List<PageTableColours.Colour> wanted = coloursAt(first, sharable);
    PageTableColours.take(wanted);
    settleAt(first, wanted);
  }

  private void settleAt(long address, List<PageTableColours.Colour> taken) throws SystemCallException {
    base = address;
    colours = taken;
    Span window = held.getFirst();
    try {
      unmap(window.start, base);
      unmap(base + length, window.end);
    } catch (SystemCallException e) {
      close();
      throw e;
    }
  }

  private List<PageTableColours.Colour> coloursAt(long address, List<FileId> sharable) {
    List<PageTableColours.Colour> wanted = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      if (sharable.get(i) != null) {
        wanted.add(PageTableColours.of(sharable.get(i), pieces.get(i), address));
      }
      address += pieces.get(i).length();
    }
    return wanted;
  }

  private static long alignUp(long address, long alignment) {
    return address + alignment - 1 & -alignment;
  }

  /**
   * Maps the pieces, shared, each in its place, and keeps them from child processes ({@code MADV_DONTFORK}).
   *
   * @param write whether they are to be written, too
   * @param sync whether to map them with {@code MAP_SYNC}, where it is accepted
   * @return whether that was accepted for all of them
   * @throws SystemCallException if the kernel refuses; then everything is unmapped, and the reservation is closed
   */
  public boolean place(boolean write, boolean sync) throws SystemCallException {
    int protection = write ? Abi.PROT_READ | Abi.PROT_WRITE : Abi.PROT_READ;
    // MAP_SHARED forgives flags that it does not know: MAP_SYNC would be dropped in silence.
    int flags = Abi.MAP_FIXED | (sync ? Abi.MAP_SHARED_VALIDATE | Abi.MAP_SYNC : Abi.MAP_SHARED);
    long at = base;
    for (Piece piece : pieces) {
      long result = Linux.calls().mmap(at, piece.length(), protection, flags, piece.descriptor(), piece.fileOffset());
      if (result == -Abi.EOPNOTSUPP && sync) {
        // Flags are looked at before anything is unmapped, so the reservation is still there.
        flags = Abi.MAP_FIXED | Abi.MAP_SHARED;
        result = Linux.calls().mmap(at, piece.length(), protection, flags, piece.descriptor(), piece.fileOffset());
      }
      if (result < 0) {
        forgetWhatIsNotOurs(at, at + piece.length());
        close();
        throw new SystemCallException(SystemCall.MMAP, (int) -result);
      }
      at += piece.length();
    }
    long result = Linux.calls().madvise(base, length, Abi.MADV_DONTFORK);
    if (result < 0) {
      close();
      throw new SystemCallException(SystemCall.MADVISE, (int) -result);
    }
    return (flags & Abi.MAP_SYNC) != 0;
  }

  /** After a failed MAP_FIXED over the span: keeps of it only what /proc still shows as the reservation's mapping. */
  private void forgetWhatIsNotOurs(long start, long end) {
    forget(start, end);
    try {
      long inode = ReservationFile.ofThisJvm().inode();
      for (Vma vma : Vma.maps()) {
        boolean reserved = vma.inode() == inode && vma.path().contains(ReservationFile.NAME);
        if (vma.overlaps(start, end) && reserved && vma.fileOffset() - vma.start() == fileOffset - windowStart) {
          held.add(new Span(Math.max(start, vma.start()), Math.min(end, vma.end())));
        }
      }
    } catch (IOException | SystemCallException e) {
      LOG.log(Level.WARNING, "cannot tell what a failed mmap left at a span of {0} bytes, so it is abandoned: {1}",
          end - start, e);
    }
  }

  /**
   * Maps the pieces as {@link #place(boolean, boolean)} does, without {@code MAP_SYNC}.
   *
   * @param write whether they are to be written, too
   * @throws SystemCallException if the kernel refuses; then everything is unmapped, and the reservation is closed
   */
  public void place(boolean write) throws SystemCallException {
    place(write, false);
  }

  /**
   * {@return the offset of the first block in a range that cannot be touched, or empty if all of them can}
   *
   * <p>The kernel is asked to fault the range in ({@code MADV_POPULATE_READ}, {@code MADV_POPULATE_WRITE}), which gives
   * an error where a load or store would give a signal.
   *
   * @param offset where the range begins, a multiple of {@code block}
   * @param range how long it is, a multiple of {@code block}
   * @param block the size of a block, which is touched or not as a whole
   * @param write whether to ask for writing
   * @throws SystemCallException if the kernel cannot be asked: EINVAL on a kernel before 5.14, EPERM or ENOSYS by a
   *     seccomp filter
   */
  public OptionalLong firstUnreachable(long offset, long range, long block, boolean write) throws SystemCallException {
    long from = offset;
    long to = offset + range;
    if (isReachable(from, to, write)) {
      return OptionalLong.empty();
    }
    while (to - from > block) { // all before `from` can be touched, and not all from there to `to`
      long middle = from + (to - from) / block / 2 * block;
      if (isReachable(from, middle, write)) {
        from = middle;
      } else {
        to = middle;
      }
    }
    // What failed once in passing, and is there, is not told.
    return isReachable(from, to, write) ? OptionalLong.empty() : OptionalLong.of(from);
  }

  private boolean isReachable(long from, long to, boolean write) throws SystemCallException {
    long result = Linux.calls().madvise(base + from, to - from,
        write ? Abi.MADV_POPULATE_WRITE : Abi.MADV_POPULATE_READ);
    if (result == -Abi.EINVAL || result == -Abi.EPERM || result == -Abi.ENOSYS) {
      throw new SystemCallException(SystemCall.MADVISE, (int) -result); // it says nothing of the memory
    }
    return result == 0;
  }

  /**
   * Stores zeros over all of the run, past the cache.
   *
   * @param block the size of a block, which can be touched or not as a whole
   * @return the offset of the first byte that could not be touched, or empty if all of it is zero
   * @throws SystemCallException if the kernel has to be asked what can be touched, and cannot be
   */
  public OptionalLong clear(long block) throws SystemCallException {
    if (CpuCache.route() == CacheRoute.GUARDED) {
      long gone = CpuCache.DONE;
      for (long at = 0; at < length && gone == CpuCache.DONE; at += CpuCache.LONGEST) {
        gone = CpuCache.fill(this, at, Math.min(CpuCache.LONGEST, length - at), (byte) 0, true, true);
      }
      return gone == CpuCache.DONE ? OptionalLong.empty() : OptionalLong.of(gone);
    }
    OptionalLong gone = firstUnreachable(0, length, block, true);
    if (gone.isEmpty()) {
      view().fill((byte) 0);
    }
    return gone;
  }

  /** {@return the memory for a moment, in which the run is not closed} */
  @SuppressWarnings("restricted")
  private MemorySegment view() {
    return MemorySegment.ofAddress(base).reinterpret(length);
  }

  /**
   * Forgets that a range was touched, so that the next touch of it is a fault again; the data stay.
   *
   * @param offset where the range begins, a multiple of the alignment
   * @param range how long it is, a multiple of the alignment
   * @throws SystemCallException if madvise(2) fails
   */
  public void untouch(long offset, long range) throws SystemCallException {
    Linux.check(SystemCall.MADVISE, Linux.calls().madvise(base + offset, range, Abi.MADV_DONTNEED));
  }

  /**
   * Has the files of a range written to what keeps them, and waits until that is done.
   *
   * @param offset where the range begins, in bytes
   * @param range how long it is
   * @throws SystemCallException if msync(2) fails: with EIO if the medium does
   */
  public void sync(long offset, long range) throws SystemCallException {
    long from = base + offset & -PAGE;
    Linux.check(SystemCall.MSYNC, Linux.calls().msync(from, base + offset + range - from, Abi.MS_SYNC));
  }

  /**
   * Keeps the run's memory where it is in RAM, never swapped, for as long as the run is mapped.
   *
   * @throws SystemCallException if mlock2(2) fails, as it does over {@code RLIMIT_MEMLOCK}
   */
  public void lock() throws SystemCallException {
    Linux.check(SystemCall.MLOCK2, Linux.calls().mlock2(base, length, 0));
  }

  /**
   * {@return the NUMA node of the memory at an offset, which is touched if it was not}
   *
   * @param offset the offset in the run
   * @throws SystemCallException if get_mempolicy(2) fails
   */
  public int nodeAt(long offset) throws SystemCallException {
    return NumaPolicy.nodeAt(base + offset);
  }

  long address(long offset) {
    return base + offset;
  }

  boolean holds(long address) {
    return base <= address && address < base + length;
  }

  long offsetOf(long address) {
    return address - base;
  }

  /**
   * {@return the memory, with its bounds, alive as long as the arena, for jdax's own use}
   *
   * <p>From here on the arena owns the run: when it is closed, the run is unmapped.
   *
   * @param arena what ends it
   */
  @SuppressWarnings("restricted")
  public MemorySegment segment(Arena arena) {
    return MemorySegment.ofAddress(base).reinterpret(length, arena, segment -> close());
  }

  /**
   * {@return the memory, with its bounds, alive as long as the arena, for everybody}
   *
   * <p>From here on the arena owns the run: when it is closed, the run's memory is replaced by private memory, and its
   * addresses are in {@link Quarantine}, since somebody may have asked the segment for them.
   *
   * @param arena what ends it
   * @param kept what can be reached for as long as the segment, a slice of it, or a buffer made of one
   */
  @SuppressWarnings("restricted")
  public MemorySegment segment(Arena arena, Object kept) {
    told = new Quarantine.Run(base, length);
    return MemorySegment.ofAddress(base).reinterpret(length, arena, segment -> {
      close();
      Reference.reachabilityFence(kept);
    });
  }

  /**
   * {@return the mappings of which the run consists, as {@code /proc/self/smaps} shows them, in order; where the kernel
   * has merged one with a neighbour of the run, the part of it that is in the run}
   *
   * @throws IOException if {@code /proc} cannot be read
   */
  public List<Vma> kernelView() throws IOException {
    return Vma.smaps().stream().filter(vma -> vma.overlaps(base, base + length))
        .map(vma -> vma.within(base, base + length)).toList();
  }

  /** {@return how long it is, in bytes} */
  public long length() {
    return length;
  }

  /** {@return whether {@link #takeAway} can do anything: not where private memory must not be touched} */
  public boolean canBeTakenAway() {
    return Quarantine.OF_THIS_PROCESS.isHarmless();
  }

  /**
   * Gives the memory back while its segment is alive: from now on it is private memory, of zeros, and goes when the
   * arena is closed. May be called again.
   *
   * @return false if the kernel refuses, and nothing was changed
   */
  public boolean takeAway() {
    if (!Quarantine.OF_THIS_PROCESS.replace(told)) {
      return false;
    }
    PageTableColours.give(colours);
    colours = List.of();
    return true;
  }

  /**
   * Ends what is mapped, once; a further call does nothing. Never throws: an arena's other cleanups come after it.
   */
  @Override
  public void close() {
    if (told != null) {
      Quarantine.OF_THIS_PROCESS.take(told);
      held.clear(); // all of it is in that run
    }
    while (!held.isEmpty()) {
      Span span = held.getLast();
      try {
        held.removeLast();
        unmap(span);
      } catch (Error e) { // so the call was not made
        held.add(span);
        throw e;
      }
    }
    PageTableColours.give(colours);
    colours = List.of();
  }

  private static void unmap(Span span) {
    long result = Linux.calls().munmap(span.start, span.end - span.start);
    if (result < 0) { // too many mappings to cut one, which is over as soon as another one ends
      Quarantine.OF_THIS_PROCESS.take(new Quarantine.Run(span.start, span.end - span.start));
    }
  }

  private void unmap(long start, long end) throws SystemCallException {
    if (start != end) {
      Linux.check(SystemCall.MUNMAP, Linux.calls().munmap(start, end - start));
      forget(start, end);
    }
  }

  private void forget(long start, long end) {
    List<Span> kept = new ArrayList<>();
    for (Span span : held) {
      if (span.end <= start || end <= span.start) {
        kept.add(span);
        continue;
      }
      if (span.start < start) {
        kept.add(new Span(span.start, start));
      }
      if (end < span.end) {
        kept.add(new Span(end, span.end));
      }
    }
    held.clear();
    held.addAll(kept);
  }
}
