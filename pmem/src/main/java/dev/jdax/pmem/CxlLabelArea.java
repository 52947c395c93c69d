// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Stream;

import dev.jdax.ByteSize;

/**
 * The label storage area of CXL memory, version 2.1 (Compute Express Link 3.1, section 9.13.2).
 *
 * <p>It begins with two index blocks as a label area of version 1.2 does, and its slots have the same size; but the
 * labels in them are others. Linux up to 7.3 neither writes nor knows them: it writes labels of version 1.2 on CXL
 * memory, and takes an area of version 2.1 for one of 1.2. jdax shows the labels, and never changes them.
 *
 * @param offset where it begins in the file
 * @param geometry its size, and where its parts are
 * @param indexes the two index blocks
 * @param current which of them counts, and why
 * @param used the slots that the current index block counts as taken, with their labels
 * @param stale the other slots in which something is; all, if no index block is valid
 * @param freeSlots how many slots are free
 * @param problems everything that is wrong in the area, without what is in {@code stale}
 */
public record CxlLabelArea(long offset, LabelGeometry geometry, List<IndexCopy> indexes, CurrentIndex current,
    List<CxlLabelSlot> used, List<CxlLabelSlot> stale, int freeSlots, List<Problem> problems) {
  /** The version, as an index block says it. */
  public static final String VERSION = "2.1";

  /**
   * {@return the label area of CXL memory that is where one of NVDIMMs was read, or empty if that is what it is}
   *
   * <p>It is one if its index block says version 2.1, unless there are labels that count as version 1.2, and none that
   * begins as one of CXL: such an area is read as Linux reads it.
   *
   * @param area what was read
   * @param media where it was read
   * @throws IOException if it cannot be read again
   */
  static Optional<CxlLabelArea> of(LabelArea area, MediaReader media) throws IOException {
    return says(area)
        ? of(area, media.read(area.offset(), Math.toIntExact(area.size())))
        : Optional.empty();
  }

  static Optional<CxlLabelArea> of(LabelArea area, byte[] bytes) {
    if (!says(area)) {
      return Optional.empty();
    }
    CxlLabelArea read = parse(area, bytes);
    boolean known = Stream.concat(read.used.stream(), area.blank() ? read.stale.stream() : Stream.empty())
        .anyMatch(slot -> !(slot.label() instanceof CxlOtherLabel));
    return known || area.live().isEmpty() ? Optional.of(read) : Optional.empty();
  }

  /** {@return whether the index block that counts says the version; if none counts, whether one of them does} */
  private static boolean says(LabelArea area) {
    return area.version() == LabelVersion.V1_2
        && (area.blank() ? area.indexes().stream().flatMap(copy -> copy.block().stream()) : area.index().stream())
            .anyMatch(block -> block.major() == 2 && block.minor() == 1);
  }

  private static CxlLabelArea parse(LabelArea area, byte[] bytes) {
    LabelGeometry geometry = area.geometry();
    int slots = area.index().map(IndexBlock::mappedSlots).orElse(geometry.slots());
    BitSet free = LabelArea.freeSlots(area.index(), slots);
    List<CxlLabelSlot> used = new ArrayList<>();
    List<CxlLabelSlot> stale = new ArrayList<>();
    for (int slot = 0; slot < slots; slot++) {
      int at = Math.toIntExact(geometry.slotOffset(slot));
      byte[] label = Arrays.copyOfRange(bytes, at, at + CxlLabel.SIZE);
      boolean taken = !free.get(slot);
      if (taken || !Bytes.copyOf(label, 0, label.length).isZero()) {
        (taken ? used : stale).add(CxlLabelSlot.of(slot, area.offset() + at, taken, CxlLabel.parse(label)));
      }
    }
    List<Problem> problems = new ArrayList<>();
    area.indexes().forEach(copy -> problems.addAll(copy.problems()));
    used.forEach(slot -> problems.addAll(slot.problems()));
    problems.addAll(Together.problems(used));
    return new CxlLabelArea(area.offset(), geometry, area.indexes(), area.current(), List.copyOf(used),
        List.copyOf(stale), free.cardinality(), List.copyOf(problems));
  }

  /** Whether the labels fit each other: each namespace lies in a region, and not where another one does. */
  private static final class Together {
    private Together() {
    }

    static List<Problem> problems(List<CxlLabelSlot> used) {
      List<Problem> problems = new ArrayList<>();
      Map<UUID, CxlRegionLabel> regions = new HashMap<>();
      OccupiedSpace occupied = new OccupiedSpace();
      for (CxlLabelSlot slot : used) {
        if (slot.valid() && slot.label() instanceof CxlRegionLabel region
            && regions.putIfAbsent(region.uuid(), region) != null) {
          problems.add(slot.problem("uuid", 16, region.uuid().toString(), "a uuid that no other region has here",
              "it is not known which of the two is the region"));
        }
      }
      for (CxlLabelSlot slot : used) {
        if (slot.valid() && slot.label() instanceof CxlNamespaceLabel namespace) {
          check(problems, slot, namespace, regions.get(namespace.regionUuid()));
          DpaReservation range = new DpaReservation(slot.number(), namespace.uuid(), namespace.dpa(),
              namespace.rawSize());
          occupied.holder(range)
              .ifPresent(other -> problems.add(slot.problem("dpa", CxlNamespaceLabel.DPA,
                  ByteSize.hex(namespace.dpa()), "space that " + other + " does not have",
                  "two namespaces would have the same bytes")));
          occupied.add(range);
        }
      }
      return problems;
    }

    private static void check(List<Problem> problems, CxlLabelSlot slot, CxlNamespaceLabel namespace,
        CxlRegionLabel region) {
      if (region == null) {
        problems.add(slot.problem("region_uuid", CxlNamespaceLabel.REGION_UUID, namespace.regionUuid().toString(),
            "the uuid of a region label in this area", "the namespace lies in no region"));
        return;
      }
      long into = namespace.dpa() - region.dpa();
      boolean inside = Long.compareUnsigned(namespace.dpa(), region.dpa()) >= 0
          && Long.compareUnsigned(into, region.rawSize()) < 0
          && Long.compareUnsigned(namespace.rawSize(), region.rawSize() - into) <= 0;
      if (!inside) {
        problems.add(slot.problem("dpa", CxlNamespaceLabel.DPA, ByteSize.hex(namespace.dpa()),
            "what lies, with its " + ByteSize.hex(namespace.rawSize()) + " bytes, in the region's "
                + ByteSize.hex(region.rawSize()) + " from " + ByteSize.hex(region.dpa()),
            "the namespace does not lie in its region"));
      }
    }
  }

  /**
   * {@return the size of the area in bytes}
   */
  public long size() {
    return geometry.areaSize();
  }

  /**
   * {@return whether no index block is valid}
   */
  public boolean blank() {
    return current.number().equals(OptionalInt.empty());
  }
}
