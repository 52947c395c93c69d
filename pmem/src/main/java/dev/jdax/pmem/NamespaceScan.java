// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

import dev.jdax.ByteSize;

/**
 * Which namespaces Linux makes of the labels of a region ({@code scan_labels}, {@code create_namespace_pmem},
 * {@code has_uuid_at_pos} and {@code select_pmem_id} in drivers/nvdimm/namespace_devs.c).
 *
 * <p>A region lies on one DIMM, or on several that are interleaved. How many they are, only the labels say. If not all
 * of them are here, nothing is said of what the others may hold.
 *
 * @param found what became namespaces, in the order of their numbers; empty for the whole region as one without a label
 * @param whole whether the region is one namespace without a label
 * @param lost whether Linux makes none of them, because of what is wrong with one
 * @param dimms how many DIMMs the region lies on, as the labels say
 * @param problems what is wrong
 */
record NamespaceScan(List<Found> found, boolean whole, boolean lost, int dimms, List<Problem> problems) {
  private static final String SKIPPED = "Linux skips the label, and keeps its space reserved";
  private static final String ALL_LOST = "Linux makes no namespace of the whole region";
  private static final String ALL_RAW = "Linux fails the DIMM (EBUSY), and makes one raw disk of the whole region";
  private static final String NO_LABELS = "Linux fails the DIMM (EBUSY), and does not see its labels";

  /**
   * A namespace.
   *
   * @param label the label that says what it is: of several DIMMs, that of position 0 if it is here
   * @param dpa where it begins on the DIMM
   * @param rawSize its size on the DIMMs that are here, together
   */
  record Found(Label label, long dpa, long rawSize) {
  }

  /** {@return the namespaces of a region of which nothing is labelled} */
  static NamespaceScan unlabelled(List<Problem> problems) {
    return new NamespaceScan(List.of(), true, false, 1, problems);
  }

  /** {@return the namespaces of a region of which one DIMM is here} */
  static NamespaceScan of(LabelArea area, Attachment attachment, long regionSize) {
    return of(List.of(new LabelledDimm("", area, regionSize)), attachment);
  }

  /** {@return the namespaces of a region of which these DIMMs are here, in the order of their positions} */
  static NamespaceScan of(List<LabelledDimm> dimms, Attachment attachment) {
    if (dimms.stream().allMatch(dimm -> dimm.area().blank())) {
      return unlabelled(List.of());
    }
    List<Problem> problems = new ArrayList<>();
    int said = said(dimms, attachment);
    String consequence = said == 1 ? ALL_RAW : NO_LABELS;
    List<Part> parts = dimms.stream().map(dimm -> new Part(dimm, dimm.labels(consequence, problems))).toList();
    if (dimms.size() == 1 && !problems.isEmpty()) {
      return said == 1 ? unlabelled(problems) : new NamespaceScan(List.of(), false, true, said, problems);
    }
    Scan scan = new Scan(parts, attachment, said, problems);
    parts.getFirst().labels.forEach(scan::look);
    // Linux compares the addresses as bytes in memory, so the order is not that of the numbers.
    scan.found.sort(Comparator.comparing(one -> Long.reverseBytes(attachment.base() + one.dpa * scan.dimms),
        Long::compareUnsigned));
    return new NamespaceScan(List.copyOf(scan.found), false, scan.lost, scan.dimms, List.copyOf(problems));
  }

  /** {@return how many DIMMs the region lies on, as far as one label can say it} */
  private static int said(List<LabelledDimm> dimms, Attachment attachment) {
    int known = attachment.set().map(InterleaveSetCookie::dimms).orElse(0);
    return known > 0
        ? known
        : dimms.stream().flatMap(dimm -> dimm.area().live().stream()).findFirst()
            .map(slot -> Math.max(slot.label().labelCount(), 1)).orElse(1);
  }

  /** A DIMM with the labels on it that Linux heeds, and all of them that have the same uuid. */
  private static final class Part {
    private final LabelledDimm dimm;
    private final List<LabelSlot> labels;
    private final Map<UUID, List<LabelSlot>> byUuid = new HashMap<>();
    private final Map<UUID, List<LabelSlot>> firstOurs = new HashMap<>();

    Part(LabelledDimm dimm, List<LabelSlot> labels) {
      this.dimm = dimm;
      this.labels = labels;
      labels.forEach(slot -> byUuid.computeIfAbsent(slot.label().uuid(), uuid -> new ArrayList<>(1)).add(slot));
    }

