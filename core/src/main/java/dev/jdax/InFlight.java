// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;

import dev.jdax.platform.ProcessBarrier;

/**
 * How many of jdax's own operations are under way on one mapping, and the way to keep them out while it ends.
 *
 * <p>An operation counts itself and then looks whether somebody wants to end the mapping; who ends it says so and then
 * looks at the counts. One of the two sees the other.
 *
 * <p>The count is striped: threads count in different lines of the cache, because on one they would wait for each other
 * longer than most operations take. A thread that comes often gets a stripe of its own, in which it counts with ordinary
 * stores, since two locked instructions would be a twentieth of a short copy. Then who ends the mapping has the barrier
 * made that the operation leaves out ({@link ProcessBarrier}). All others share the counts of a stripe, and are volatile.
 */
final class InFlight {
  /** In each stripe: how many its owner has under way. */
  private static final int OWN = 0;
  /** The owner's number, 0 for nobody. */
  private static final int OWNER = 1;
  /** How often others came, roughly. */
  private static final int VISITS = 2;
  /** How many others have under way: two lines behind, since CPUs fetch them in pairs. */
  private static final int SHARED = 16;
  private static final int STRIDE = 2 * SHARED;
  private static final int STRIPES = Math
      .min(64, Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors()));
  /** A thread that comes so often is likely to go on. */
  private static final int OFTEN = 100;

  private final AtomicLongArray stripes = new AtomicLongArray(STRIPES * STRIDE);
  /** Held while somebody tries to end the mapping. */
  private final ReentrantLock ending = new ReentrantLock();
  private volatile boolean stopped;
  /** Guarded by the lock: whether owners see that they are to stop, and are seen. */
  private boolean ownersAreSeen;

  /**
   * Begins an operation; waits while somebody tries to end the mapping, who may succeed: look whether it is open now.
   *
   * @return what {@link #leave} wants, of the same thread
   */
  int enter() {
    long thread = Thread.currentThread().threadId();
    int stripe = ((int) thread & STRIPES - 1) * STRIDE;
    if (stripes.getPlain(stripe + OWNER) == thread) {
      stripes.setOpaque(stripe + OWN, stripes.getPlain(stripe + OWN) + 1);
      VarHandle.releaseFence(); // no instruction, but the compiler keeps the order; stop() does the rest
      if (!stopped) {
        return stripe + OWN;
      }
      leave(stripe + OWN);
    }
    return enterShared(stripe, thread);
  }

  private int enterShared(int stripe, long thread) {
    stripes.getAndIncrement(stripe + SHARED);
    while (stopped) {
      stripes.getAndDecrement(stripe + SHARED);
      ending.lock();
      ending.unlock();
      stripes.getAndIncrement(stripe + SHARED);
    }
    long visits = stripes.getPlain(stripe + VISITS) + 1;
    stripes.setOpaque(stripe + VISITS, visits);
    if (visits >= OFTEN && stripes.getOpaque(stripe + OWNER) == 0 && ProcessBarrier.isAvailable()) {
      stripes.compareAndSet(stripe + OWNER, 0, thread); // from the next time on
    }
    return stripe + SHARED;
  }

  /** Ends an operation. */
  void leave(int count) {
    if (count % STRIDE == OWN) {
      stripes.setRelease(count, stripes.getPlain(count) - 1);
    } else {
      stripes.getAndDecrement(count);
    }
  }

  /** {@return whether the calling thread may now try to end the mapping; if so it calls {@link #endTrying} later} */
  boolean tryEnding() {
    return ending.tryLock();
  }

  /** {@return whether a thread tries to end the mapping now, and keeps operations out} */
  boolean isStopped() {
    return stopped;
  }

  /** Lets nobody in until {@link #endTrying}. */
  void stop() {
    stopped = true;
    ownersAreSeen = false;
  }

  /** {@return whether no operation is under way; it stays so, if {@link #stop} was called} */
  boolean isIdle() {
    // Who becomes an owner from here on has looked, with a barrier, after it was said to stop.
    if (!ownersAreSeen) {
      ownersAreSeen = hasNoOwner() || ProcessBarrier.make();
    }
    return ownersAreSeen && allZero(OWN) && allZero(SHARED);
  }

  private boolean hasNoOwner() {
    return allZero(OWNER);
  }

  private boolean allZero(int what) {
    for (int stripe = 0; stripe < STRIPES * STRIDE; stripe += STRIDE) {
      if (stripes.get(stripe + what) != 0) {
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
