// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.util.HashSet;
import java.util.Set;

import dev.jdax.DaxMapping;

/** Structures whose parts refer to each other. */
final class Links {
  private Links() {
  }

  /** A list with its newest node at its head: what is reachable was inserted, and all of it that was acknowledged. */
  private abstract static class Stack extends Structure {
    private static final int NODES = 3;
    static final long HEAD = 0;
    private int inserted;

    Stack(boolean mistaken) {
      super(mistaken);
    }

    @Override
    final void use(DaxMapping memory) throws Exception {
      for (int n = 1; n <= NODES; n++) {
        insert(memory, n, (long) n * LINE);
        inserted = n;
      }
    }

    abstract void insert(DaxMapping memory, int n, long node) throws Exception;

    static void node(DaxMapping memory, int n, long node) {
      put(memory, node, n);
      put(memory, node + 8, get(memory, HEAD));
    }

    @Override
    final void check(DaxMapping left) {
      Set<Long> seen = new HashSet<>();
      for (long node = get(left, HEAD); node != 0; node = get(left, node + 8)) {
        require(seen.add(node), "the list is a ring");
        require(get(left, node) == node / LINE, "the node at " + node + " is " + get(left, node));
        require(get(left, node + 8) == node - LINE, "the node at " + node + " is followed by " + get(left, node + 8));
      }
      require(seen.size() >= inserted, "node " + inserted + " was inserted, and is lost");
    }
  }

  static final class HeadBeforeNode extends Stack {
    HeadBeforeNode(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void insert(DaxMapping memory, int n, long node) throws Exception {
      node(memory, n, node);
      if (mistaken) {
        put(memory, HEAD, node);
        memory.persist(HEAD, 8);
        memory.persist(node, 16);
      } else {
        memory.persist(node, 16);
        putDurably(memory, HEAD, node);
      }
    }
  }

  /** Flushes the word that refers to the node, in place of the node. */
  static final class PointerForItsNode extends Stack {
    PointerForItsNode(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void insert(DaxMapping memory, int n, long node) throws Exception {
      node(memory, n, node);
      memory.persist(mistaken ? HEAD : node, 8);
      putDurably(memory, HEAD, node);
    }
  }

  /** Persists a node, and stores to it once more. */
  static final class StoredAfterItsFlush extends Stack {
    StoredAfterItsFlush(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void insert(DaxMapping memory, int n, long node) throws Exception {
      put(memory, node, n);
      if (mistaken) {
        memory.persist(node, 16);
      }
      put(memory, node + 8, get(memory, HEAD));
      if (!mistaken) {
        memory.persist(node, 16);
      }
      putDurably(memory, HEAD, node);
    }
  }

  /** Blocks that are handed out by a bitmap; a block whose bit is set has a header. */
  static final class BitBeforeItsBlock extends Structure {
    BitBeforeItsBlock(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void use(DaxMapping memory) throws Exception {
      for (int block = 0; block < 3; block++) {
        long bits = get(memory, 0) | 1L << block;
        long header = LINE + (long) block * LINE;
        put(memory, header, 77);
        memory.flush(header, 8);
        if (!mistaken) {
          memory.drain();
        }
        put(memory, 0, bits);
        memory.flush(0, 8);
        memory.drain();
      }
    }

    @Override
    void check(DaxMapping left) {
      for (int block = 0; block < Long.SIZE; block++) {
        if ((get(left, 0) >> block & 1) != 0) {
          require(get(left, LINE + (long) block * LINE) == 77, "block " + block + " has no header");
        }
      }
    }
  }

  /** A block is freed while something still refers to it. */
  static final class FreedBeforeUnlinked extends Structure {
    private static final long BITS = 0;
    private static final long ROOT = LINE;

    FreedBeforeUnlinked(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void format(DaxMapping memory) {
      put(memory, BITS, 1);
      put(memory, ROOT, 2L * LINE);
    }

    @Override
    void use(DaxMapping memory) throws Exception {
      if (mistaken) {
        putDurably(memory, BITS, 0);
        putDurably(memory, ROOT, 0);
      } else {
        putDurably(memory, ROOT, 0);
        putDurably(memory, BITS, 0);
      }
    }

    @Override
    void check(DaxMapping left) {
      require(get(left, ROOT) == 0 || get(left, BITS) == 1, "the root refers to a block that is free");
    }
  }

  /** An area is cleared before it is said to be in use. */
  static final class FilledWithoutADrain extends Structure {
    private static final long AREA = LINE;
    private static final long LENGTH = 20L * LINE;

    FilledWithoutADrain(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void format(DaxMapping memory) {
      memory.segment().asSlice(AREA, LENGTH).fill((byte) 0x5A);
    }

    @Override
    void use(DaxMapping memory) throws Exception {
      if (mistaken) {
        memory.segment().asSlice(AREA, LENGTH).fill((byte) 0);
        memory.flush(AREA, LENGTH);
      } else {
        memory.fill(AREA, LENGTH, (byte) 0);
      }
      putDurably(memory, 0, 1);
    }

    @Override
    void check(DaxMapping left) {
      if (get(left, 0) == 1) {
        for (long at = AREA; at < AREA + LENGTH; at += 8) {
          require(get(left, at) == 0, "the area is in use, and has " + get(left, at) + " at " + at);
        }
      }
    }
  }

  /** A file is renamed: the new name is there before the old one is not. */
  static final class OldNameFirst extends Structure {
    OldNameFirst(boolean mistaken) {
      super(mistaken);
    }

    @Override
    void format(DaxMapping memory) {
      put(memory, 0, 5);
    }

    @Override
    void use(DaxMapping memory) throws Exception {
      putDurably(memory, mistaken ? 0 : LINE, mistaken ? 0 : 5);
      putDurably(memory, mistaken ? LINE : 0, mistaken ? 5 : 0);
    }

    @Override
    void check(DaxMapping left) {
      require(get(left, 0) == 5 || get(left, LINE) == 5, "the file has no name");
    }
  }
}
