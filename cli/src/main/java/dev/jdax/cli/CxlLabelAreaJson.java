// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.Stream;

import dev.jdax.pmem.CxlLabelArea;
import dev.jdax.pmem.CxlLabelSlot;
import dev.jdax.pmem.CxlNamespaceLabel;
import dev.jdax.pmem.CxlOtherLabel;
import dev.jdax.pmem.CxlRegionLabel;

/**
 * A label area of CXL memory for programs, its keys as the fields are called in Linux.
 *
 * @param offset where it begins in the file
 * @param used how many slots the current index block counts as taken
 * @param current why which index block counts
 */
record CxlLabelAreaJson(long offset, long size, String version, int slots, int used, int free, String current,
    List<LabelAreaJson.Index> index, List<SlotLabel> label) {
  /** A label; which keys it has depends on its type: {@code kind} is region, namespace or other. */
  record SlotLabel(String kind, String type, String uuid, String name, Long flags, Integer nlabel, Integer nrange,
      Integer position, BigInteger dpa, BigInteger rawsize, BigInteger hpa, Long slot, Long ig,
      Long interleave_granularity, Long align, String region_uuid, String abstraction_uuid, Integer lbasize,
      long offset, boolean used, List<ProblemJson> problems) {
    static SlotLabel of(CxlLabelSlot place) {
      String type = place.label().type().toString();
      List<ProblemJson> problems = ProblemJson.of(place.problems());
      return switch (place.label()) {
        case CxlRegionLabel label -> new SlotLabel("region", type, label.uuid().toString(), null,
            Integer.toUnsignedLong(label.flags()), label.labelCount(), null, label.position(),
            Json.unsigned(label.dpa()), Json.unsigned(label.rawSize()), Json.unsigned(label.hpa()), label.slot(),
            label.granularityCode(), label.granularity().isPresent() ? label.granularity().getAsLong() : null,
            label.alignment(), null, null, null, place.offset(), place.used(), problems);
        case CxlNamespaceLabel label -> new SlotLabel("namespace", type, label.uuid().toString(), label.name(),
            Integer.toUnsignedLong(label.flags()), null, label.rangeCount(), label.position(),
            Json.unsigned(label.dpa()), Json.unsigned(label.rawSize()), null, label.slot(), null, null,
            label.alignment(), label.regionUuid().toString(), label.abstractionUuid().toString(), label.lbaSize(),
            place.offset(), place.used(), problems);
        case CxlOtherLabel label -> new SlotLabel("other", type, null, null, null, null, null, null, null, null, null,
            null, null, null, null, null, null, null, place.offset(), place.used(), problems);
      };
    }
  }

  static CxlLabelAreaJson of(CxlLabelArea area) {
    return new CxlLabelAreaJson(area.offset(), area.size(), CxlLabelArea.VERSION, area.used().size()
        + area.freeSlots(), area.used().size(), area.freeSlots(), area.current().reason(),
        LabelAreaJson.Index.of(area.indexes(), area.current()), shown(area).map(SlotLabel::of).toList());
  }

  /** {@return the slots that are shown, by their number: all that are taken, and what is left over and says its slot} */
  static Stream<CxlLabelSlot> shown(CxlLabelArea area) {
    Stream<CxlLabelSlot> left = area.stale().stream()
        .filter(place -> place.label().saidSlot().filter(said -> said == place.number()).isPresent());
    return Stream.concat(area.used().stream(), left).sorted((one, other) -> one.number() - other.number());
  }
}
