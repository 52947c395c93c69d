// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import dev.jdax.ByteSize;

/**
 * Which namespaces Linux makes of the labels of one DIMM that is a region of its own ({@code scan_labels} and
 * {@code create_namespace_pmem} in drivers/nvdimm/namespace_devs.c).
 *
 * @param labels the labels that became namespaces, in the order of their numbers; empty for the whole region as one
 *     without a label
 * @param whole whether the region is one namespace without a label
 * @param lost whether Linux makes none of them, because of what is wrong with one
 * @param problems what is wrong
 */
record NamespaceScan(List<Label> labels, boolean whole, boolean lost, List<Problem> problems) {
  private static final String SKIPPED = "Linux skips the label, and keeps its space reserved";
  private static final String ALL_LOST = "Linux makes no namespace of the whole region";

  /** {@return the namespaces of a region of which nothing is labelled} */
  static NamespaceScan unlabelled(List<Problem> problems) {
    return new NamespaceScan(List.of(), true, false, problems);
  }

  static NamespaceScan of(LabelArea area, Attachment attachment, long regionSize) {
    if (area.blank()) {
      return unlabelled(List.of());
    }
    List<Problem> problems = new ArrayList<>();
    List<LabelSlot> live = area.live();
    if (overlaps(area, problems)) {
      return unlabelled(problems);
    }
    long cookie = live.isEmpty() ? 0 : expectedCookie(area.version(), attachment, live.getFirst().label());
    List<Label> found = new ArrayList<>();
    Set<UUID> uuids = new HashSet<>();
    boolean lost = false;
    for (LabelSlot slot : live) {
      Label label = slot.label();
      String at = "label in slot " + slot.number();
      if (label.cookie() != cookie && !isAlternate(attachment, label)) {
        problems.add(new Problem(at, "isetcookie", slot.offset() + LabelField.COOKIE, ByteSize.hex(label.cookie()),
            ByteSize.hex(cookie), SKIPPED));
        continue;
      }
      if (Long.compareUnsigned(label.dpa(), regionSize) >= 0) {
        problems.add(new Problem(at, "dpa", slot.offset() + LabelField.DPA, ByteSize.hex(label.dpa()),
            "an address below " + ByteSize.hex(regionSize), SKIPPED));
        continue;
      }
      int before = problems.size();
      if (!uuids.add(label.uuid())) {
        problems.add(new Problem(at, "uuid", slot.offset(), label.uuid().toString(), "a uuid that no other label has",
            ALL_LOST));
      }
      checkSet(at, slot, problems);
      if (label.rawSize() == 0 || Long.compareUnsigned(label.rawSize(), regionSize - label.dpa()) > 0) {
        problems.add(new Problem(at, "rawsize", slot.offset() + LabelField.RAW_SIZE, ByteSize.hex(label.rawSize()),
            "1 to " + ByteSize.hex(regionSize - label.dpa()) + ", what the DIMM has from there", ALL_LOST));
      }
      lost |= problems.size() > before;
      found.add(label);
    }
    // Linux compares the addresses as bytes in memory, so the order is not that of the numbers.
    found.sort(Comparator.comparing(label -> Long.reverseBytes(attachment.base() + label.dpa()),
        Long::compareUnsigned));
    return new NamespaceScan(List.copyOf(found), false, lost, List.copyOf(problems));
  }

  private static boolean overlaps(LabelArea area, List<Problem> problems) {
    List<DpaReservation> reserved = area.reservations();
    for (int i = 0; i < reserved.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (reserved.get(i).overlaps(reserved.get(j))) {
          problems.add(new Problem("label in slot " + reserved.get(i).slot(), "dpa",
              area.live().get(i).offset() + LabelField.DPA, ByteSize.hex(reserved.get(i).dpa()),
              "space that " + reserved.get(j) + " does not have",
              "Linux fails the DIMM (EBUSY), and makes one raw disk of the whole region"));
          return true;
        }
      }
    }
    return false;
  }

  private static void checkSet(String at, LabelSlot slot, List<Problem> problems) {
    Label label = slot.label();
    if (label.labelCount() != 1) {
      problems.add(new Problem(at, "nlabel", slot.offset() + LabelField.LABEL_COUNT,
          Integer.toString(label.labelCount()), "1, the DIMMs in the set of this image", ALL_LOST));
    }
    if (label.position() != 0) {
      problems.add(new Problem(at, "position", slot.offset() + LabelField.POSITION, Integer.toString(label.position()),
          "0, the only position in a set of one DIMM", ALL_LOST));
    }
    if (label.version() == LabelVersion.V1_2 && !label.type().equals(Label.PERSISTENT)) {
      problems.add(new Problem(at, "type_guid", slot.offset() + LabelField.TYPE, label.type().toString(),
          Label.PERSISTENT + ", persistent memory", ALL_LOST));
    }
  }

  private static boolean isAlternate(Attachment attachment, Label label) {
    return attachment.set().isPresent() && attachment.set().get().accepts(label.version(), label.cookie());
  }

  /** Where the set is not known, the first label is believed. */
  private static long expectedCookie(LabelVersion version, Attachment attachment, Label first) {
    return attachment.set().map(set -> set.forLabels(version)).orElse(first.cookie());
  }
}
