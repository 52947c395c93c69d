// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import dev.jdax.DaxMapping;

/** Values that are replaced: what is found is the old one or the new one, and no older one than was acknowledged. */
final class Values {
  private Values() {
  }

  /** A pair of (n, -n). */
  private abstract static class Pair extends Structure {
    private static final int TIMES = 3;
    private long acknowledged;

    Pair(boolean mistaken) {
      super(mistaken);
    }

    @Override
    final void use(DaxMapping memory) throws Exception {
      for (long n = 1; n <= TIMES; n++) {
        set(memory, n);
        acknowledged = n;
      }
    }

    abstract void set(DaxMapping memory, long n) throws Exception;

    /** {@return where the pair stands, the second number behind the first} */
    abstract long where(DaxMapping left);

    long second(DaxMapping left) {
      return get(left, where(left) + 8);
    }

    @Override
    final void check(DaxMapping left) {
      long first = get(left, where(left));
      require(first == -second(left), "the pair is " + first + ", " + second(left));
      require(first >= acknowledged, "the pair is of " + first + ", and " + acknowledged + " was acknowledged");
    }
  }

  /** Sixteen bytes are not stored at once, even inside a line. */
  static final class SixteenBytesAtOnce extends Pair {
    SixteenBytesAtOnce(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void set(DaxMapping memory, long n) throws Exception {
      long at = mistaken ? 16 : LINE + n % 2 * LINE;
      put(memory, at, n);
      put(memory, at + 8, -n);
      memory.persist(at, 16);
      if (!mistaken) {
        putDurably(memory, 0, at);
      }
    }

    @Override
    void format(DaxMapping memory) {
      put(memory, 0, mistaken ? 16 : LINE);
    }

    @Override
    long where(DaxMapping left) {
      return get(left, 0);
    }
  }

  /** Two slots in turn, and which of them is valid. */
  static final class ToggledWithoutADrain extends Pair {
    ToggledWithoutADrain(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void set(DaxMapping memory, long n) throws Exception {
      long slot = n % 2;
      put(memory, LINE + slot * LINE, n);
      put(memory, LINE + slot * LINE + 8, -n);
      memory.flush(LINE + slot * LINE, 16);
      if (!mistaken) {
        memory.drain();
      }
      put(memory, 0, slot);
      memory.flush(0, Long.BYTES);
      memory.drain();
    }

    @Override
    long where(DaxMapping left) {
      return LINE + get(left, 0) * LINE;
    }
  }

  /** The slot that is valid is overwritten, since the other one is taken for it. */
  static final class TheWrongSlot extends Pair {
    TheWrongSlot(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void set(DaxMapping memory, long n) throws Exception {
      long slot = mistaken ? get(memory, 0) : 1 - get(memory, 0);
      put(memory, LINE + slot * LINE, n);
      put(memory, LINE + slot * LINE + 8, -n);
      memory.persist(LINE + slot * LINE, 16);
      putDurably(memory, 0, slot);
    }

    @Override
    long where(DaxMapping left) {
      return LINE + get(left, 0) * LINE;
    }
  }

  /** Two halves in two lines, guarded by an undo log. */
  static final class UndoLogTooLate extends Pair {
    private static final long VALID = 0;
    private static final long UNDO = LINE;
    private static final long FIRST = 3L * LINE - 8;

    UndoLogTooLate(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void format(DaxMapping memory) {
      put(memory, UNDO, 99);
    }

    @Override
    void set(DaxMapping memory, long n) throws Exception {
      long first = get(memory, FIRST);
      long second = get(memory, FIRST + 8);
      if (mistaken) {
        store(memory, n);
      }
      put(memory, UNDO, first);
      put(memory, UNDO + 8, second);
      memory.persist(UNDO, 16);
      putDurably(memory, VALID, 1);
      if (!mistaken) {
        store(memory, n);
      }
      memory.persist(FIRST, 16);
      putDurably(memory, VALID, 0);
    }

    private static void store(DaxMapping memory, long n) {
      put(memory, FIRST, n);
      put(memory, FIRST + 8, -n);
    }

    @Override
    long where(DaxMapping left) {
      return get(left, VALID) == 1 ? UNDO : FIRST;
    }
  }

  /** A counter of two words, in two lines. */
  static final class CounterAcrossLines extends Pair {
    private static final long FIRST = LINE - 8;

    CounterAcrossLines(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void set(DaxMapping memory, long n) throws Exception {
      long at = mistaken ? FIRST : 2L * LINE + n % 2 * LINE;
      put(memory, at, n);
      put(memory, at + 8, -n);
      memory.persist(at, 16);
      if (!mistaken) {
        putDurably(memory, 0, at);
      }
    }

    @Override
    long where(DaxMapping left) {
      long at = get(left, 0);
      return mistaken || at == 0 ? FIRST : at;
    }
  }

  /** Eight bytes that begin in one line and end in the next. */
  static final class UnalignedLong extends Structure {
    private long acknowledged;

    UnalignedLong(boolean mistaken) {
      super(mistaken);
    }

    private long at() {
      return mistaken ? LINE - 4 : LINE;
    }

    @Override
    void use(DaxMapping memory) throws Exception {
      for (long n = 1; n <= 3; n++) {
        putDurably(memory, at(), n * 0x1_0000_0001L);
        acknowledged = n;
      }
    }

    @Override
    void check(DaxMapping left) {
      long found = get(left, at());
      require(found % 0x1_0000_0001L == 0, "the value is " + found);
      require(found / 0x1_0000_0001L >= acknowledged, "the value is old");
    }
  }

  /** A value and its flag in one line: their order is that of the stores, if that is kept. */
  static final class FlagBeforeItsValue extends Structure {
    FlagBeforeItsValue(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void use(DaxMapping memory) throws Exception {
      put(memory, mistaken ? 8 : 0, mistaken ? 1 : 42);
      memory.storeFence();
      put(memory, mistaken ? 0 : 8, mistaken ? 42 : 1);
      memory.persist(0, 16);
    }

    @Override
    void check(DaxMapping left) {
      require(get(left, 8) == 0 || get(left, 0) == 42, "the flag is set, and the value is " + get(left, 0));
    }
  }

  /** A value and its flag in two lines, whose order a fence does not keep. */
  static final class FenceAcrossLines extends Structure {
    FenceAcrossLines(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void use(DaxMapping memory) throws Exception {
      put(memory, 0, 42);
      if (mistaken) {
        memory.storeFence();
      } else {
        memory.persist(0, 8);
      }
      put(memory, LINE, 1);
      memory.persist(0, LINE + 8);
    }

    @Override
    void check(DaxMapping left) {
      require(get(left, LINE) == 0 || get(left, 0) == 42, "the flag is set, and the value is " + get(left, 0));
    }
  }
}
