// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A limit on what this process may use, prlimit(2). */
public enum ResourceLimit {
  /** {@code RLIMIT_AS}: bytes of addresses. */
  ADDRESS_SPACE(Abi.RLIMIT_AS),
  /** {@code RLIMIT_MEMLOCK}: bytes that may be locked in RAM. */
  LOCKED_MEMORY(Abi.RLIMIT_MEMLOCK),
  /** {@code RLIMIT_NOFILE}: open files. */
  OPEN_FILES(Abi.RLIMIT_NOFILE);

  private final int resource;

  ResourceLimit(int resource) {
    this.resource = resource;
  }

  /**
   * {@return the limit in force; -1 is none}
   *
   * @throws SystemCallException if prlimit(2) fails
   */
  public long current() throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      return limit(arena).get(JAVA_LONG, Structs.offset(Structs.RLIMIT64, "rlim_cur"));
    }
  }

  /**
   * Puts another limit in force, at most the hard one.
   *
   * @param limit the limit
   * @throws SystemCallException if prlimit(2) fails
   */
  public void set(long limit) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment wanted = limit(arena);
      wanted.set(JAVA_LONG, Structs.offset(Structs.RLIMIT64, "rlim_cur"), limit);
      Linux.check(SystemCall.PRLIMIT64, Linux.calls().prlimit64(0, resource, wanted, MemorySegment.NULL));
    }
  }

  private MemorySegment limit(Arena arena) throws SystemCallException {
    MemorySegment limit = arena.allocate(Structs.RLIMIT64);
    Linux.check(SystemCall.PRLIMIT64, Linux.calls().prlimit64(0, resource, MemorySegment.NULL, limit));
    return limit;
  }
}
