// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.ref.WeakReference;

/**
 * The leases of one mapping.
 *
 * <p>They are asked whether they are held: so there is no count here that an error could leave wrong. A lease that was
 * lost to an error is not held, since nothing refers to it. Those that are over are left out when a lease is wanted and
 * as many were added as were there the last time, and when the mapping is to end.
 */
final class Leases {
  private static final int FEW = 16;

  private record Entry(WeakReference<MappingLease> lease, Entry before) {
    boolean isHeld() {
      MappingLease of = lease.get();
      return of != null && of.isHeld();
    }
  }

  /** Guarded by this object: the youngest. */
  private Entry last;
  private int untilSweep = FEW;

  synchronized void add(MappingLease lease) {
    if (--untilSweep <= 0) {
      untilSweep = Math.max(FEW, sweep());
    }
    last = new Entry(new WeakReference<>(lease), last);
  }

  /** {@return whether one of them is held} */
  synchronized boolean areHeld() {
    sweep();
    return last != null;
  }

  /** {@return how many are held} */
  private int sweep() {
    Entry held = null;
    int count = 0;
    for (Entry entry = last; entry != null; entry = entry.before) {
      if (entry.isHeld()) {
        held = new Entry(entry.lease, held);
        count++;
      }
    }
    last = held;
    return count;
  }
}
