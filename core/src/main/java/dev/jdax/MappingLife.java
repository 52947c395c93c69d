// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

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
  private final DaxDevice device;
  private final long offset;
  private final Reservation run;
  private final Throwable madeAt = Forgotten.here();
  private Cleaner.Cleanable watch;
  /** Whether its memory is given back. */
  private volatile boolean over;
  /** Whether the program has ended it, or jdax in the program's stead. */
  private volatile boolean ended;

  MappingLife(DaxDevice device, long offset, Reservation run) {
    this.device = device;
    this.offset = offset;
    this.run = run;
  }

  /** Begins to watch whether the mapping can be reached. */
  void of(DaxMapping mapping) {
    watch = Forgotten.watch(mapping, this);
  }

  boolean isOver() {
    return over;
  }

  /**
   * The memory is given back; may be called again.
   *
   * @param addressesToo whether the addresses are, too: if not, that is done when nothing can reach the mapping
   */
  void end(boolean addressesToo) {
    ended = true;
    over = true;
    if (addressesToo && watch != null) {
      watch.clean();
    }
  }

  /**
   * Gives the memory of a forgotten mapping back before the cleaner's thread does. A finalizer may still reach a segment:
   * so the addresses stay until that thread comes to them. The memory stays, too, where nothing harmless can replace it.
   */
  synchronized void giveBack() {
    if (!over && run.canBeTakenAway() && run.takeAway()) {
      over = true;
    }
  }

  /** Called once, by the cleaner's thread, or by the thread that has ended the mapping. */
  @Override
  public void run() {
    synchronized (this) {
      run.close(); // is done already, as a rule
      over = true;
    }
    device.region().ended();
    if (!ended) { // last, since what the program logs with may wait, or throw
      Forgotten.tell("the mapping of " + device + " at " + ByteSize.hex(offset) + ", " + ByteSize.format(run.length())
          + ",", madeAt);
    }
  }
}
