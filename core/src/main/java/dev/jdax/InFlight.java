// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many of jdax's own operations are under way on one mapping, and the way to keep them out while it ends.
 *
 * <p>The count is striped: threads count in different lines of the cache, because on one they would wait for each other
 * longer than most operations take. An operation counts itself and then looks whether somebody wants to end the
 * mapping; who ends it says so and then looks at the counts. Both are volatile, so one of the two sees the other.
 */
final class InFlight {
  /** Longs from stripe to stripe: two lines, since CPUs fetch them in pairs. */
  private static final int STRIDE = 16;
  private static final int STRIPES = Math
      .min(64, Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors()));

  private final AtomicLongArray counts = new AtomicLongArray(STRIPES * STRIDE);
  /** Held while somebody tries to end the mapping. */
  private final ReentrantLock ending = new ReentrantLock();
  private volatile boolean stopped;

  /**
   * Begins an operation; waits while somebody tries to end the mapping, who may succeed: look whether it is open now.
   *
   * @return what {@link #leave} wants
   */
  int enter() {
    int stripe = (int) Thread.currentThread().threadId() & STRIPES - 1;
    counts.getAndIncrement(stripe * STRIDE);
    while (stopped) {
      counts.getAndDecrement(stripe * STRIDE);
      ending.lock();
      ending.unlock();
      counts.getAndIncrement(stripe * STRIDE);
    }
    return stripe;
  }

  /** Ends an operation. */
  void leave(int stripe) {
    counts.getAndDecrement(stripe * STRIDE);
  }

  /** {@return whether the calling thread may now try to end the mapping; if so it calls {@link #endTrying} later} */
  boolean tryEnding() {
    return ending.tryLock();
  }

  /** Lets nobody in until {@link #endTrying}. */
  void stop() {
    stopped = true;
  }

  /** {@return whether no operation is under way; it stays so, if {@link #stop} was called} */
  boolean isIdle() {
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      if (counts.get(stripe * STRIDE) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Lets operations in again, into what the mapping is now. */
  void endTrying() {
    stopped = false;
    ending.unlock();
  }
}
