// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.foreign.MemorySegment;

import dev.jdax.platform.CpuCache;
import dev.jdax.platform.Reservation;
import dev.jdax.spi.Memory;

/**
 * Copies out of one mapping; what has vanished is an error, and no signal. Ranges were checked before.
 *
 * <p>It is done in parts, and each part is marked as under way: so the end of the mapping does not wait for long.
 */
final class MappingReads {
  private final DaxMapping mapping;
  private final Reservation run;
  private final MemorySegment segment;
  private final Memory memory;
  private final Persistence persistence;

  MappingReads(DaxMapping mapping, Reservation run, MemorySegment segment, Memory memory, Persistence persistence) {
    this.mapping = mapping;
    this.run = run;
    this.segment = segment;
    this.memory = memory;
    this.persistence = persistence;
  }

  void read(long offset, MemorySegment target) throws DaxException {
    long length = target.byteSize();
    long longest = CpuCache.longest(target);
    for (long done = 0; done < length;) {
      long count = Math.min(length - done, longest);
      readPart(offset + done, target.asSlice(done, count));
      done += count;
    }
  }

  private void readPart(long at, MemorySegment target) throws DaxException {
    long length = target.byteSize();
    String verb = "read";
    long gone = CpuCache.DONE;
    int mark = mapping.enter();
    try {
      if ((memory.mayVanish() || target.isNative()) && Persistence.isGuarded()) {
        gone = CpuCache.read(run, at, target);
      } else {
        persistence.requireThere(verb, at, length, false);
        MemorySegment.copy(segment, at, target, 0, length);
      }
    } finally {
      mapping.leave(mark);
    }
    if (gone == CpuCache.TARGET_GONE) {
      throw DaxException.of(Errno.EFAULT, persistence.attempt(verb, at, length), "the memory of its target is gone",
          "see who has truncated the file that it is made of");
    }
    if (gone != CpuCache.DONE) {
      throw persistence.gone(persistence.attempt(verb, at, length), gone);
    }
  }
}
