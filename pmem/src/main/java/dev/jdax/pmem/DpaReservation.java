// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.UUID;

import dev.jdax.ByteSize;

/**
 * Space of a DIMM that Linux reserves for a label when it finds the DIMM, whatever becomes of the namespace
 * ({@code nd_label_reserve_dpa} in drivers/nvdimm/label.c).
 *
 * @param slot the label's slot
 * @param uuid the namespace
 * @param dpa where it begins on the DIMM, in bytes, unsigned
 * @param size its size in bytes, unsigned
 */
public record DpaReservation(int slot, UUID uuid, long dpa, long size) {
  /**
   * {@return whether Linux can make it; if its last byte comes before its first, since it has no size or goes beyond 64
   * bits, Linux fails the whole DIMM (EBUSY)}
   *
   * <p>One of no size at 0 is possible: its last byte is the last of all.
   */
  public boolean possible() {
    return Long.compareUnsigned(dpa, last()) <= 0;
  }

  /**
   * {@return whether two reservations that are possible have a byte in common; Linux then fails the whole DIMM (EBUSY)}
   *
   * @param other the other one
   */
  public boolean overlaps(DpaReservation other) {
    // The last bytes, since the ends may be 2^64.
    return possible() && other.possible() && Long.compareUnsigned(dpa, other.last()) <= 0
        && Long.compareUnsigned(other.dpa, last()) <= 0;
  }

  /** {@return its last byte, if it is possible} */
  long last() {
    return dpa + size - 1;
  }

  /**
   * {@return what is reserved, such as {@code slot 1: 64 MiB at 0x0}}
   */
  @Override
  public String toString() {
    return "slot " + slot + ": " + (size < 0 ? ByteSize.hex(size) + " bytes" : ByteSize.format(size)) + " at "
        + ByteSize.hex(dpa);
  }
}
