// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

import dev.jdax.DaxException;
import dev.jdax.Errno;

/**
 * Undoes, in reverse, the steps of something that failed halfway: what {@code devm_add_action_or_reset} is in Linux.
 *
 * {@snippet :
 * try (Unwind unwind = new Unwind()) {
 *   Fd file = unwind.make(() -> Fd.create(path), Fd::close);
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

  /** A step that is to be undone, and those that were added before it. */
  private static final class Added {
    final Step step;
    Added before;

    Added(Step step, Added before) {
      this.step = step;
      this.before = before;
    }
  }

  /**
   * What is still to be closed: an error, such as that of a full heap, has come when it was. Written by the class, and done
   * with a later unwinding.
   */
  private static volatile Added left;

  /** The last one; null if there is nothing to undo. */
  private Added last;
  /** The last one of those that are undone in any case. */
  private Added forNow;

  /** Makes one with nothing to undo; and closes what errors have left of others, in whichever thread that was. */
  public Unwind() {
    if (left == null) {
      return;
    }
    Added mine = takeWhatIsLeft();
    while (mine != null) {
      Added step = mine;
      mine = mine.before;
      undo(step);
    }
  }

  private static synchronized Added takeWhatIsLeft() {
    Added taken = left;
    left = null;
    return taken;
  }

  private static synchronized void leave(Added step) {
    step.before = left;
    left = step;
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
   * Makes something.
   *
   * @param <T> what it makes
   * @param <X> what the making may throw
   */
  @FunctionalInterface
  public interface Making<T, X extends Exception> {
    /**
     * {@return what was made}
     *
     * @throws X if it cannot be made
     */
    T make() throws X;
  }

  /**
   * Undoes the making of something.
   *
   * @param <T> what was made
   */
  @FunctionalInterface
  public interface Unmaking<T> {
    /**
     * Does it.
     *
     * @param made what was made
     * @throws Exception if that fails, which is logged; the steps after it are done all the same
     */
    void unmake(T made) throws Exception;
  }

  /** Keeps what was made for the step that undoes it. */
  private static final class Made<T> implements Step {
    private final Unmaking<T> unmaking;
    private T made;

    Made(Unmaking<T> unmaking) {
      this.unmaking = unmaking;
    }

    @Override
    public void run() throws Exception {
      if (made != null) {
        unmaking.unmake(made);
      }
    }
  }

  /**
   * Does a step that makes something, and adds what undoes it. The room for that is there before the step is done: an
   * OutOfMemoryError or a StackOverflowError cannot come in between.
   *
   * @param <T> what is made
   * @param <X> what the making may throw
   * @param making the step
   * @param unmaking what to do on failure, before the steps that were added earlier
   * @return what was made, not null
   * @throws X if it cannot be made
   */
  public <T, X extends Exception> T make(Making<T, X> making, Unmaking<T> unmaking) throws X {
    Made<T> step = new Made<>(unmaking);
    onFailure(step);
    step.made = making.make();
    return step.made;
  }

  /**
   * Makes something that is only needed until all is done or undone, as {@link #make} does; it is undone then.
   *
   * @param <T> what is made
   * @param <X> what the making may throw
   * @param making the step
   * @param unmaking what to do when all else is undone, or kept
   * @return what was made, not null
   * @throws X if it cannot be made
   */
  public <T, X extends Exception> T makeForNow(Making<T, X> making, Unmaking<T> unmaking) throws X {
    Made<T> step = new Made<>(unmaking);
    forNow = new Added(step, forNow);
    step.made = making.make();
    return step.made;
  }

  /**
   * Adds what undoes the step that has just been done, or is about to be done, if undoing what was
   * not done does no harm.
   *
   * @param step what to do, before the steps that were added earlier
   */
  public void onFailure(Step step) {
    last = new Added(step, last);
  }

  /**
   * Adds what undoes the step that has just been done to a device, if that is still ours: one that somebody else has
   * deleted or taken since (ENXIO, ENODEV, EBUSY) is left as it is, and nothing is logged.
   *
   * @param step what to do, before the steps that were added earlier
   */
  public void onFailureIfOurs(Step step) {
    Unmaking<Object> unmaking = ifOurs(_ -> step.run());
    onFailure(() -> unmaking.unmake(this));
  }

  /**
   * {@return what undoes a step that was done to a device, if that is still ours, as {@link #onFailureIfOurs} does}
   *
   * @param <T> what the step made
   * @param unmaking what undoes it
   */
  public static <T> Unmaking<T> ifOurs(Unmaking<T> unmaking) {
    return made -> {
      try {
        unmaking.unmake(made);
      } catch (DaxException e) {
        if (e.errno() != Errno.ENXIO && e.errno() != Errno.ENODEV && e.errno() != Errno.EBUSY) {
          throw e;
        }
      }
    };
  }

  /** Says that all went well: nothing will be undone. */
  public void keep() {
    last = null;
  }

  /**
   * Undoes the steps, the last one first, unless they were kept. Never throws. What was {@linkplain #make made} and can be
   * closed, and the JVM has no memory or no stack to close, is closed with a later unwinding.
   */
  @Override
  public void close() {
    while (last != null) {
      Added step = last;
      last = last.before;
      undo(step);
    }
    while (forNow != null) {
      Added step = forNow;
      forNow = forNow.before;
      undo(step);
    }
  }

  private static void undo(Added added) {
    try {
      added.step.run();
    } catch (VirtualMachineError e) {
      if (added.step instanceof Made<?> step && step.made instanceof AutoCloseable) {
        leave(added);
      } else {
        log(e); // what is to be undone may be another's by then
      }
    } catch (Exception | Error e) {
      log(e);
    }
  }

  private static void log(Throwable e) {
    try {
      LOG.log(Level.WARNING, "a step could not be undone", e);
    } catch (RuntimeException | Error _) {
      // The log is out of memory, or of stack, too; the other steps are to be undone all the same.
    }
  }
}
