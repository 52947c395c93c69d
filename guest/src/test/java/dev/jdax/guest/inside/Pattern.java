// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

import dev.jdax.ByteSize;

/**
 * What two machines write into one device: which pages each of them has, and what stands in them. They are pages at the
 * begin, at the end and in each 16 MiB in between; host and guest take turns.
 */
public final class Pattern {
  private static final int PAGE = 4096;
  private static final int ENDS = 64;
  private static final int STEP = 4096;
  // Both machines are x86-64, and the files may be looked at with other tools.
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Who writes a page: of each two that are next to each other, one each. */
  public enum Writer {
    HOST, GUEST
  }

  private Pattern() {
  }

  /** Writes this writer's pages; returns how many. */
  public static int write(MemorySegment memory, Writer writer, long seed) {
    int written = 0;
    for (long page = 0; page < memory.byteSize() / PAGE; page++) {
      if (has(page, memory, writer)) {
        MemorySegment.copy(page(page, writer, seed), 0, memory, page * PAGE, PAGE);
        written++;
      }
    }
    return written;
  }

  /**
   * Checks this writer's pages; returns how many.
   *
   * @throws AssertionError with the place if another byte stands somewhere
   */
  public static int check(MemorySegment memory, Writer writer, long seed) {
    int checked = 0;
    for (long page = 0; page < memory.byteSize() / PAGE; page++) {
      if (has(page, memory, writer)) {
        long at = memory.asSlice(page * PAGE, PAGE).mismatch(page(page, writer, seed));
        if (at >= 0) {
          throw new AssertionError("of the " + writer + "'s bytes with seed " + seed + " the one at "
              + ByteSize.hex(page * PAGE + at) + " of " + ByteSize.hex(memory.byteSize()) + " is another");
        }
        checked++;
      }
    }
    return checked;
  }

  private static boolean has(long page, MemorySegment memory, Writer writer) {
    boolean counts = page < ENDS || page >= memory.byteSize() / PAGE - ENDS || page % STEP < 2;
    return counts && page % 2 == writer.ordinal();
  }

  private static MemorySegment page(long page, Writer writer, long seed) {
    MemorySegment bytes = MemorySegment.ofArray(new long[PAGE / Long.BYTES]);
    for (int at = 0; at < PAGE; at += Long.BYTES) {
      bytes.set(LONG, at, mixed(seed + writer.ordinal() + mixed(page * PAGE + at)));
    }
    return bytes;
  }

  /** Murmur's finalizer: every bit of the value counts in every bit of the result. */
  private static long mixed(long value) {
    long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ mixed >>> 33;
  }
}
