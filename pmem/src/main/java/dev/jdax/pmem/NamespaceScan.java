// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import dev.jdax.ByteSize;

/**
 * Which namespaces Linux makes of the labels of one DIMM that is a region of its own ({@code scan_labels} and
 * {@code create_namespace_pmem} in drivers/nvdimm/namespace_devs.c).
 *
 * @param found what became namespaces, in the order of their numbers; empty for the whole region as one without a label
 * @param whole whether the region is one namespace without a label
 * @param lost whether Linux makes none of them, because of what is wrong with one
 * @param problems what is wrong
 */
record NamespaceScan(List<Found> found, boolean whole, boolean lost, List<Problem> problems) {
  private static final String SKIPPED = "Linux skips the label, and keeps its space reserved";
  private static final String ALL_LOST = "Linux makes no namespace of the whole region";
  private static final String ALL_RAW = "Linux fails the DIMM (EBUSY), and makes one raw disk of the whole region";

  /**
   * A namespace.
   *
   * @param label the label that says what it is
   * @param dpa where it begins on the DIMM
   */
  record Found(Label label, long dpa) {
  }

  /** {@return the namespaces of a region of which nothing is labelled} */
  static NamespaceScan unlabelled(List<Problem> problems) {
    return new NamespaceScan(List.of(), true, false, problems);
  }

  static NamespaceScan of(LabelArea area, Attachment attachment, long regionSize) {
    if (area.blank()) {
      return unlabelled(List.of());
    }
    List<Problem> problems = new ArrayList<>();
    if (!isReserved(area, problems)) {
      return unlabelled(problems);
    }
    Scan scan = new Scan(area, attachment, regionSize, problems);
    area.live().forEach(scan::look);
    // Linux compares the addresses as bytes in memory, so the order is not that of the numbers.
    scan.found.sort(Comparator.comparing(one -> Long.reverseBytes(attachment.base() + one.dpa),
        Long::compareUnsigned));
    return new NamespaceScan(List.copyOf(scan.found), false, scan.lost, List.copyOf(problems));
  }

  /** {@return whether Linux can reserve the space of every label} */
  private static boolean isReserved(LabelArea area, List<Problem> problems) {
    List<DpaReservation> reserved = area.reservations();
    List<LabelSlot> live = area.live();
    for (int i = 0; i < reserved.size(); i++) {
      DpaReservation one = reserved.get(i);
      String at = "label in slot " + one.slot();
      long offset = live.get(i).offset();
      if (!one.possible()) {
        problems.add(new Problem(at, "rawsize", offset + LabelField.RAW_SIZE, ByteSize.hex(one.size()),
            "1 to " + ByteSize.hex(-one.dpa()) + ", so that it ends behind " + ByteSize.hex(one.dpa()), ALL_RAW));
        return false;
      }
      for (int j = 0; j < i; j++) {
        if (one.overlaps(reserved.get(j))) {
          problems.add(new Problem(at, "dpa", offset + LabelField.DPA, ByteSize.hex(one.dpa()),
              "space that " + reserved.get(j) + " does not have", ALL_RAW));
          return false;
        }
      }
    }
    return true;
  }

  /** The scan of labels whose space is reserved, one after the other. */
  private static final class Scan {
    private final Attachment attachment;
    private final long regionSize;
    private final List<Problem> problems;
    private final IndexBlock index;
    private final long cookie;
    /** Of each uuid the first label, whatever is wrong with it, and the lowest address. */
    private final Map<UUID, LabelSlot> firsts = new HashMap<>();
    private final Map<UUID, Long> lowest = new HashMap<>();
    private final Set<UUID> uuids = new HashSet<>();
    private final List<Found> found = new ArrayList<>();
    private boolean lost;

