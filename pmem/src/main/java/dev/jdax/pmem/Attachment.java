// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a machine has, or will have, the DIMM of an image: what the media themselves do not say.
 *
 * @param base the physical address at which the DIMM's region begins, in bytes; geometry depends on it
 * @param region the number of the region: of {@code namespaceR.I} and {@code daxR.I} the R
 * @param set the interleave set, whose cookie binds labels to the DIMM; empty to trust the labels that are there
 * @param labelSize the size of the label area at the end, 0 for none; empty to look for one
 */
public record Attachment(long base, int region, Optional<InterleaveSetCookie> set, OptionalInt labelSize) {
  /** Region 0 at 4 GiB, as QEMU places its first NVDIMM behind at most 3 GiB of RAM; labels as they are found. */
  public static final Attachment DEFAULT = new Attachment(0x1_0000_0000L, 0, Optional.empty(), OptionalInt.empty());

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one of them is negative, or the base is not a multiple of 4096 below 2^52
   */
  public Attachment {
    if (base < 0 || base % 4096 != 0 || base >= 1L << 52) {
      throw new IllegalArgumentException("base " + base + ": a physical address is a multiple of 4096 below 2^52");
    }
    if (region < 0 || labelSize.orElse(0) < 0) {
      throw new IllegalArgumentException("region and label size count from 0");
    }
  }

  /**
   * {@return the same, at another physical address}
   *
   * @param other the address
   */
  public Attachment withBase(long other) {
    return new Attachment(other, region, set, labelSize);
  }

  /**
   * {@return the same, as another region}
   *
   * @param other its number
   */
  public Attachment withRegion(int other) {
    return new Attachment(base, other, set, labelSize);
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
    return new Attachment(base, region, Optional.of(other), labelSize);
  }

  /**
   * {@return the same, with a label area of a given size}
   *
   * @param other the size in bytes, 0 for none
   */
  public Attachment withLabelSize(int other) {
    return new Attachment(base, region, set, OptionalInt.of(other));
  }
}
