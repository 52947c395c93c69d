// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * Waits for child processes to let go of what this process has closed.
 *
 * <p>A child that another thread starts has every opening of its parent until it executes its program. Locks can be
 * ended before the file is closed. Of an opening itself, which keeps others from a lease, from an exclusive opening and
 * from unbinding a device, there is no other end.
 */
public final class UntilExec {
  /** Much longer than a child takes (a third of a second on a machine that is overloaded), and short for a person. */
  private static final Patience PATIENCE = new Patience(Duration.ofSeconds(1), Duration.ofMillis(2));

  private UntilExec() {
  }

  /**
   * Tries again and again, for a second at most.
   *
   * @param <T> what an attempt finds
   * @param <E> what an attempt throws
   * @param attempt what to try
   * @param free whether what came of an attempt shows that no opening is in the way
   * @return what came of the last attempt
   * @throws E if an attempt throws it
   */
  public static <T, E extends Exception> T last(Patience.Attempt<T, E> attempt, Predicate<T> free) throws E {
    return PATIENCE.last(attempt, free);
  }
}
