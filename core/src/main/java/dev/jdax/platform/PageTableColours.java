// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps mappings of one hugetlb file from sharing page tables.
 *
 * <p>Linux lets two mappings of a hugetlb inode share a page table of 2 MiB entries if both cover a whole gibibyte that
 * begins at a multiple of 1 GiB and show the same part of the file in it ({@code huge_pmd_share} in mm/hugetlb.c). The
 * second then takes one fault where 512 were promised. So two live mappings never have the same <em>colour</em>:
 * address less file offset, modulo 1 GiB. Only mappings of this process are known here.
 */
final class PageTableColours {
  private static final long GIB = 1L << 30;
  private static final long SHARED_ENTRY = 1L << 21;

  /** The colours of live mappings; guarded by the class. */
  private static final Map<FileId, List<Long>> TAKEN = new HashMap<>();

  private PageTableColours() {
  }

  /** What a piece of a mapping has taken. */
  record Colour(FileId file, long residue) {
  }

  /** {@return the file, if a mapping of this piece could share page tables with another; else null} */
  static FileId sharable(Piece piece) throws SystemCallException {
    if (piece.length() < GIB) {
      return null;
    }
    FileSystem fileSystem = FileSystem.of(piece.descriptor());
    boolean sharable = fileSystem.isHugetlbfs() && fileSystem.blockSize() == SHARED_ENTRY;
    return sharable ? FileStatus.of(piece.descriptor()).id() : null;
  }

  /** {@return the colour of a piece at an address} */
  static Colour of(FileId file, Piece piece, long address) {
    return new Colour(file, Math.floorMod(address - piece.fileOffset(), GIB));
  }

  /** Takes the colours if all are free; else takes none and gives false. */
  static synchronized boolean takeIfFree(List<Colour> colours) {
    for (Colour colour : colours) {
      if (TAKEN.getOrDefault(colour.file, List.of()).contains(colour.residue)) {
        return false;
      }
    }
    take(colours);
    return true;
  }

  /** Takes the colours, free or not. */
  static synchronized void take(List<Colour> colours) {
    for (Colour colour : colours) {
      TAKEN.computeIfAbsent(colour.file, file -> new ArrayList<>()).add(colour.residue);
    }
  }

  static synchronized void give(List<Colour> colours) {
    for (Colour colour : colours) {
      List<Long> residues = TAKEN.get(colour.file);
      residues.remove(Long.valueOf(colour.residue));
      if (residues.isEmpty()) {
        TAKEN.remove(colour.file);
      }
    }
  }
}
