// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The holes of a part of a file: what has no memory, or no place on the disk, and reads zero.
 *
 * <p>What lseek(2) calls a hole may have been allocated without being written; to allocate that again takes nothing.
 *
 * @param file the file
 * @param fileSystem the file system that it is on
 * @param offset where the part begins, in bytes
 * @param length how long it is, in bytes
 */
public record Holes(Fd file, FileSystem fileSystem, long offset, long length) {
  /** How much is allocated in one call: a signal has the kernel begin the call again. */
  private static final long CHUNK = 64L << 20;

  /**
   * A hole.
   *
   * @param start where it begins in the file, in bytes
   * @param length how long it is, in bytes
   */
  public record Hole(long start, long length) {
  }

  /**
   * {@return the holes, in order; hugetlbfs does not say, and there all of the part is one}
   *
   * @throws SystemCallException if lseek(2) fails
   */
  public List<Hole> found() throws SystemCallException {
    return fileSystem.isHugetlbfs() ? List.of(new Hole(offset, length)) : found(offset, length);
  }

  private List<Hole> found(long from, long count) throws SystemCallException {
    List<Hole> holes = new ArrayList<>();
    long end = from + count;
    for (long at = from; at < end;) {
      long start = Math.min(nextHole(at), end);
      long data = start < end ? Math.min(nextData(start).orElse(end), end) : end;
      if (start < data) {
        holes.add(new Hole(start, data - start));
      }
      at = data;
    }
    return holes;
  }

  /**
   * {@return how much would be allocated to fill the holes, in bytes, at most}
   *
   * @throws SystemCallException if fstat(2) or lseek(2) fails
   */
  public long missing() throws SystemCallException {
    FileStatus status = file.status();
    long inFile = Math.max(status.size() - status.allocated(), 0);
    return inFile == 0 ? 0 : Math.min(inFile, found().stream().mapToLong(Hole::length).sum());
  }

  /**
   * Allocates what the holes lack. After a failure the file has again as little as it had, but for holes into which
   * somebody else has written in that time.
   *
   * @throws SystemCallException if fallocate(2) fails, or another call
   */
  public void fill() throws SystemCallException {
    long chunk = fileSystem.isHugetlbfs() ? fileSystem.blockSize() : CHUNK;
    List<Hole> taken = new ArrayList<>();
    try {
      for (Hole hole : found()) {
        for (long at = hole.start; at < hole.start + hole.length;) {
          long end = Math.min(at - at % chunk + chunk, hole.start + hole.length);
          long before = file.status().allocated();
          try {
            file.allocate(at, end - at);
          } finally {
            if (file.status().allocated() > before) {
              taken.add(new Hole(at, end - at));
            }
          }
          at = end;
        }
      }
    } catch (SystemCallException e) {
      for (Hole one : taken.reversed()) {
        giveBack(one);
      }
      throw e;
    }
  }

  /** Gives back what still holds no byte that somebody has written. */
  private void giveBack(Hole taken) {
    try {
      List<Hole> unwritten = fileSystem.isHugetlbfs()
          ? (isZero(taken) ? List.of(taken) : List.of())
          : found(taken.start, taken.length);
      for (Hole hole : unwritten) {
        punch(hole);
      }
    } catch (SystemCallException e) {
      // It stays allocated. The failure that led here is the one to tell.
    }
  }

  /** Takes the memory of a hole away that it has got; the file is as long as before. */
  private void punch(Hole hole) throws SystemCallException {
    Linux.check(SystemCall.FALLOCATE, Linux.calls().fallocate(file.number(),
        Abi.FALLOC_FL_PUNCH_HOLE | Abi.FALLOC_FL_KEEP_SIZE, hole.start, hole.length));
  }

  /** {@return where the first hole begins at or after an offset inside the file; the end of the file counts as one} */
  private long nextHole(long at) throws SystemCallException {
    return Linux.check(SystemCall.LSEEK, Linux.calls().lseek(file.number(), at, Abi.SEEK_HOLE));
  }

  /** {@return where the first byte that is in no hole is at or after an offset; empty if there is none} */
  private OptionalLong nextData(long at) throws SystemCallException {
    long result = Linux.calls().lseek(file.number(), at, Abi.SEEK_DATA);
    return result == -Abi.ENXIO
        ? OptionalLong.empty()
        : OptionalLong.of(Linux.check(SystemCall.LSEEK, result));
  }

  private boolean isZero(Hole page) throws SystemCallException {
    int step = 64 << 10;
    for (long at = 0; at < page.length; at += step) {
      for (byte one : file.read(page.start + at, (int) Math.min(step, page.length - at))) {
        if (one != 0) {
          return false;
        }
      }
    }
    return true;
  }
}
