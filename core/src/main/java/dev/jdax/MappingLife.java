// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;

import dev.jdax.platform.Reservation;

/**
 * What outlives a mapping that the program forgets: gives its memory back when nothing can reach it, and says so.
 *
 * <p>Nothing can, when neither the mapping is reachable nor a segment of it, nor a buffer made of one: the segments reach
 * their arena's session, and that has the mapping in the step that it does when it is closed. Nothing here refers to the
 * mapping.
 */
final class MappingLife implements Runnable {
  private static final Logger LOG = System.getLogger("dev.jdax");
  private static final boolean TRACED = Boolean.getBoolean("dev.jdax.traceMappings");

  /** Made with the first mapping; its thread ends when there is none any more, and no class of jdax. */
  private static final class Forgotten {
    static final Cleaner CLEANER = Cleaner.create();
  }

  private final DaxDevice device;
  private final long offset;
  private final Reservation run;
  private final Throwable mappedAt;
  private Cleaner.Cleanable watch;
  /** Whether its memory is given back. */
  private volatile boolean over;

  MappingLife(DaxDevice device, long offset, Reservation run) {
    this.device = device;
    this.offset = offset;
    this.run = run;
    this.mappedAt = TRACED ? new Throwable("it was mapped here") : null;
  }

  /** Begins to watch whether the mapping can be reached. */
  void of(DaxMapping mapping) {
    watch = Forgotten.CLEANER.register(mapping, this);
  }

  boolean isOver() {
    return over;
  }

  /** The memory is given back; may be called again. */
  void end() {
    over = true;
    if (watch != null) {
      watch.clean();
    }
  }

  /** Called once, by the cleaner's thread, or by the thread that has ended the mapping. */
  @Override
  public void run() {
    if (over) {
      return;
    }
    String text = "the mapping of " + device + " at " + ByteSize.hex(offset) + ", " + ByteSize.format(run.length())
        + ", was never closed, and nothing can reach it any more: its memory is given back";
    if (TRACED) {
      LOG.log(Level.WARNING, text, mappedAt);
    } else {
      LOG.log(Level.WARNING, text + " (-Ddev.jdax.traceMappings=true shows where it was mapped)");
    }
    run.close();
    over = true;
    device.region().ended();
  }
}
