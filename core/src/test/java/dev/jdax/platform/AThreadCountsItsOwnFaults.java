// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

import org.junit.jupiter.api.Test;

/** {@link ThreadFaults}: the faults of the calling thread, and of no other. */
class AThreadCountsItsOwnFaults {
  private static final long PAGE = 4096;
  private static final long PAGES = 4096;

  private static long faultsOfTouching(MemorySegment memory) {
    try {
      long before = ThreadFaults.now().minor();
      for (long at = 0; at < memory.byteSize(); at += PAGE) {
        memory.set(JAVA_BYTE, at, (byte) 1);
      }
      return ThreadFaults.now().minor() - before;
    } catch (SystemCallException e) {
      throw new AssertionError(e);
    }
  }

  private static MemorySegment fresh(Arena arena) throws SystemCallException {
    try (Fd file = Fd.memfd("jdax-test")) {
      file.truncate(PAGES * PAGE);
      Reservation run = Reservation.of(List.of(new Piece(file.number(), 0, PAGES * PAGE)), PAGE);
      run.place(true);
      return run.segment(arena);
    }
  }

  @Test
  void aFirstTouchIsAFaultForEachPageAndASecondTouchIsNone() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      faultsOfTouching(fresh(arena)); // warms up on other memory
      MemorySegment memory = fresh(arena);
      // The compiler and the collector may add a few, on this thread's own stack and heap.
      assertThat(faultsOfTouching(memory)).isBetween(PAGES, PAGES + PAGES / 8);
      assertThat(faultsOfTouching(memory)).isLessThan(PAGES / 8);
    }
  }

  @Test
  void theFaultsOfAnotherThreadAreNotCounted() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = fresh(arena);
      long before = ThreadFaults.now().minor();
      long[] others = new long[1];
      Thread other = Thread.ofPlatform().start(() -> others[0] = faultsOfTouching(memory));
      other.join();
      assertThat(others[0]).isGreaterThanOrEqualTo(PAGES);
      assertThat(ThreadFaults.now().minor() - before).isLessThan(PAGES / 2);
    }
  }
}
