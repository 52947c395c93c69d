// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import dev.jdax.platform.SystemCallException;
import dev.jdax.platform.ThreadFaults;

/**
 * How many page faults a thread has taken, as the kernel counts them (getrusage(2), {@code RUSAGE_THREAD}).
 *
 * <p>The difference of two counts, around a loop that was warmed up on other memory, is what the loop faulted: touching
 * n blocks of a fresh mapping for the first time takes n minor faults.
 *
 * @param minor those that needed no reading from a disk
 * @param major those that did
 */
public record PageFaults(long minor, long major) {
  /**
   * {@return the faults of the calling thread since it began}
   *
   * @throws IllegalStateException if a virtual thread calls: it has no count of its own
   * @throws DaxException if the kernel does not say
   */
  public static PageFaults ofThisThread() throws DaxException {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("page faults are counted for platform threads, and this thread is virtual");
    }
    try {
      ThreadFaults now = ThreadFaults.now();
      return new PageFaults(now.minor(), now.major());
    } catch (SystemCallException e) {
      throw DaxException.of(Errno.of(e.errno()), "count page faults", "the kernel refused " + e.call(),
          "report this: Linux has had the call since 2.6.26", e);
    }
  }
}
