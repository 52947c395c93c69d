// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import dev.jdax.platform.Piece;
import dev.jdax.platform.Reservation;
import dev.jdax.platform.SystemCallException;
import dev.jdax.platform.TooManyMappingsException;
import dev.jdax.spi.Descriptor;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.Extent;
import dev.jdax.spi.Memory;
import dev.jdax.spi.Unwind;

/**
 * A part of a device in its place: mapped as one run of addresses, and seen to be there.
 *
 * @param run the addresses
 * @param synchronous whether the kernel has accepted {@code MAP_SYNC} for all of it
 * @param files what of which file it shows
 */
record Placement(Reservation run, boolean synchronous, List<MappedFiles.Part> files) {

  /** Maps what was checked; the caller's unwinding leaves nothing behind. */
  static Placement of(String attempt, DeviceInfo info, Memory memory, Access access, long offset, long length,
      Unwind unwind) throws DaxException {
    try (Descriptor file = memory.open(access)) {
      List<Piece> pieces = pieces(file, memory.extents(), offset, length);
      if (pieces.stream().mapToLong(Piece::length).sum() != length) {
        throw DaxException.of(Errno.EBUSY, attempt, "somebody else has resized the device meanwhile", "try again");
      }
      Reservation run = unwind.make(() -> Reservation.of(pieces, info.alignment().bytes()), Reservation::close);
      boolean synchronous = run.place(access == Access.READ_WRITE, memory.synchronous());
      if (memory.mayVanish()) {
        probe(attempt, run, memory, info, access, offset, length);
      }
      return new Placement(run, synchronous, files(memory, pieces));
    } catch (SystemCallException e) {
      throw refused(attempt, e);
    }
  }

  static DaxException refused(String attempt, SystemCallException e) {
    if (e instanceof TooManyMappingsException full) {
      return DaxException.of(Errno.ENOMEM, attempt, full.reason(), full.remedy(), e);
    }
    return refused(attempt, e, Errno.of(e.errno()) == Errno.ENOMEM
        ? "raise the limit on addresses (ulimit -v) or on mappings (sysctl vm.max_map_count), or map less"
        : "look at the kernel's log");
  }

  static DaxException refused(String attempt, SystemCallException e, String remedy) {
    Errno errno = Errno.of(e.errno());
    return DaxException.of(errno, attempt, "the kernel refused " + e.call() + ": " + errno.text(),
        e.remedyOr(remedy), e);
  }

  /** {@return the parts of the file that the part of the device consists of} */
  private static List<Piece> pieces(Descriptor file, List<Extent> extents, long offset, long length) {
    List<Piece> pieces = new ArrayList<>();
    for (Extent extent : Extent.part(extents, offset, length)) {
      pieces.add(new Piece(file.number(), extent.fileOffset(), extent.length()));
    }
    return pieces;
  }

  /** {@return which bytes of the file, or of the device, the pieces show} */
  private static List<MappedFiles.Part> files(Memory memory, List<Piece> pieces) {
    List<MappedFiles.Part> files = new ArrayList<>();
    long at = 0;
    for (Piece piece : pieces) {
      files.add(new MappedFiles.Part(memory.identity(), piece.fileOffset(), at, piece.length()));
      at += piece.length();
    }
    return files;
  }

  /**
   * Touches the first and last block of every range, or all blocks where the ranges are not known, so that what has
   * vanished is an error here and no signal later; and forgets it, since the first touch is still to come and to be
   * counted. The blocks are those of a fault: where that may be smaller than the alignment, a whole aligned block would
   * fill a file's holes.
   */
  private static void probe(String attempt, Reservation run, Memory memory, DeviceInfo info, Access access,
      long offset, long length) throws SystemCallException, DaxException {
    long block = memory.granularity().bytes();
    for (Extent blocks : blocksToProbe(info, block, offset, length)) {
      OptionalLong gone = run.firstUnreachable(blocks.fileOffset(), blocks.length(), block,
          access == Access.READ_WRITE);
      if (gone.isPresent()) {
        throw memory.unreachable(attempt, gone.getAsLong());
      }
      run.untouch(blocks.fileOffset(), blocks.length());
    }
  }

  private static List<Extent> blocksToProbe(DeviceInfo info, long block, long offset, long length) {
    if (info.ranges().isEmpty()) {
      return List.of(new Extent(0, length));
    }
    List<Extent> blocks = new ArrayList<>();
    for (DaxRange range : info.ranges().get()) {
      long from = Math.max(range.offset(), offset) - offset;
      long to = Math.min(range.offset() + range.length(), offset + length) - offset;
      if (from < to) {
        blocks.add(new Extent(from, block));
        blocks.add(new Extent(to - block, block));
      }
    }
    return blocks;
  }
}
