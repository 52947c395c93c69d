// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.pmem.Abstraction;
import dev.jdax.pmem.CurrentIndex;
import dev.jdax.pmem.IndexBlock;
import dev.jdax.pmem.IndexCopy;
import dev.jdax.pmem.Label;
import dev.jdax.pmem.LabelArea;
import dev.jdax.pmem.LabelSlot;
import dev.jdax.pmem.LabelVersion;

/** A label area for people: its index blocks and its labels, each in a line. */
final class LabelAreaText {
  private final PrintWriter out;

  LabelAreaText(PrintWriter out) {
    this.out = out;
  }

  /** {@return size, place, version and slots, in one line} */
  static String summary(LabelArea area) {
    return ByteSize.format(area.size()) + " at " + ByteSize.hex(area.offset()) + ", version " + area.version()
        + (area.blank() ? " (as it seems)" : "") + ", " + area.used().size() + " slots used, " + area.freeSlots()
        + " free";
  }

  /** Prints the index blocks of an area, of NVDIMMs or of CXL memory. */
  static void printIndexes(PrintWriter out, List<IndexCopy> indexes, CurrentIndex chosen) {
    Table blocks = new Table().row("index block", "at", "seq", "");
    for (IndexCopy copy : indexes) {
      boolean current = chosen.number().orElse(-1) == copy.number();
      blocks.row(Integer.toString(copy.number()), ByteSize.hex(copy.offset()),
          copy.block().map(IndexBlock::sequence).map(Object::toString).orElse("-"),
          (copy.valid() ? "valid" : "NOT valid") + (current ? ", current: " + chosen.reason() : ""));
    }
    blocks.print(out, "");
    out.println();
  }

  void print(LabelArea area) {
    printIndexes(out, area.indexes(), area.current());
    List<LabelSlot> shown = LabelAreaJson.shown(area).toList();
    if (shown.isEmpty()) {
      out.println("no labels");
      return;
    }
    Table labels = new Table().row("slot", "state", "name", "for", "raw size", "from", "uuid");
    for (LabelSlot slot : shown) {
      Label label = slot.label();
      labels.row(Integer.toString(slot.number()), state(slot), Printable.quoted(label.name()), purpose(label),
          Sizes.inWords(label.rawSize()), ByteSize.hex(label.dpa()), label.uuid().toString());
    }
    labels.print(out, "");
  }

  /** {@return what Linux makes of the content of the slot} */
  static String state(LabelSlot slot) {
    return state(slot.used(), slot.valid());
  }

  static String state(boolean used, boolean valid) {
    return !used ? "left over" : valid ? "valid" : "NOT valid";
  }

  /** {@return the mode that the label allows} */
  private static String purpose(Label label) {
    if (label.version() == LabelVersion.V1_1) {
      return "any mode";
    }
    return label.abstraction().map(LabelAreaText::word).orElse("?");
  }

  static String word(Abstraction abstraction) {
    return switch (abstraction) {
      case NONE -> "any mode";
      case PFN -> "fsdax";
      case DAX -> "devdax";
      case BTT, BTT2 -> "sector";
    };
  }
}
