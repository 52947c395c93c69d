// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

import dev.jdax.DaxMapping;

/**
 * Ends a check that does not return: a recovery that follows a ring of pointers, for instance, never does.
 *
 * <p>The check runs on the thread of the program. After the limit that thread is interrupted, and the memory of the cut
 * is closed, so that the next access to it, and each wait, throws. What does neither goes on, since Java ends no thread;
 * after twice the limit it is logged, with its stack.
 */
final class CheckLimit implements AutoCloseable {
  private static final Logger LOG = System.getLogger("dev.jdax");
  private static final long MOST_MILLIS_BETWEEN_LOOKS = 100;

  private final Duration limit;
  private final Thread watcher;
  // Guarded by this.
  private Run running;

  /** A check that runs. */
  private static final class Run {
    final Thread thread = Thread.currentThread();
    final boolean wasInterrupted = thread.isInterrupted();
    final long began = System.nanoTime();
    final DaxMapping left;
    Overtime overtime;
    boolean logged;

    Run(DaxMapping left) {
      this.left = left;
    }
  }

  /** What is said of a check that was ended; its stack is that of the check. */
  static final class Overtime extends Exception {
    private static final long serialVersionUID = 1;

    Overtime(Duration limit, StackTraceElement[] stack) {
      super("the check did not return within " + limit.toMillis() + " ms; it was here");
      setStackTrace(stack);
    }
  }

  CheckLimit(Duration limit) {
    this.limit = limit;
    this.watcher = Thread.ofPlatform().daemon().name("jdax-powerfailure-limit").start(this::watch);
  }

  /**
   * Runs a check.
   *
   * @throws Overtime if it has not returned within the limit; what it has thrown then is suppressed in it
   * @throws Throwable what the check has thrown before
   */
  void run(PowerFailures.Step check, DaxMapping left) throws Throwable {
    Run run = new Run(left);
    synchronized (this) {
      running = run;
    }
    Throwable said = null;
    try {
      check.with(left);
    } catch (Throwable e) {
      said = e;
    }
    synchronized (this) {
      running = null;
    }
    if (run.overtime != null) {
      if (!run.wasInterrupted) {
        Thread.interrupted();
      }
      if (said != null) {
        run.overtime.addSuppressed(said);
      }
      throw run.overtime;
    }
    if (said != null) {
      throw said;
    }
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(Math.clamp(limit.toMillis() / 4, 1, MOST_MILLIS_BETWEEN_LOOKS));
        look();
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private synchronized void look() {
    if (running == null) {
      return;
    }
    Duration time = Duration.ofNanos(System.nanoTime() - running.began);
    if (running.overtime == null && time.compareTo(limit) >= 0) {
      running.overtime = new Overtime(limit, running.thread.getStackTrace());
      running.thread.interrupt();
      try {
        running.left.close();
      } catch (RuntimeException e) {
        running.overtime.addSuppressed(e);
      }
    } else if (running.overtime != null && !running.logged && time.compareTo(limit.multipliedBy(2)) >= 0) {
      running.logged = true;
      LOG.log(Level.ERROR, "the check does not end: it neither waits nor touches the memory that it was given",
          running.overtime);
    }
  }

  /** Watches no longer. */
  @Override
  public void close() {
    watcher.interrupt();
  }
}
