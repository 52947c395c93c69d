// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Page faults of a thread since it began, getrusage(2) with {@code RUSAGE_THREAD}.
 *
 * @param minor those that needed no reading from a disk
 * @param major those that did
 */
public record ThreadFaults(long minor, long major) {
  /**
   * {@return the faults of the calling kernel thread; of the carrier, if a virtual thread calls}
   *
   * @throws SystemCallException if getrusage(2) fails
   */
  public static ThreadFaults now() throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment usage = arena.allocate(Structs.RUSAGE);
      Linux.check(SystemCall.GETRUSAGE, Linux.calls().getrusage(Abi.RUSAGE_THREAD, usage));
      return new ThreadFaults(Structs.readLong(usage, Structs.RUSAGE, "ru_minflt"),
          Structs.readLong(usage, Structs.RUSAGE, "ru_majflt"));
    }
  }
}
