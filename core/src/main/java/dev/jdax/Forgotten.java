// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds what the program has forgotten: what was never closed, and nothing can reach any more.
 *
 * <p>Its thread ends when nothing is watched any more, and no class of jdax can be reached.
 */
final class Forgotten {
  private static final Logger LOG = System.getLogger("dev.jdax");
  private static final Cleaner CLEANER = Cleaner.create();
  /** How often an end is tried while the heap is full: for a second, in which other threads let go of memory. */
  private static final int ATTEMPTS = 1000;
  private static final long BETWEEN_ATTEMPTS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final boolean TRACED = Boolean.getBoolean("dev.jdax.traceMappings");

  private Forgotten() {
  }

  /**
   * Watches an object.
   *
   * @param life what is done when nothing can reach the object, in steps that may be done again; it does not refer to it
   */
  static Cleaner.Cleanable watch(Object object, Runnable life) {
    return CLEANER.register(object, () -> end(life));
  }

  /** A cleaner runs each life once, whatever it throws, and the heap may be full at that moment. */
  private static void end(Runnable life) {
    for (int attempts = 0;; attempts++) {
      try {
        life.run();
        return;
      } catch (OutOfMemoryError e) {
        if (attempts == ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(BETWEEN_ATTEMPTS);
      }
    }
  }

  /** {@return where the caller is, if that is to be told; else null} */
  static Throwable here() {
    return TRACED ? new Throwable("it was made here") : null;
  }

  /** Says what was forgotten, and with what was returned by {@link #here}, where it was made. */
  static void tell(String what, Throwable madeAt) {
    String text = what + " was never closed, and nothing can reach it any more: its memory is given back";
    if (madeAt == null) {
      LOG.log(Level.WARNING, text + " (-Ddev.jdax.traceMappings=true shows where it was made)");
    } else {
      LOG.log(Level.WARNING, text, madeAt);
    }
  }
}
