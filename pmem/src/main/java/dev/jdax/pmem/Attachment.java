// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a machine has, or will have, the DIMM of an image: what the media themselves do not say.
 *
 * @param base the physical address at which the DIMM's region begins, in bytes; geometry depends on it
 * @param region the number of the region: of {@code namespaceR.I} and {@code daxR.I} the R
 * @param set the interleave set, whose cookie binds labels to the DIMM; empty to trust the labels that are there
 * @param labelSize the size of the label area at the end, 0 for none; empty to look for one
 * @param backendAlignment the alignment of QEMU's memory backend ({@code align=}), in bytes: QEMU cuts the region down to
 *     a multiple of it; empty for the one that QEMU takes by itself, the page size of hugetlbfs if the image is there,
 *     else 4 KiB
 */
public record Attachment(long base, int region, Optional<InterleaveSetCookie> set, OptionalInt labelSize,
    OptionalLong backendAlignment) {
  /** Region 0 at 4 GiB, as QEMU places its first NVDIMM after at most 3 GiB of RAM; labels as they are found. */
  public static final Attachment DEFAULT = new Attachment(0x1_0000_0000L, 0, Optional.empty(), OptionalInt.empty(),
      OptionalLong.empty());

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one of them is negative, if the base is not a multiple of 4096 below 2^52, or if
   *         the alignment is no power of two from 4096 on
   */
  public Attachment {
    if (base < 0 || base % 4096 != 0 || base >= 1L << 52) {
      throw new IllegalArgumentException("base " + base + ": a physical address is a multiple of 4096 below 2^52");
    }
    if (region < 0 || labelSize.orElse(0) < 0) {
      throw new IllegalArgumentException("region and label size count from 0");
    }
    backendAlignment.ifPresent(alignment -> {
      if (alignment < InfoBlock.PAGE || Long.bitCount(alignment) != 1) {
        throw new IllegalArgumentException(
            "backend alignment " + alignment + ": QEMU takes powers of two from 4096 on");
      }
    });
  }

  /**
   * {@return the same, at another physical address}
   *
   * @param other the address
   */
  public Attachment withBase(long other) {
    return new Attachment(other, region, set, labelSize, backendAlignment);
  }

  /**
   * {@return the same, as another region}
   *
   * @param other its number
   */
  public Attachment withRegion(int other) {
    return new Attachment(base, other, set, labelSize, backendAlignment);
  }

  /**
   * {@return the same, as QEMU's n-th NVDIMM}
   *
   * @param position which one, from 0
   * @throws IllegalArgumentException if it is negative
   */
  public Attachment withSlot(int position) {
    if (position < 0) {
      throw new IllegalArgumentException("position " + position + ": positions count from 0");
    }
    return withSet(InterleaveSetCookie.of(InterleaveSetCookie.Dimm.ofQemu(position)));
  }

  /**
   * {@return the same, as a given interleave set}
   *
   * @param other the set; {@link InterleaveSetCookie#given} where only the cookie is known, as from {@code set_cookie}
   *     of the region in sysfs
   */
  public Attachment withSet(InterleaveSetCookie other) {
    return new Attachment(base, region, Optional.of(other), labelSize, backendAlignment);
  }

  /**
   * {@return the same, with a label area of a given size}
   *
   * @param other the size in bytes, 0 for none
   */
  public Attachment withLabelSize(int other) {
    return new Attachment(base, region, set, OptionalInt.of(other), backendAlignment);
  }

  /**
   * {@return the same, with a memory backend of a given alignment}
   *
   * @param other the alignment in bytes
   * @throws IllegalArgumentException if it is no power of two from 4096 on
   */
  public Attachment withBackendAlignment(long other) {
    return new Attachment(base, region, set, labelSize, OptionalLong.of(other));
  }

  /**
   * {@return the same, with the alignment that QEMU takes by itself for a file if none is said: the page size of
   * hugetlbfs, and 4 KiB on every other file system ({@code qemu_fd_getpagesize})}
   */
  Attachment on(Path file) {
    if (backendAlignment.isPresent()) {
      return this;
    }
    try {
      FileStore store = Files.getFileStore(file);
      return withBackendAlignment(store.type().equals("hugetlbfs") ? store.getBlockSize() : InfoBlock.PAGE);
    } catch (IOException e) {
      // The JDK finds no mount of a file that is a mount by itself; such a file is not on hugetlbfs.
      return withBackendAlignment(InfoBlock.PAGE);
    }
  }

  /** {@return the alignment of the memory backend in bytes; 4 KiB if none is said} */
  long backendGranule() {
    return backendAlignment.orElse(InfoBlock.PAGE);
  }

  /**
   * {@return what QEMU leaves of a region: the largest multiple of its memory backend's alignment
   * ({@code nvdimm_prepare_memory_region} in hw/mem/nvdimm.c)}
   *
   * @param size the size of the region in bytes: what the label area leaves of the image
   */
  public long cut(long size) {
    return size - size % backendGranule();
  }
}