    Scan(LabelArea area, Attachment attachment, long regionSize, List<Problem> problems) {
      this.attachment = attachment;
      this.regionSize = regionSize;
      this.problems = problems;
      this.index = area.index().orElseThrow();
      List<LabelSlot> live = area.live();
      // Where the set is not known, the first label is believed.
      this.cookie = attachment.set().map(set -> set.forIndex(index))
          .orElseGet(() -> live.isEmpty() ? 0 : live.getFirst().label().cookie());
      for (LabelSlot slot : live) {
        firsts.putIfAbsent(slot.label().uuid(), slot);
        lowest.merge(slot.label().uuid(), slot.label().dpa(),
            (one, other) -> Long.compareUnsigned(one, other) < 0 ? one : other);
      }
    }

    void look(LabelSlot slot) {
      Label label = slot.label();
      if (Long.compareUnsigned(label.dpa(), regionSize) >= 0) {
        add(slot, "dpa", LabelField.DPA, ByteSize.hex(label.dpa()), "an address below " + ByteSize.hex(regionSize),
            SKIPPED);
        return;
      }
      boolean known = uuids.contains(label.uuid());
      boolean ours = label.cookie() == cookie || isAlternate(label);
      if (known) {
        lose(slot, "uuid", 0, label.uuid().toString(), "a uuid that no other label has");
      }
      if (!ours) {
        add(slot, "isetcookie", LabelField.COOKIE, ByteSize.hex(label.cookie()), ByteSize.hex(cookie),
            known ? "by itself: " + SKIPPED : SKIPPED);
        return;
      }
      uuids.add(label.uuid());
      LabelSlot first = known ? slot : firsts.get(label.uuid());
      checkSet(slot);
      checkSize(first);
      if (first != slot) {
        checkFirst(slot, first);
      }
      found.add(new Found(first.label(), known ? label.dpa() : lowest.get(label.uuid())));
    }

    private boolean isAlternate(Label label) {
      return attachment.set().isPresent() && attachment.set().get().accepts(index, label.cookie());
    }

    private void checkSet(LabelSlot slot) {
      Label label = slot.label();
      if (label.labelCount() != 1) {
        lose(slot, "nlabel", LabelField.LABEL_COUNT, Integer.toString(label.labelCount()),
            "1, the DIMMs in the set of this image");
      }
      checkPosition(slot);
      if (label.version() == LabelVersion.V1_2 && !label.type().equals(Label.PERSISTENT)) {
        lose(slot, "type_guid", LabelField.TYPE, label.type().toString(), Label.PERSISTENT + ", persistent memory");
      }
    }

    private void checkPosition(LabelSlot slot) {
      if (slot.label().position() != 0) {
        lose(slot, "position", LabelField.POSITION, Integer.toString(slot.label().position()),
            "0, the only position in a set of one DIMM");
      }
    }

    private void checkSize(LabelSlot slot) {
      Label label = slot.label();
      if (Long.compareUnsigned(label.dpa(), regionSize) >= 0) {
        return;
      }
      long room = regionSize - label.dpa();
      if (label.rawSize() == 0 || Long.compareUnsigned(label.rawSize(), room) > 0) {
        lose(slot, "rawsize", LabelField.RAW_SIZE, ByteSize.hex(label.rawSize()),
            "1 to " + ByteSize.hex(room) + ", what the DIMM has from there");
      }
    }

    /** Linux finds a good label, and then takes what the first one with its uuid says, though it skipped that. */
    private void checkFirst(LabelSlot slot, LabelSlot first) {
      add(slot, "uuid", 0, slot.label().uuid().toString(), "a uuid that no other label has",
          "Linux makes the namespace as the label in slot " + first.number() + " says it, though it skipped that");
      if (Long.compareUnsigned(first.label().dpa(), regionSize) >= 0) {
        lose(first, "dpa", LabelField.DPA, ByteSize.hex(first.label().dpa()),
            "an address below " + ByteSize.hex(regionSize));
      }
      checkPosition(first);
    }

    private void lose(LabelSlot slot, String field, int at, String value, String allowed) {
      add(slot, field, at, value, allowed, ALL_LOST);
      lost = true;
    }

    private void add(LabelSlot slot, String field, int at, String value, String allowed, String consequence) {
      problems.add(new Problem("label in slot " + slot.number(), field, slot.offset() + at, value, allowed,
          consequence));
    }
  }
}
