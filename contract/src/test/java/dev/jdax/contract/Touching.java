// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.jdax.DaxException;
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
