// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import dev.jdax.platform.ProcessBarrier;

/**
 * Which of jdax's own operations are under way on one mapping, and the way to keep them out while it ends.
 *
 * <p>An operation marks itself as under way and then looks whether a thread wants to end the mapping; the thread that
 * ends it says so and then looks at the marks. One of the two sees the other.
 *
 * <p>The marks are striped: threads mark in different lines of the cache, because on one they would wait for each other
 * longer than most operations take. A thread that comes often gets a stripe of its own, in which it marks with ordinary
 * stores, since two locked instructions would be a twentieth of a short copy. Then the thread that ends the mapping has
 * the barrier made that the operation leaves out ({@link ProcessBarrier}). All others add a {@link Visit} to a list of
 * their stripe.
 *
 * <p><strong>Errors.</strong> HotSpot may throw an error at any instruction of an operation, and the operation then leaves
 * its mark behind. Each mark has a thread, and no thread has two operations under way on one mapping. So the next
 * operation of that thread takes the mark away, since it stores what is so and adds to nothing; and the thread that ends
 * the mapping disregards a mark whose thread is seen to be outside of all operations.
 */
final class InFlight {
  /** In each stripe: 1 while its owner has an operation under way. */
  private static final int OWN = 0;
  /** The owner's number, 0 for none. */
  private static final int OWNER = 1;
  /** How often other threads came, roughly. */
  private static final int VISITS = 2;
  /** Two lines of the cache, since CPUs fetch them in pairs. */
  private static final int STRIDE = 16;
  private static final int STRIPES = Math
      .min(64, Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors()));
  /** A thread that comes so often is likely to go on. */
  private static final int OFTEN = 100;
  /** What {@link #enter} returns for an operation that is in the list of a stripe. */
  private static final int VISITING = -1;
  private static final long RETRY_NANOS = 200_000;
  /** Stacks are looked at in the first try of so many: operations take less time than that, as a rule. */
  private static final int TRIES_PER_LOOK = 10;

  /** A place in the list of a stripe: the thread that has no stripe and an operation under way, or null for none. */
  private static final class Visit extends AtomicReference<Thread> {
    private static final long serialVersionUID = 1;

    /** The one that was in the list before; set before this one is in it. */
    transient Visit next;
  }

  private final Set<String> marked;
  private final AtomicLongArray stripes = new AtomicLongArray(STRIPES * STRIDE);
  /** By stripe, the thread whose number is {@link #OWNER}, or will be. */
  private final AtomicReferenceArray<WeakReference<Thread>> owners = new AtomicReferenceArray<>(STRIPES);
  /** By stripe, the places of threads that do not own it: as many as were needed at once, and used again. */
  private final AtomicReferenceArray<Visit> visits = new AtomicReferenceArray<>(STRIPES * STRIDE);
  /** Its monitor is held while a thread tries to end the mapping: the JVM lets go of it, whatever is thrown. */
  private final Object ending = new Object();
  private volatile boolean stopped;

  /**
   * Makes one without an operation.
   *
   * @param marked the methods that call {@link #enter} and {@link #leave}, each with the name of its class before it
   */
  InFlight(Set<String> marked) {
    this.marked = marked;
  }

  /**
   * Begins an operation; waits while a thread tries to end the mapping. That may succeed: look whether it is open now.
   *
   * @return what {@link #leave} wants, of the same thread
   */
  int enter() {
    Thread thread = Thread.currentThread();
    int stripe = stripeOf(thread);
    if (stripes.getPlain(stripe + OWNER) == thread.threadId()) {
      stripes.setOpaque(stripe + OWN, 1);
      VarHandle.releaseFence(); // no instruction, but the compiler keeps the order; isIdle() does the rest
      if (!stopped) {
        return stripe;
      }
      stripes.setRelease(stripe + OWN, 0);
    }
    return enterAsAVisit(stripe, thread);
  }

  private static int stripeOf(Thread thread) {
    return ((int) thread.threadId() & STRIPES - 1) * STRIDE;
  }

  private int enterAsAVisit(int stripe, Thread thread) {
    visit(stripe, thread);
    while (stopped) {
      leave(VISITING);
      awaitTheEnding();
      visit(stripe, thread);
    }
    long visited = stripes.getPlain(stripe + VISITS) + 1;
    stripes.setOpaque(stripe + VISITS, visited);
    if (visited >= OFTEN && stripes.getOpaque(stripe + OWNER) == 0 && ProcessBarrier.isAvailable()) {
      own(stripe, thread); // from the next time on
    }
    return VISITING;
  }

  private void visit(int stripe, Thread thread) {
    for (Visit visit = visits.get(stripe); visit != null; visit = visit.next) {
      Thread visitor = visit.get();
      if (visitor == thread || visitor == null && visit.compareAndSet(null, thread)) {
        return; // its own is there if an error has left it
      }
    }
    Visit visit = new Visit();
    visit.setPlain(thread);
    do {
      visit.next = visits.get(stripe);
    } while (!visits.compareAndSet(stripe, visit.next, visit));
  }

  private void own(int stripe, Thread thread) {
    int index = stripe / STRIDE;
    if (owners.get(index) == null) {
      owners.compareAndSet(index, null, new WeakReference<>(thread));
    }
    if (owners.get(index).refersTo(thread)) {
      stripes.setOpaque(stripe + OWNER, thread.threadId());
    }
  }

  /** Waits until no thread tries to end the mapping. If an error has ended the last try, this says so. */
  private void awaitTheEnding() {
    synchronized (ending) {
      stopped = false;
    }
  }

  /** Ends an operation. */
  void leave(int mark) {
    if (mark != VISITING) {
      stripes.setRelease(mark + OWN, 0);
      return;
    }
    Thread thread = Thread.currentThread();
    int stripe = stripeOf(thread);
    for (Visit visit = visits.get(stripe); visit != null; visit = visit.next) {
      if (visit.get() == thread) {
        visit.set(null);
      }
    }
  }

  /** {@return whether a thread tries to end the mapping now, and keeps operations out} */
  boolean isStopped() {
    return stopped;
  }

  /**
   * Tries to end the mapping: lets no operation in, waits until none is under way, and does a step. Then operations are
   * let in again, into what the mapping is now. One thread at a time does this; others wait for it.
   *
   * @param deadline when to give up, as {@link System#nanoTime} has it; each is tried at least once
   * @param step what is done; if it returns false it is tried again
   * @return what the step returned, or false if an operation was under way until the deadline
   */
  boolean endWithin(long deadline, BooleanSupplier step) {
    synchronized (ending) {
      try {
        stopped = true;
        return awaitIdle(deadline) && within(deadline, step);
      } finally {
        stopped = false;
      }
    }
  }

  private boolean awaitIdle(long deadline) {
    Tries idle = new Tries();
    return within(deadline, () -> isIdle(idle));
  }

  /** The tries of one thread to find that no operation is under way. */
  private static final class Tries {
    int count;
    /** Whether owners see that they are to stop, and are seen. */
    boolean ownersAreSeen;
  }

  private boolean isIdle(Tries tries) {
    // A thread that becomes an owner from here on has looked, with a barrier, after it was said to stop.
    if (!tries.ownersAreSeen) {
      tries.ownersAreSeen = hasNoOwner() || ProcessBarrier.make();
    }
    return tries.ownersAreSeen && nobodyIsInside(tries.count++ % TRIES_PER_LOOK == TRIES_PER_LOOK / 2);
  }

  private boolean hasNoOwner() {
    for (int index = 0; index < STRIPES; index++) {
      if (owners.get(index) != null) {
        return false;
      }
    }
    return true;
  }

  /** A thread that was seen outside once cannot get in any more. */
  private boolean nobodyIsInside(boolean lookAtStacks) {
    for (int stripe = 0; stripe < STRIPES * STRIDE; stripe += STRIDE) {
      if (stripes.get(stripe + OWN) != 0 && isInside(owners.get(stripe / STRIDE).get(), lookAtStacks)) {
        return false;
      }
      for (Visit visit = visits.get(stripe); visit != null; visit = visit.next) {
        if (isInside(visit.get(), lookAtStacks)) {
          return false;
        }
      }
    }
    return true;
  }

  /** {@return whether the thread of a mark is inside of an operation, as far as that was looked at; null is no thread} */
  private boolean isInside(Thread thread, boolean lookAtStack) {
    return thread != null && (!lookAtStack || StackTraces.mayHold(thread, marked));
  }

  /** {@return whether a step succeeded, tried again and again until the deadline} */
  private static boolean within(long deadline, BooleanSupplier step) {
    boolean interrupted = false; // an interrupt does not leave the memory half given back
    try {
      boolean done = step.getAsBoolean();
      while (!done && System.nanoTime() < deadline) {
        interrupted |= Thread.interrupted();
        LockSupport.parkNanos(RETRY_NANOS);
        done = step.getAsBoolean();
      }
      return done;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
