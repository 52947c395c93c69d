// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.lang.foreign.ValueLayout;

import dev.jdax.DaxMapping;

/** A small structure on persistent memory, made as it should be, or with one mistake. */
abstract class Structure {
  static final int LINE = 64;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** Whether it has the mistake. */
  final boolean mistaken;

  Structure(boolean mistaken) {
    this.mistaken = mistaken;
  }

  /** Makes an empty one. */
  void format(DaxMapping memory) throws Exception {
    // memory that is zero is an empty one
  }

  /** Changes it. */
  abstract void use(DaxMapping memory) throws Exception;

  /** Throws if it is in a state that it may never be found in. */
  abstract void check(DaxMapping left) throws Exception;

  static long get(DaxMapping memory, long offset) {
    return memory.segment().get(LONG, offset);
  }

  static void put(DaxMapping memory, long offset, long value) {
    memory.segment().set(LONG, offset, value);
  }

  static void putDurably(DaxMapping memory, long offset, long value) throws Exception {
    put(memory, offset, value);
    memory.persist(offset, Long.BYTES);
  }

  static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
