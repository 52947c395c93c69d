// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

import dev.jdax.spi.Memory;

/**
 * Which bytes of which files a mapping shows: two mappings at different addresses may show the same ones.
 *
 * <p>All live mappings are known here, by their addresses. Nothing here keeps a mapping from being forgotten. One that has
 * ended is passed over; it is taken off when another one begins at its addresses, or as soon as half of all have ended.
 */
final class MappedFiles {
  private static final int FEW = 64;
  private static final ConcurrentSkipListMap<Long, MappedFiles> BY_ADDRESS = new ConcurrentSkipListMap<>();
  /** All of them lie from here ... */
  private static volatile long lowest = Long.MAX_VALUE;
  /** ... to before here; written under the lock of the class, and looked at first, as it is soon done. */
  private static volatile long behindAll;
  /** How many there are at most; guarded by the class. */
  private static int known;
  /** How many there may be before those that have ended are taken off; guarded by the class. */
  private static int most = FEW;

  private final List<Part> parts;
  private final long start;
  private final long length;
  private final WeakReference<MemorySegment.Scope> scope;

  /**
   * A part of a mapping.
   *
   * @param file the file, or the device: {@link Memory#identity}
   * @param fileOffset where the part begins in it, in bytes
   * @param at where the part begins in the mapping
   * @param length how long it is
   */
  record Part(Object file, long fileOffset, long at, long length) {
  }

  /** In which order a copy has to be made. */
  enum Order {
    /** Any: source and target have no byte in common, or the same ones. */
    ANY,
    /** The first bytes first. */
    FORWARDS,
    /** The last bytes first. */
    BACKWARDS,
    /** Neither: all of the source has to be read before anything is stored. */
    AT_ONCE;

    private Order and(Order other) {
      return this == ANY || this == other ? other : other == ANY ? this : AT_ONCE;
    }
  }

  private MappedFiles(MemorySegment memory, List<Part> parts) {
    this.parts = List.copyOf(parts);
    this.start = memory.address();
    this.length = memory.byteSize();
    this.scope = new WeakReference<>(memory.scope());
  }

  /** Makes the parts of a mapping known. */
  static synchronized MappedFiles of(MemorySegment memory, List<Part> parts) {
    MappedFiles added = new MappedFiles(memory, parts);
    // What was there before has ended, or the addresses would not be free.
    BY_ADDRESS.subMap(added.start, added.start + added.length).clear();
    BY_ADDRESS.put(added.start, added);
    known++;
    lowest = Math.min(lowest, added.start);
    behindAll = Math.max(behindAll, added.start + added.length);
    if (known > most) {
      BY_ADDRESS.values().removeIf(one -> !one.isAlive());
      known = BY_ADDRESS.size();
      most = Math.max(FEW, 2 * known);
      lowest = BY_ADDRESS.firstKey();
      MappedFiles last = BY_ADDRESS.lastEntry().getValue();
      behindAll = last.start + last.length;
    }
    return added;
  }

  private boolean isAlive() {
    MemorySegment.Scope known = scope.get();
    return known != null && known.isAlive();
  }

  /**
   * {@return in which order memory of another mapping has to be copied into this one, so that no byte is overwritten
   * before it was read}
   *
   * @param source what is copied, native; any order will do where it lies in no mapping, or in this one
   * @param to where it goes in this mapping
   */
  Order orderOf(MemorySegment source, long to) {
    if (source.address() < lowest || source.address() >= behindAll) {
      return Order.ANY;
    }
    Map.Entry<Long, MappedFiles> below = BY_ADDRESS.floorEntry(source.address());
    MappedFiles other = below == null ? this : below.getValue();
    long from = source.address() - other.start;
    return other == this || from >= other.length || !other.isAlive()
        ? Order.ANY
        : orderOf(other, from, to, source.byteSize());
  }

  private Order orderOf(MappedFiles source, long from, long to, long count) {
    Order order = Order.ANY;
    for (Part target : parts) {
      for (Part read : source.parts) {
        if (target.file.equals(read.file)) {
          // The byte at x of the target is that at x + shift of the source.
          long shift = target.fileOffset - target.at - (read.fileOffset - read.at);
          long first = Math.max(Math.max(to, target.at), Math.max(from, read.at) - shift);
          long end = Math.min(Math.min(to + count, target.at + target.length),
              Math.min(from + count, read.at + read.length) - shift);
          long ahead = to + shift - from;
          if (first < end && ahead != 0) {
            order = order.and(ahead > 0 ? Order.BACKWARDS : Order.FORWARDS);
          }
        }
      }
    }
    return order;
  }
}
