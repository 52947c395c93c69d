// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * How a range of bytes of a file is locked. A lock belongs to one opening of the file and ends with it (an open file
 * description lock, fcntl_locking(2)); it is advisory.
 */
public enum FileLock {
  /** Others may lock it so too. */
  SHARED(Abi.F_RDLCK),
  /** Nobody else may lock it. */
  EXCLUSIVE(Abi.F_WRLCK);

  private static final Logger LOG = System.getLogger("dev.jdax");

  private final int type;

  FileLock(int type) {
    this.type = type;
  }

  /**
   * A range of a file.
   *
   * @param start its first byte
   * @param length its length; 0 for all that follows, however long the file becomes
   */
  public record Range(long start, long length) {
    /** All of a file. */
    public static final Range ALL = new Range(0, 0);
  }

  /**
   * Locks a whole file so, or changes how it is locked, without waiting.
   *
   * @param file the file
   * @return false if a lock that others hold is in the way
   * @throws SystemCallException if fcntl(2) fails otherwise
   */
  public boolean take(Fd file) throws SystemCallException {
    return take(file, Range.ALL);
  }

  /**
   * Locks a range of a file so, or changes how it is locked, without waiting.
   *
   * @param file the file
   * @param range the range
   * @return false if a lock that others hold is in the way
   * @throws SystemCallException if fcntl(2) fails otherwise
   */
  public boolean take(Fd file, Range range) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      long result = Linux.calls().fcntl(file.number(), Abi.F_OFD_SETLK, flock(arena, range).address());
      if (result == -Abi.EAGAIN || result == -Abi.EACCES) {
        return false;
      }
      Linux.check(SystemCall.FCNTL, result);
      file.hasLock();
      return true;
    }
  }

  /** Ends all locks of this opening of the file; never throws. */
  static void endAll(Fd file) {
    try (Arena arena = Arena.ofConfined()) {
      long result = Linux.calls().fcntl(file.number(), Abi.F_OFD_SETLK, flock(arena, Range.ALL, Abi.F_UNLCK).address());
      if (result < 0) {
        LOG.log(Level.WARNING, "the end of the locks of descriptor {0} reported errno {1}", file.number(), -result);
      }
    }
  }

  /**
   * {@return the first range that others have locked so that this lock is not to be had, or empty if there is none}
   *
   * @param file the file
   * @param range the range in question
   * @throws SystemCallException if fcntl(2) fails
   */
  public Optional<Range> inTheWay(Fd file, Range range) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment flock = flock(arena, range);
      Linux.check(SystemCall.FCNTL, Linux.calls().fcntl(file.number(), Abi.F_OFD_GETLK, flock.address()));
      if (flock.get(JAVA_SHORT, Structs.offset(Structs.FLOCK, "l_type")) == Abi.F_UNLCK) {
        return Optional.empty();
      }
      return Optional.of(new Range(Structs.readLong(flock, Structs.FLOCK, "l_start"),
          Structs.readLong(flock, Structs.FLOCK, "l_len")));
    }
  }

  private MemorySegment flock(Arena arena, Range range) {
    return flock(arena, range, type);
  }

  private static MemorySegment flock(Arena arena, Range range, int type) {
    MemorySegment flock = arena.allocate(Structs.FLOCK); // l_whence 0 is SEEK_SET
    flock.set(JAVA_SHORT, Structs.offset(Structs.FLOCK, "l_type"), (short) type);
    flock.set(JAVA_LONG, Structs.offset(Structs.FLOCK, "l_start"), range.start);
    flock.set(JAVA_LONG, Structs.offset(Structs.FLOCK, "l_len"), range.length);
    return flock;
  }
}
