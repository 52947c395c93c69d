// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.pmem.CxlLabelArea;
import dev.jdax.pmem.CxlLabelSlot;
import dev.jdax.pmem.CxlNamespaceLabel;
import dev.jdax.pmem.CxlOtherLabel;
import dev.jdax.pmem.CxlRegionLabel;
import dev.jdax.pmem.Label;

/** A label area of CXL memory for people: its index blocks, and its labels of regions, namespaces and vendors. */
final class CxlLabelAreaText {
  private final PrintWriter out;

  CxlLabelAreaText(PrintWriter out) {
    this.out = out;
  }

  /** {@return size, place, version and slots, in one line} */
  static String summary(CxlLabelArea area) {
    return ByteSize.format(area.size()) + " at " + ByteSize.hex(area.offset()) + ", of CXL memory, version "
        + CxlLabelArea.VERSION + (area.blank() ? " (as it seems)" : "") + ", " + area.used().size() + " slots used, "
        + area.freeSlots() + " free";
  }

  void print(CxlLabelArea area) {
    LabelAreaText.printIndexes(out, area.indexes(), area.current());
    List<CxlLabelSlot> shown = CxlLabelAreaJson.shown(area).toList();
    if (shown.isEmpty()) {
      out.println("no labels");
      return;
    }
    Table labels = new Table().row("slot", "state", "label");
    for (CxlLabelSlot slot : shown) {
      String number = Integer.toString(slot.number());
      String state = LabelAreaText.state(slot.used(), slot.valid());
      labels.row(number, state, switch (slot.label()) {
        case CxlRegionLabel label -> region(label);
        case CxlNamespaceLabel label -> namespace(label);
        case CxlOtherLabel label -> "of a format that jdax does not know, " + label.type();
      });
    }
    labels.print(out, "");
  }

  private static String region(CxlRegionLabel label) {
    return "region " + label.uuid() + ": " + Sizes.inWords(label.rawSize()) + " from " + ByteSize.hex(label.dpa())
        + ", position " + label.position() + " of " + label.labelCount() + ", in turns of "
        + label.granularity().stream().mapToObj(Sizes::inWords).findFirst().orElse("code " + label.granularityCode())
        + ", mapped at " + ByteSize.hex(label.hpa()) + alignment(label.alignment()) + flags(label.flags());
  }

  private static String namespace(CxlNamespaceLabel label) {
    return "namespace " + label.uuid() + (label.name().isEmpty() ? "" : " " + Printable.quoted(label.name())) + " for "
        + label.abstraction().map(LabelAreaText::word).orElse("?") + ": " + Sizes.inWords(label.rawSize()) + " from "
        + ByteSize.hex(label.dpa()) + ", range " + label.position() + " of " + label.rangeCount() + ", sectors of "
        + label.lbaSize() + alignment(label.alignment()) + flags(label.flags()) + ", in region " + label.regionUuid();
  }

  /** {@return an alignment, which the labels have in units of 256 MiB, in words} */
  private static String alignment(long units) {
    return units == 0 ? "" : ", aligned to " + ByteSize.format(units << 28);
  }

  private static String flags(int flags) {
    return flags == 0 ? "" : (flags & Label.UPDATING) == flags ? ", updating" : ", flags " + ByteSize.hex(flags);
  }
}