    /** {@return the first two labels of a uuid that are of the set; they are looked for once, as many may have it} */
    List<LabelSlot> firstOurs(UUID uuid, Predicate<Label> isOurs) {
      return firstOurs.computeIfAbsent(uuid,
          key -> of(key).stream().filter(slot -> isOurs.test(slot.label())).limit(2).toList());
    }

    List<LabelSlot> of(UUID uuid) {
      return byUuid.getOrDefault(uuid, List.of());
    }

    long lowest(UUID uuid) {
      return of(uuid).stream().map(slot -> slot.label().dpa()).min(Long::compareUnsigned).orElseThrow();
    }
  }

  /** The scan of labels whose space is reserved, one after the other. */
  private static final class Scan {
    private final Attachment attachment;
    private final List<Part> parts;
    private final Part first;
    private final List<Problem> problems;
    private final Optional<IndexBlock> index;
    private final long cookie;
    private final int dimms;
    private final Set<UUID> uuids = new HashSet<>();
    private final List<Found> found = new ArrayList<>();
    private boolean lost;

    Scan(List<Part> parts, Attachment attachment, int said, List<Problem> problems) {
      this.attachment = attachment;
      this.parts = parts;
      this.first = parts.getFirst();
      this.problems = problems;
      this.index = first.dimm.area().index();
      // Where the set is not known, the first label is believed.
      List<Label> labels = parts.stream().flatMap(part -> part.labels.stream()).map(LabelSlot::label).toList();
      this.cookie = attachment.set().isPresent() && index.isPresent()
          ? attachment.set().get().forIndex(index.get())
          : labels.isEmpty() ? 0 : labels.getFirst().cookie();
      boolean isKnown = attachment.set().filter(set -> set.dimms() > 0).isPresent();
      this.dimms = labels.stream().filter(label -> !isKnown && isOurs(label)).findFirst()
          .map(label -> Math.max(label.labelCount(), 1)).orElse(said);
    }

    void look(LabelSlot slot) {
      Label label = slot.label();
      if (isOutside(first, label)) {
        add(first, slot, "dpa", LabelField.DPA, ByteSize.hex(label.dpa()),
            "an address below " + ByteSize.hex(first.dimm.size()), SKIPPED);
        return;
      }
      boolean known = uuids.contains(label.uuid());
      if (known) {
        lose(first, slot, "uuid", 0, label.uuid().toString(), "a uuid that no other label has");
      }
      if (!isOurs(label)) {
        add(first, slot, "isetcookie", LabelField.COOKIE, ByteSize.hex(label.cookie()), ByteSize.hex(cookie),
            known ? "by itself: " + SKIPPED : SKIPPED);
        return;
      }
      uuids.add(label.uuid());
      LabelSlot chosen = known ? slot : first.of(label.uuid()).getFirst();
      checkSet(first, slot);
      checkSize(first, chosen);
      if (chosen != slot) {
        checkFirst(slot, chosen);
      }
      long dpa = known ? label.dpa() : first.lowest(label.uuid());
      found.add(parts.size() == 1
          ? new Found(chosen.label(), dpa, chosen.label().rawSize())
          : together(label.uuid(), slot, chosen, dpa));
    }

    private static boolean isOutside(Part part, Label label) {
      return Long.compareUnsigned(label.dpa(), part.dimm.size()) >= 0;
    }

    private boolean isOurs(Label label) {
      return label.cookie() == cookie || attachment.set().isPresent() && index.isPresent()
          && attachment.set().get().accepts(index.get(), label.cookie());
    }

    private void checkSet(Part part, LabelSlot slot) {
      Label label = slot.label();
      if (label.labelCount() != dimms) {
        lose(part, slot, "nlabel", LabelField.LABEL_COUNT, Integer.toString(label.labelCount()),
            dimms + (dimms == 1 ? ", the DIMMs in the set of this image" : ", the DIMMs in the set"));
      }
      checkPosition(slot, part);
      if (label.version() == LabelVersion.V1_2 && !label.type().equals(Label.PERSISTENT)) {
        lose(part, slot, "type_guid", LabelField.TYPE, label.type().toString(),
            Label.PERSISTENT + ", persistent memory");
      }
    }

