// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

import dev.jdax.platform.CpuCache;
import dev.jdax.platform.Reservation;
import dev.jdax.spi.Memory;

/**
 * Copies into one mapping, and fills it, durably. Ranges were checked before.
 *
 * <p>They are done in parts, and each part is counted as under way: so the mapping does not end under a store, and its
 * end does not wait for long. Where lines of the cache would be flushed anyway, long ones are stored past the cache.
 */
final class MappingStores {
  /**
   * From this length on stores go past the cache, in bytes; whole lines always do. So the benchmark CopyPastTheCache
   * has it: what is before and after whole lines is stored and written back, which a short copy does not win back.
   */
  static final long NON_TEMPORAL_FROM = 1024;

  private final DaxMapping mapping;
  private final Reservation run;
  private final MemorySegment segment;
  private final MappedFiles files;
  private final Memory memory;
  private final Persistence persistence;

  MappingStores(DaxMapping mapping, Reservation run, MemorySegment segment, MappedFiles files, Memory memory,
      Persistence persistence) {
    this.mapping = mapping;
    this.run = run;
    this.segment = segment;
    this.files = files;
    this.memory = memory;
    this.persistence = persistence;
  }

  void copy(MemorySegment source, long offset) throws DaxException {
    if (source.isNative()) {
      MappedFiles.Order order = reachesInto(source, offset)
          ? MappedFiles.Order.BACKWARDS
          : files.orderOf(source, offset);
      if (order != MappedFiles.Order.ANY) {
        copyInOrder(source, offset, order);
        return;
      }
    }
    copyInAnyOrder(source, offset);
  }

  private void copyInAnyOrder(MemorySegment source, long offset) throws DaxException {
    persistence.storesBegin();
    long length = source.byteSize();
    long longest = CpuCache.longest(source);
    boolean nonTemporal = isNonTemporal(offset, length);
    if (nonTemporal && part(offset, length, longest) == length) {
      copyPart(source, offset, true, true); // of what is short, the loop below would be a thirtieth
      persistence.storedPastTheCache(offset, length);
      return;
    }
    long done = 0;
    try {
      while (done < length) {
        long count = part(offset + done, length - done, longest);
        MemorySegment part = count == length ? source : source.asSlice(done, count);
        copyPart(part, offset + done, nonTemporal, done + count == length);
        done += count;
      }
    } finally {
      finish(offset, done, length, nonTemporal);
    }
  }

  void fill(long offset, long length, byte value) throws DaxException {
    persistence.storesBegin();
    boolean nonTemporal = isNonTemporal(offset, length);
    long done = 0;
    try {
      while (done < length) {
        long count = part(offset + done, length - done, CpuCache.LONGEST);
        fillPart(offset + done, count, value, nonTemporal, done + count == length);
        done += count;
      }
    } finally {
      finish(offset, done, length, nonTemporal);
    }
  }

  /** How much to do next, so that all parts but the last end where a line does. */
  private static long part(long at, long left, long longest) {
    return Math.min(left, longest - at % CpuCache.LINE);
  }

  /** What went past the cache was waited for with the last part; where that was not reached, others would see holes. */
  private void finish(long offset, long done, long length, boolean nonTemporal) throws DaxException {
    if (!nonTemporal) {
      if (done == length) {
        persistence.persist(offset, length);
      }
    } else if (done < length) {
      CpuCache.drain();
    } else {
      persistence.storedPastTheCache(offset, length);
    }
  }

  private boolean isNonTemporal(long offset, long length) {
    boolean wholeLines = length > 0 && (offset | length) % CpuCache.LINE == 0;
    return (length >= NON_TEMPORAL_FROM || wholeLines) && persistence.domain().flushesLines()
        && Persistence.isGuarded();
  }

  /** Where memory cannot vanish and no line is flushed, Java's own stores are as good, and need no handler. */
  private boolean byMachineCode() {
    return (persistence.domain().flushesLines() || memory.mayVanish()) && Persistence.isGuarded();
  }

