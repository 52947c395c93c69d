// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The arenas of a BTT, as Linux lays them out ({@code create_arenas} and {@code alloc_arena} in drivers/nvdimm/btt.c). */
final class BttMedia {
  static final UUID DEVICE = new UUID(0x4254L, 1);
  private static final long LARGEST = 512L << 30;
  private static final long LEAST = 16L << 20;
  private static final int PAGE = 4096;
  private static final int FREE = 256;
  private static final int LOG = FREE * 64;

  private BttMedia() {
  }

  /**
   * An arena's info block.
   *
   * @param offset where the arena begins, from the first one
   * @param block its info block, with a right checksum
   */
  record Arena(long offset, BttInfoBlock block) {
  }

  /** {@return the arenas of a namespace, after the first bytes of it that are not theirs} */
  static List<Arena> arenas(long size, long sector, UUID parent, int major) {
    List<Arena> arenas = new ArrayList<>();
    long offset = 0;
    long left = size;
    while (left >= LEAST) {
      long length = Math.min(left, LARGEST);
      left -= length;
      arenas.add(new Arena(offset, block(length, sector, parent, major, left >= LEAST ? length : 0)));
      offset += length;
    }
    return arenas;
  }

  static BttInfoBlock block(long arena, long sector, UUID parent, int major, long next) {
    long available = arena - arena % PAGE - 2 * PAGE - LOG;
    long internal = Math.ceilDiv(sector, 64) * 64;
    long blocks = (available - PAGE) / (internal + 4);
    long map = Math.ceilDiv((blocks - FREE) * 4, PAGE) * PAGE;
    long mapOffset = PAGE + available - map;
    return new BttInfoBlock(DEVICE, parent, 0, major, 2 - major, sector, blocks - FREE, internal, blocks, FREE, PAGE,
        next,
        PAGE, mapOffset, mapOffset + map, mapOffset + map + LOG, Bytes.zeros(BttInfoBlock.PADDING_LENGTH), 0)
        .withChecksum();
  }

  /** Puts arenas, each with its copy, into media. */
  static void put(MadeMedia media, long at, List<Arena> arenas) {
    for (Arena arena : arenas) {
      media.bytes(at + arena.offset, arena.block.toBytes());
      media.bytes(at + arena.offset + arena.block.copyOffset(), arena.block.toBytes());
    }
  }
}
