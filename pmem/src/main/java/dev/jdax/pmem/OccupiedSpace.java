// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The space of a DIMM that reservations occupy: which of them has a byte, found in logarithmic time, because a label area
 * of 64 MiB has a quarter of a million labels.
 *
 * <p>It is kept as runs of bytes that do not overlap. Where reservations do, the last one that was added has the run.
 */
final class OccupiedSpace {
  private final NavigableMap<Long, Run> runs;

  /**
   * A run of bytes from its key on.
   *
   * @param last its last byte, since its end may be 2^64
   * @param holder the reservation that has it
   */
  private record Run(long last, DpaReservation holder) {
  }

  OccupiedSpace() {
    this(Long::compareUnsigned);
  }

  /** With the order of unsigned numbers, so that a test can count how often two are compared. */
  OccupiedSpace(Comparator<Long> unsigned) {
    runs = new TreeMap<>(unsigned);
  }

  /**
   * {@return the reservation that has the lowest of those bytes of another one that are occupied, or empty if none is}
   *
   * <p>Like {@link DpaReservation#overlaps}, it is empty if the other one is not possible.
   */
  Optional<DpaReservation> holder(DpaReservation wanted) {
    if (!wanted.possible()) {
      return Optional.empty();
    }
    Map.Entry<Long, Run> below = runs.lowerEntry(wanted.dpa());
    if (below != null && Long.compareUnsigned(below.getValue().last, wanted.dpa()) >= 0) {
      return Optional.of(below.getValue().holder);
    }
    return Optional.ofNullable(runs.ceilingEntry(wanted.dpa()))
        .filter(above -> Long.compareUnsigned(above.getKey(), wanted.last()) <= 0)
        .map(above -> above.getValue().holder);
  }

  /** Adds a reservation; one that is not possible occupies nothing. */
  void add(DpaReservation added) {
    if (!added.possible()) {
      return;
    }
    Map.Entry<Long, Run> below = runs.lowerEntry(added.dpa());
    if (below != null && Long.compareUnsigned(below.getValue().last, added.dpa()) >= 0) {
      runs.put(below.getKey(), new Run(added.dpa() - 1, below.getValue().holder));
      keepAfter(added, below.getValue());
    }
    Map.Entry<Long, Run> next = runs.ceilingEntry(added.dpa());
    while (next != null && Long.compareUnsigned(next.getKey(), added.last()) <= 0) {
      runs.remove(next.getKey());
      keepAfter(added, next.getValue());
      next = runs.higherEntry(next.getKey());
    }
    runs.put(added.dpa(), new Run(added.last(), added));
  }

  private void keepAfter(DpaReservation added, Run run) {
    if (Long.compareUnsigned(run.last, added.last()) > 0) {
      runs.put(added.last() + 1, run);
    }
  }
}