  /** A native source may vanish too, which the JVM may say only after the copy, in whatever runs then. */
  private boolean byMachineCode(MemorySegment source) {
    return byMachineCode() || source.isNative() && Persistence.isGuarded();
  }

  private void copyPart(MemorySegment source, long at, boolean nonTemporal, boolean drain) throws DaxException {
    long length = source.byteSize();
    long gone = CpuCache.DONE;
    int mark = mapping.enter();
    try {
      if (byMachineCode(source)) {
        gone = CpuCache.copy(run, at, source, nonTemporal, drain);
      } else {
        persistence.requireThere("copy", at, length, true);
        MemorySegment.copy(source, 0, segment, at, length);
      }
    } catch (InternalError e) {
      throw vanished("copy", at, length, byMachineCode(source), source.isNative(), e);
    } finally {
      mapping.leave(mark);
    }
    if (gone != CpuCache.DONE) {
      CpuCache.drain(); // of what was stored past the cache until then
      throw gone == CpuCache.SOURCE_GONE
          ? sourceGone(at, length, null)
          : persistence.gone(persistence.attempt("copy", at, length), gone);
    }
  }

  private void fillPart(long at, long length, byte value, boolean nonTemporal, boolean drain) throws DaxException {
    long gone = CpuCache.DONE;
    int mark = mapping.enter();
    try {
      if (byMachineCode()) {
        gone = CpuCache.fill(run, at, length, value, nonTemporal, drain);
      } else {
        persistence.requireThere("fill", at, length, true);
        segment.asSlice(at, length).fill(value);
      }
    } catch (InternalError e) {
      throw vanished("fill", at, length, byMachineCode(), false, e);
    } finally {
      mapping.leave(mark);
    }
    if (gone != CpuCache.DONE) {
      throw persistence.gone(persistence.attempt("fill", at, length), gone);
    }
  }

  /**
   * {@return why a store has failed: the JVM has met memory that is gone, and does not say where}
   *
   * @param guarded whether it was done by machine code, whose faults the JVM does not meet
   * @param fromMemory whether what was stored comes from memory that may be gone
   * @param e what the JVM has thrown; thrown again if it is of an earlier access, of the program's own
   */
  private DaxException vanished(String verb, long at, long length, boolean guarded, boolean fromMemory,
      InternalError e) throws DaxException {
    if (guarded) {
      throw e;
    }
    String attempt = persistence.attempt(verb, at, length);
    OptionalLong gone = persistence.firstGone(attempt, at, length, true);
    if (gone.isPresent()) {
      return memory.unreachable(attempt, gone.getAsLong());
    }
    if (!fromMemory) {
      throw e;
    }
    return sourceGone(at, length, e);
  }

  private DaxException sourceGone(long at, long length, InternalError e) {
    return DaxException.of(Errno.EFAULT, persistence.attempt("copy", at, length), "the memory of its source is gone",
        "see who has truncated the file that it is made of", e);
  }

  /** {@return whether a copy from the beginning would overwrite what is still to be copied} */
  private boolean reachesInto(MemorySegment source, long offset) {
    long ahead = segment.address() + offset - source.address();
    return 0 < ahead && ahead < source.byteSize();
  }

  /** Part after part, each through a buffer, where it is safe from what is stored at the same time. */
  private void copyInOrder(MemorySegment source, long offset, MappedFiles.Order order) throws DaxException {
    long length = source.byteSize();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = order == MappedFiles.Order.AT_ONCE
          ? arena.allocate(length)
          : MemorySegment.ofArray(new byte[(int) CpuCache.LONGEST_CRITICAL]);
      for (long done = 0; done < length;) {
        long count = Math.min(length - done, buffer.byteSize());
        long at = order == MappedFiles.Order.BACKWARDS ? length - done - count : done;
        MemorySegment part = buffer.asSlice(0, count);
        try {
          part.copyFrom(source.asSlice(at, count));
        } catch (InternalError e) {
          throw sourceGone(offset + at, count, e);
        }
        copyInAnyOrder(part, offset + at);
        done += count;
      }
    }
  }
}
