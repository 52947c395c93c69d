// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * The mappings of one region that are not over. Guarded by the region lock.
 *
 * <p>The mappings themselves know whether they are over, and are asked: so there is nothing here that an error could leave
 * wrong. Each change is one store. Those that are over are left out of the list when it is gone through, which is done
 * when as many were added as were there the last time.
 */
final class LiveMappings {
  private static final int FEW = 16;

  /** Not what keeps the mapping: one that is forgotten is to be found. */
  private static final class Entry {
    final WeakReference<DaxMapping> mapping;
    final MappingLife life;
    Entry before;

    Entry(DaxMapping mapping, Entry before) {
      this.mapping = new WeakReference<>(mapping);
      this.life = mapping.life();
      this.before = before;
    }
  }

  /** The youngest. */
  private Entry last;
  /** How many more are added until the list is gone through, roughly. */
  private int untilSweep = FEW;

  void add(DaxMapping mapping) {
    if (--untilSweep <= 0) {
      untilSweep = Math.max(FEW, sweep());
    }
    last = new Entry(mapping, last);
  }

  /** {@return how many are left when those that are over have been left out} */
  private int sweep() {
    dropLast();
    int left = 0;
    for (Entry entry = last; entry != null; entry = entry.before) {
      left++;
      while (entry.before != null && entry.before.life.isOver()) {
        entry.before = entry.before.before;
      }
    }
    return left;
  }

  private void dropLast() {
    while (last != null && last.life.isOver()) {
      last = last.before;
    }
  }

  /** {@return whether there is none} */
  boolean isEmpty() {
    dropLast();
    return last == null;
  }

  /**
   * {@return all of them that can be reached, in the order in which they were made} The others have given their memory
   * back then: the cleaner's thread may come to them much later.
   */
  List<DaxMapping> all() {
    sweep();
    List<DaxMapping> all = new ArrayList<>();
    for (Entry entry = last; entry != null; entry = entry.before) {
      DaxMapping mapping = entry.mapping.get();
      if (mapping != null) {
        all.add(mapping);
      } else {
        entry.life.giveBack();
      }
    }
    return List.copyOf(all.reversed());
  }
}
