// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;

import dev.jdax.DaxException;
import dev.jdax.Errno;

/**
 * Undoes, in reverse, the steps of something that failed halfway: what {@code devm_add_action_or_reset} is in Linux.
 *
 * {@snippet :
 * try (Unwind unwind = new Unwind()) {
 *   Fd file = Fd.create(path);
 *   unwind.onFailure(file::close);
 *   file.allocate(0, size); // if this throws, the file is closed
 *   unwind.keep();
 *   return file;
 * }
 * }
 *
 * <p>One thread uses it.
 */
public final class Unwind implements AutoCloseable {
  private static final Logger LOG = System.getLogger("dev.jdax");

  private final Deque<Step> steps = new ArrayDeque<>();
  private final Deque<Step> last = new ArrayDeque<>();

  /** Makes one with nothing to undo. */
  public Unwind() {
  }

  /** Undoes one thing. */
  @FunctionalInterface
  public interface Step {
    /**
     * Does it.
     *
     * @throws Exception if that fails, which is logged; the steps after it are done all the same
     */
    void run() throws Exception;
  }

  /**
   * Adds what undoes the step that has just been done.
   *
   * @param step what to do, before the steps that were added earlier
   */
  public void onFailure(Step step) {
    steps.push(step);
  }

  /**
   * Adds what undoes the step that has just been done to a device, if that is still ours: one that somebody else has
   * deleted or taken meanwhile (ENXIO, ENODEV, EBUSY) is left as it is, and nothing is logged.
   *
   * @param step what to do, before the steps that were added earlier
   */
  public void onFailureIfOurs(Step step) {
    onFailure(() -> {
      try {
        step.run();
      } catch (DaxException e) {
        if (e.errno() != Errno.ENXIO && e.errno() != Errno.ENODEV && e.errno() != Errno.EBUSY) {
          throw e;
        }
      }
    });
  }

  /**
   * Adds what ends something that is only needed until all is done or undone.
   *
   * @param step what to do, after all that is undone, also where all went well
   */
  public void whenDone(Step step) {
    last.push(step);
  }

  /** Says that all went well: nothing will be undone. */
  public void keep() {
    steps.clear();
  }

  /** Undoes the steps, the last one first, unless they were kept. Never throws. */
  @Override
  public void close() {
    run(steps);
    run(last);
  }

  private static void run(Deque<Step> steps) {
    for (Step step : steps) {
      try {
        step.run();
      } catch (Exception | Error e) {
        LOG.log(Level.WARNING, "a step could not be undone", e);
      }
    }
    steps.clear();
  }
}
