// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.lang.foreign.MemorySegment;

import dev.jdax.DaxMapping;

/** Structures that grow at their end. What was appended is never lost, and what is found was appended. */
final class Logs {
  private Logs() {
  }

  /** A log of records of so many bytes, and its length in a line of its own. Record n is full of bytes n. */
  private abstract static class Log extends Structure {
    private static final int RECORDS = 3;
    private static final long FIRST = LINE;

    final int record;
    private int appended;

    Log(boolean mistaken, int record) {
      super(mistaken);
      this.record = record;
    }

    @Override
    void use(DaxMapping memory) throws Exception {
      for (int i = 0; i < RECORDS; i++) {
        append(memory, FIRST + (long) i * record, (byte) (i + 1), (i + 1L) * record);
        appended = i + 1;
      }
    }

    abstract void append(DaxMapping memory, long at, byte content, long newLength) throws Exception;

    final void fill(DaxMapping memory, long at, byte content) {
      memory.segment().asSlice(at, record).fill(content);
    }

    @Override
    void check(DaxMapping left) {
      long length = get(left, 0);
      require(length % record == 0 && length <= (long) RECORDS * record, "the log has " + length + " bytes");
      require(length >= (long) appended * record, "record " + appended + " was appended, and is lost");
      for (int i = 0; i < length / record; i++) {
        MemorySegment expected = MemorySegment.ofArray(new byte[record]).fill((byte) (i + 1));
        long differs = left.segment().asSlice(FIRST + (long) i * record, record).mismatch(expected);
        require(differs < 0, "record " + i + " is not whole from " + differs);
      }
    }
  }

  static final class FlushLeftOut extends Log {
    FlushLeftOut(boolean mistaken) {
      super(mistaken, 24);
    }

    @Override
    void append(DaxMapping memory, long at, byte content, long newLength) throws Exception {
      fill(memory, at, content);
      if (!mistaken) {
        memory.flush(at, record);
      }
      memory.drain();
      putDurably(memory, 0, newLength);
    }
  }

  static final class DrainLeftOut extends Log {
    DrainLeftOut(boolean mistaken) {
      super(mistaken, 16);
    }

    @Override
    void append(DaxMapping memory, long at, byte content, long newLength) throws Exception {
      fill(memory, at, content);
      memory.flush(at, record);
      if (!mistaken) {
        memory.drain();
      }
      put(memory, 0, newLength);
      memory.flush(0, Long.BYTES);
      memory.drain();
    }
  }

  /** Flushes what would be enough if it began where a line does. */
  static final class OneLineTooFew extends Log {
    OneLineTooFew(boolean mistaken) {
      super(mistaken, 88);
    }

    @Override
    void append(DaxMapping memory, long at, byte content, long newLength) throws Exception {
      fill(memory, at, content);
      if (mistaken) {
        for (long line = at; line < at + record; line += LINE) {
          memory.flush(line, 1);
        }
        memory.drain();
      } else {
        memory.persist(at, record);
      }
      putDurably(memory, 0, newLength);
    }
  }

  static final class LengthFirst extends Log {
    LengthFirst(boolean mistaken) {
      super(mistaken, 8);
    }

    @Override
    void append(DaxMapping memory, long at, byte content, long newLength) throws Exception {
      if (mistaken) {
        putDurably(memory, 0, newLength);
      }
      fill(memory, at, content);
      memory.persist(at, record);
      if (!mistaken) {
        putDurably(memory, 0, newLength);
      }
    }
  }

  /** Says that it is done when it has flushed, and not when it has drained. */
  static final class AcknowledgedTooEarly extends Log {
    AcknowledgedTooEarly(boolean mistaken) {
      super(mistaken, 8);
    }

    @Override
    void append(DaxMapping memory, long at, byte content, long newLength) throws Exception {
      fill(memory, at, content);
      memory.persist(at, record);
      put(memory, 0, newLength);
      memory.flush(0, Long.BYTES);
      if (!mistaken) {
        memory.drain();
      }
    }
  }

  /** Copies by hand and forgets the drain that {@link DaxMapping#copyFrom} has. Many lines, so that cuts are sampled. */
  static final class CopiedWithoutADrain extends Log {
    CopiedWithoutADrain(boolean mistaken) {
      super(mistaken, 1000);
    }

    @Override
    void append(DaxMapping memory, long at, byte content, long newLength) throws Exception {
      MemorySegment source = MemorySegment.ofArray(new byte[record]).fill(content);
      if (mistaken) {
        memory.segment().asSlice(at, record).copyFrom(source);
        memory.flush(at, record);
      } else {
        memory.copyFrom(at, source);
      }
      putDurably(memory, 0, newLength);
    }
  }

  /** Flushes on the thread of the program, and drains on another. */
  static final class DrainedByAnotherThread extends Log {
    DrainedByAnotherThread(boolean mistaken) {
      super(mistaken, 8);
    }

    @Override
    void append(DaxMapping memory, long at, byte content, long newLength) throws Exception {
      fill(memory, at, content);
      memory.flush(at, record);
      if (mistaken) {
        Thread other = new Thread(memory::drain);
        other.start();
        other.join();
        put(memory, 0, newLength);
        memory.flush(0, Long.BYTES);
      } else {
        memory.drain();
        put(memory, 0, newLength);
        memory.flush(0, Long.BYTES);
      }
      memory.drain();
    }
  }

  /** Entries that say themselves whether they are whole: by a checksum, or only by their length. */
  static final class NoChecksum extends Structure {
    private static final int ENTRY = 32;
    private int appended;

    NoChecksum(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void use(DaxMapping memory) throws Exception {
      for (int i = 0; i < 2; i++) {
        long at = LINE + (long) i * ENTRY;
        put(memory, at, ENTRY);
        put(memory, at + 8, mistaken ? 0 : checksum(i + 1, ~i));
        put(memory, at + 16, i + 1);
        put(memory, at + 24, ~i);
        memory.persist(at, ENTRY);
        appended = i + 1;
      }
    }

    private static long checksum(long first, long second) {
      return (first * 0x9E3779B97F4A7C15L ^ second) * 0xC2B2AE3D27D4EB4FL | 1;
    }

    @Override
    void check(DaxMapping left) {
      int found = 0;
      for (long at = LINE; get(left, at) == ENTRY; at += ENTRY) {
        long first = get(left, at + 16);
        long second = get(left, at + 24);
        if (!mistaken && get(left, at + 8) != checksum(first, second)) {
          break;
        }
        require(first == found + 1 && second == ~found, "entry " + found + " is " + first + ", " + second);
        found++;
      }
      require(found >= appended, "entry " + appended + " is lost");
    }
  }
}
