// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The holes of a part of a file: what has no memory, or no place on the disk, and reads zero.
 *
 * <p>What lseek(2) calls a hole may have been allocated without being written; that is none here, where the kernel tells.
 *
 * @param file the file
 * @param fileSystem the file system that it is on
 * @param offset where the part begins, in bytes
 * @param length how long it is, in bytes
 */
public record Holes(Fd file, FileSystem fileSystem, long offset, long length) {
  /** How much is allocated in one call: a signal has the kernel begin the call again. */
  private static final long CHUNK = 64L << 20;
  private static final long PAGE = 4096;
  /** How many extents are asked for at a time. */
  private static final int EXTENTS = 256;

  /**
   * A hole.
   *
   * @param start where it begins in the file, in bytes
   * @param length how long it is, in bytes
   */
  public record Hole(long start, long length) {
  }

  /**
   * {@return the holes, in order, as exactly as the file system tells them; hugetlbfs tells nothing, and there all of the
   * part is one}
   *
   * @throws SystemCallException if lseek(2) fails
   */
  public List<Hole> found() throws SystemCallException {
    if (fileSystem.isHugetlbfs()) {
      return List.of(new Hole(offset, length));
    }
    List<Hole> holes = new ArrayList<>();
    for (Hole unwritten : unwritten(offset, length)) {
      if (fileSystem.isVolatile()) {
        addWithoutMemory(holes, unwritten);
      } else {
        addWithoutExtents(holes, unwritten);
      }
    }
    return holes;
  }

  /** {@return what has been written by nobody, allocated or not} */
  private List<Hole> unwritten(long from, long count) throws SystemCallException {
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

  /** Adds the parts that have no memory, in RAM or in swap; all, where the kernel does not count it (before 6.5). */
  private void addWithoutMemory(List<Hole> holes, Hole unwritten) {
    long there = inMemory(unwritten);
    if (there == 0) {
      holes.add(unwritten);
    } else if (there < unwritten.length) {
      long half = Math.max(unwritten.length / 2 / PAGE, 1) * PAGE;
      addWithoutMemory(holes, new Hole(unwritten.start, half));
      addWithoutMemory(holes, new Hole(unwritten.start + half, unwritten.length - half));
    }
  }

  private long inMemory(Hole hole) {
    try (Arena arena = Arena.ofConfined()) {
      // struct cachestat_range and struct cachestat of linux/mman.h, which older headers do not have
      MemorySegment range = arena.allocateFrom(JAVA_LONG, hole.start, hole.length);
      MemorySegment counts = arena.allocate(JAVA_LONG, 5);
      if (Linux.calls().cachestat(file.number(), range, counts) < 0) {
        return 0;
      }
      long pages = counts.getAtIndex(JAVA_LONG, 0) + counts.getAtIndex(JAVA_LONG, 3); // nr_cache and nr_evicted
      return Math.min(pages * PAGE, hole.length);
    }
  }

  /** Adds the parts that have no place on the disk; all, where the file system does not tell (FS_IOC_FIEMAP). */
  private void addWithoutExtents(List<Hole> holes, Hole unwritten) {
    long end = unwritten.start + unwritten.length;
    long at = unwritten.start;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment map = arena.allocate(Structs.FIEMAP.byteSize() + EXTENTS * Structs.FIEMAP_EXTENT.byteSize());
      boolean more = true;
      while (more && at < end) {
        map.set(JAVA_LONG, Structs.offset(Structs.FIEMAP, "fm_start"), at);
        map.set(JAVA_LONG, Structs.offset(Structs.FIEMAP, "fm_length"), end - at);
        map.set(JAVA_INT, Structs.offset(Structs.FIEMAP, "fm_extent_count"), EXTENTS);
        if (Linux.calls().ioctl(file.number(), Abi.FS_IOC_FIEMAP, map) < 0) {
          break;
        }
        int told = Structs.readInt(map, Structs.FIEMAP, "fm_mapped_extents");
        more = told > 0;
        for (int i = 0; i < told && at < end; i++) {
          MemorySegment extent = map.asSlice(Structs.FIEMAP.byteSize() + i * Structs.FIEMAP_EXTENT.byteSize());
          long start = Structs.readLong(extent, Structs.FIEMAP_EXTENT, "fe_logical");
          if (at < start) {
            holes.add(new Hole(at, Math.min(start, end) - at));
          }
          at = Math.max(at, start + Structs.readLong(extent, Structs.FIEMAP_EXTENT, "fe_length"));
          more &= (Structs.readInt(extent, Structs.FIEMAP_EXTENT, "fe_flags") & Abi.FIEMAP_EXTENT_LAST) == 0;
        }
      }
    }
    if (at < end) {
      holes.add(new Hole(at, end - at));
    }
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
    } catch (SystemCallException | RuntimeException | Error e) {
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
          : unwritten(taken.start, taken.length);
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
