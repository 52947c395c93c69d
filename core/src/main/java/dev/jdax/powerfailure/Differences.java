// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/** Where two segments of one length differ. */
final class Differences {
  private Differences() {
  }

  /**
   * Tells of each aligned block that differs, in ascending order. What is the same is passed over as fast as memory can
   * be read.
   *
   * @param block how long a block is, in bytes
   * @param found gets its offset; may make the blocks the same
   */
  static void each(MemorySegment one, MemorySegment other, long block, LongConsumer found) {
    long size = one.byteSize();
    for (long at = 0; at < size; at += block) {
      long same = MemorySegment.mismatch(one, at, size, other, at, size);
      if (same < 0) {
        return;
      }
      at = (at + same) / block * block;
      found.accept(at);
    }
  }
}