    private void checkPosition(LabelSlot slot, Part part) {
      if (slot.label().position() >= dimms) {
        lose(part, slot, "position", LabelField.POSITION, Integer.toString(slot.label().position()),
            dimms == 1
                ? "0, the only position in a set of one DIMM"
                : "0 to " + (dimms - 1) + ", the positions in a set of " + dimms + " DIMMs");
      }
    }

    private void checkSize(Part part, LabelSlot slot) {
      Label label = slot.label();
      if (isOutside(part, label)) {
        return;
      }
      long room = part.dimm.size() - label.dpa();
      if (label.rawSize() == 0 || Long.compareUnsigned(label.rawSize(), room) > 0) {
        lose(part, slot, "rawsize", LabelField.RAW_SIZE, ByteSize.hex(label.rawSize()),
            "1 to " + ByteSize.hex(room) + ", what the DIMM has from there");
      }
    }

    /** Linux finds a good label, and then takes what the first one with its uuid says, though it skipped that. */
    private void checkFirst(LabelSlot slot, LabelSlot chosen) {
      add(first, slot, "uuid", 0, slot.label().uuid().toString(), "a uuid that no other label has",
          "Linux makes the namespace as the label in slot " + chosen.number() + " says it, though it skipped that");
      loseOutside(first, chosen);
      checkPosition(chosen, first);
    }

    private void loseOutside(Part part, LabelSlot slot) {
      if (isOutside(part, slot.label())) {
        lose(part, slot, "dpa", LabelField.DPA, ByteSize.hex(slot.label().dpa()),
            "an address below " + ByteSize.hex(part.dimm.size()));
      }
    }

    /** {@return the namespace of a label of the first DIMM and of those that the other DIMMs have for it} */
    private Found together(UUID uuid, LabelSlot slot, LabelSlot chosen, long dpa) {
      Map<Integer, String> positions = new HashMap<>(Map.of(slot.label().position(), first.dimm.file()));
      Label named = chosen.label();
      long size = chosen.label().rawSize();
      for (Part part : parts.subList(1, parts.size())) {
        List<LabelSlot> ours = part.firstOurs(uuid, this::isOurs);
        if (ours.isEmpty()) {
          problems.add(new Problem("label area" + part.dimm.file(), "uuid", part.dimm.area().offset(),
              "in no label of the set", "a label of " + uuid + ", as the label area" + first.dimm.file() + " has one",
              ALL_LOST));
          lost = true;
          size += chosen.label().rawSize(); // what it would have there, so that its data are looked at as a whole
          continue;
        }
        LabelSlot one = ours.getFirst();
        checkSet(part, one);
        if (ours.size() > 1) {
          lose(part, ours.get(1), "uuid", 0, uuid.toString(), "a uuid that no other label has");
        }
        String other = positions.putIfAbsent(one.label().position(), part.dimm.file());
        if (other != null) {
          lose(part, one, "position", LabelField.POSITION, Integer.toString(one.label().position()),
              "another position than that" + other);
        }
        LabelSlot taken = part.of(uuid).getFirst();
        checkSize(part, taken);
        loseOutside(part, taken);
        checkAlike(part, taken, chosen.label());
        named = taken.label().position() == 0 ? taken.label() : named;
        size += taken.label().rawSize();
      }
      return new Found(named, dpa, size);
    }

    /** Linux takes the place of a namespace from the first DIMM, and adds the sizes up. */
    private void checkAlike(Part part, LabelSlot slot, Label model) {
      if (slot.label().dpa() != model.dpa()) {
        add(part, slot, "dpa", LabelField.DPA, ByteSize.hex(slot.label().dpa()),
            ByteSize.hex(model.dpa()) + ", as the label" + first.dimm.file() + " has it",
            "Linux does not compare it, and takes the namespace to begin where the first DIMM has it");
      }
      if (slot.label().rawSize() != model.rawSize()) {
        add(part, slot, "rawsize", LabelField.RAW_SIZE, ByteSize.hex(slot.label().rawSize()),
            ByteSize.hex(model.rawSize()) + ", as the label" + first.dimm.file() + " has it",
            "Linux does not compare it, and adds the sizes up");
      }
    }

    private void lose(Part part, LabelSlot slot, String field, int at, String value, String allowed) {
      add(part, slot, field, at, value, allowed, ALL_LOST);
      lost = true;
    }

    private void add(Part part, LabelSlot slot, String field, int at, String value, String allowed,
        String consequence) {
      problems.add(part.dimm.problem(slot, field, at, value, allowed, consequence));
    }
  }
}
