// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.ref.Cleaner;

import dev.jdax.spi.RegionOps;

/**
 * What outlives a region that the program forgets, and its bus and its mappings with it: gives the memory back, and says
 * so. Nothing here refers to the region.
 */
final class RegionLife implements Runnable {
  private final RegionOps ops;
  private final String name;
  private final Throwable madeAt = Forgotten.here();
  private Cleaner.Cleanable watch;
  /** Guarded by this. */
  private boolean released;

  /**
   * @param ops what the region is
   * @param name what sentences call it
   */
  RegionLife(RegionOps ops, String name) {
    this.ops = ops;
    this.name = name;
  }

  /** Begins to watch whether the region can be reached, if there is memory to be given back. */
  void of(DaxRegion region) {
    if (ops.holdsMemory()) {
      watch = Forgotten.watch(region, this);
    }
  }

  /** Gives the memory back, once; takes no region lock, since it can take long. */
  void release() {
    synchronized (this) {
      if (!released) {
        ops.close();
        released = true;
      }
    }
    if (watch != null) {
      watch.clean();
    }
  }

  /** Called once, by the cleaner's thread, or by the thread that has released it. */
  @Override
  public synchronized void run() {
    if (!released) {
      ops.close();
      released = true;
      Forgotten.tell(name, madeAt);
    }
  }
}
