// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.jdax.ByteSize;

/**
 * A DIMM of a region as Linux has found it: its labels, and how large it is.
 *
 * @param file which image it is, in words that follow what is in it, such as {@code " of a.img"}; empty for the only
 *     one
 * @param area its label area
 * @param size how many bytes of it the region has
 */
record LabelledDimm(String file, LabelArea area, long size) {
  /** How large a DIMM is taken to be of which nothing but the labels is known: a physical address has 52 bits. */
  static final long UNKNOWN_SIZE = 1L << 52;

  /**
   * {@return the labels that Linux heeds; none if it cannot reserve the space of one of them, and so fails the DIMM}
   *
   * @param consequence what Linux does if it fails the DIMM
   * @param problems gets the reason
   */
  List<LabelSlot> labels(String consequence, List<Problem> problems) {
    List<DpaReservation> reserved = area.reservations();
    List<LabelSlot> live = area.live();
    OccupiedSpace occupied = new OccupiedSpace();
    for (int i = 0; i < reserved.size(); i++) {
      DpaReservation one = reserved.get(i);
      if (!one.possible()) {
        problems.add(problem(live.get(i), "rawsize", LabelField.RAW_SIZE, ByteSize.hex(one.size()),
            "1 to " + ByteSize.hex(-one.dpa()) + ", so that it ends after " + ByteSize.hex(one.dpa()), consequence));
        return List.of();
      }
      Optional<DpaReservation> other = occupied.holder(one);
      if (other.isPresent()) {
        problems.add(problem(live.get(i), "dpa", LabelField.DPA, ByteSize.hex(one.dpa()),
            "space that " + other.get() + " does not have", consequence));
        return List.of();
      }
      occupied.add(one);
    }
    return new ArrayList<>(live);
  }

  /** {@return what is wrong with a field of a label on this DIMM} */
  Problem problem(LabelSlot slot, String field, int at, String value, String allowed, String consequence) {
    return new Problem("label in slot " + slot.number() + file, field, slot.offset() + at, value, allowed,
        consequence);
  }
}
