// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * How long something is tried again and again. An interrupt neither ends the waiting nor turns it into a busy loop: the
 * thread has its interrupt status again afterwards.
 *
 * @param most for how long; it is tried once at least
 * @param between how long a thread waits between two attempts
 */
public record Patience(Duration most, Duration between) {
  /**
   * Something that may succeed later.
   *
   * @param <T> what it finds
   * @param <E> what it throws
   */
  public interface Attempt<T, E extends Exception> {
    /**
     * {@return what came of it}
     *
     * @throws E if it fails for good
     */
    T run() throws E;
  }

  /**
   * {@return what came of the last attempt}
   *
   * @param <T> what an attempt finds
   * @param <E> what an attempt throws
   * @param attempt what to try
   * @param enough whether what came of an attempt is enough
   * @throws E if an attempt throws it
   */
  public <T, E extends Exception> T last(Attempt<T, E> attempt, Predicate<T> enough) throws E {
    long deadline = System.nanoTime() + most.toNanos();
    boolean interrupted = false;
    try {
      T found = attempt.run();
      while (!enough.test(found) && System.nanoTime() < deadline) {
        interrupted |= Thread.interrupted();
        LockSupport.parkNanos(between.toNanos());
        found = attempt.run();
      }
      return found;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
