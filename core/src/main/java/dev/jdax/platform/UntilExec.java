// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Waits for child processes to let go of what this process has closed.
 *
 * <p>A child that another thread starts has every opening of its parent until it executes its program. Locks can be
 * ended before the file is closed. Of an opening itself, which keeps others from a lease, from an exclusive opening and
 * from unbinding a device, there is no other end.
 */
public final class UntilExec {
  /** Much longer than a child takes, and short for a person who waits for a refusal. */
  private static final Duration PATIENCE = Duration.ofMillis(250);
  private static final Duration RETRY = Duration.ofMillis(2);

  private UntilExec() {
  }

  /**
   * Something that another opening may be in the way of.
   *
   * @param <T> what it finds
   * @param <E> what it throws
   */
  public interface Attempt<T, E extends Exception> {
    /**
     * {@return what came of it}
     *
     * @throws E if it fails, whatever is open
     */
    T run() throws E;
  }

  /**
   * Tries again and again, for a quarter of a second at most.
   *
   * @param <T> what an attempt finds
   * @param <E> what an attempt throws
   * @param attempt what to try
   * @param free whether what came of an attempt shows that no opening is in the way
   * @return what came of the last attempt
   * @throws E if an attempt throws it
   */
  public static <T, E extends Exception> T last(Attempt<T, E> attempt, Predicate<T> free) throws E {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    T found = attempt.run();
    while (!free.test(found) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(RETRY.toNanos());
      found = attempt.run();
    }
    return found;
  }
}
