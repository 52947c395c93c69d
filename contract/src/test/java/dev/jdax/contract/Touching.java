// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PageFaults;
import dev.jdax.PageSize;

/**
 * Stores to each block of a mapping, and the faults that this takes. The JVM's heap is touched before (see the pom).
 */
final class Touching {
  private Touching() {
  }

  /** Has the loop compiled and its classes loaded, on other memory. */
  static void warmUp() throws DaxException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment other = arena.allocate(1 << 20, 4096);
      for (int i = 0; i < 2_000; i++) {
        touch(other, 4096);
      }
      for (int i = 0; i < 100; i++) {
        faultsOf(other, PageSize.SIZE_4K);
      }
    }
  }

  /** Makes a fresh mapping. */
  @FunctionalInterface
  interface Mapper {
    DaxMapping map() throws DaxException;
  }

  /**
   * The least faults that the first touch of fresh mappings took, one after the other, down to what is expected: the JVM
   * may take a few of its own in between, and never takes one away.
   */
  static long leastFaultsOf(Mapper mapper, PageSize alignment, long expected) throws DaxException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5 && least > expected; i++) {
      try (DaxMapping mapping = mapper.map()) {
        least = Math.min(least, faultsOf(mapping.segment(), alignment));
      }
    }
    return least;
  }

  /** The least faults that touching again took, of a few times. */
  static long leastFaultsAgain(MemorySegment memory, PageSize alignment) throws DaxException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5 && least > 0; i++) {
      least = Math.min(least, faultsOf(memory, alignment));
    }
    return least;
  }

  static long faultsOf(MemorySegment memory, PageSize alignment) throws DaxException {
    long before = PageFaults.ofThisThread().minor();
    touch(memory, alignment.bytes());
    return PageFaults.ofThisThread().minor() - before;
  }

  private static void touch(MemorySegment memory, long step) {
    for (long at = 0; at < memory.byteSize(); at += step) {
      memory.set(ValueLayout.JAVA_LONG, at, at);
    }
  }
}
