// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;

/**
 * A slot of a label area of CXL memory, and the label that is in it.
 *
 * @param number which, from 0
 * @param offset where it is in the file
 * @param used whether the current index block counts it as taken; what is in a free slot is left over
 * @param label the label
 * @param problems what is wrong with the label by itself; empty if nothing is
 */
public record CxlLabelSlot(int number, long offset, boolean used, CxlLabel label, List<Problem> problems) {
  private static final String IGNORED = "software that knows CXL labels does not heed the label";

  /**
   * {@return whether nothing is wrong with the label by itself}
   */
  public boolean valid() {
    return problems.isEmpty();
  }

  static CxlLabelSlot of(int number, long offset, boolean used, CxlLabel label) {
    CxlLabelSlot slot = new CxlLabelSlot(number, offset, used, label, List.of());
    return new CxlLabelSlot(number, offset, used, label, slot.check());
  }

  private List<Problem> check() {
    List<Problem> found = new ArrayList<>();
    long sum = label.computedChecksum();
    if (label.checksum() != sum) {
      found.add(problem("checksum", LabelField.CHECKSUM, ByteSize.hex(label.checksum()),
          ByteSize.hex(sum) + ", the sum of the 256 bytes of the label", IGNORED));
    }
    switch (label) {
      case CxlRegionLabel region -> {
        checkSlot(found, region.slot(), CxlRegionLabel.SLOT);
        checkPosition(found, region.position(), region.labelCount(), CxlRegionLabel.POSITION, "nlabel");
      }
      case CxlNamespaceLabel namespace -> {
        checkSlot(found, namespace.slot(), CxlNamespaceLabel.SLOT);
        checkPosition(found, namespace.position(), namespace.rangeCount(), CxlNamespaceLabel.POSITION, "nrange");
      }
      case CxlOtherLabel other -> {
        // Nothing but the checksum is known of it.
      }
    }
    return List.copyOf(found);
  }

  private void checkSlot(List<Problem> found, long said, int at) {
    if (said != number) {
      found.add(problem("slot", at, Long.toString(said), number + ", the slot that it stands in", IGNORED));
    }
  }

  private void checkPosition(List<Problem> found, int position, int count, int at, String field) {
    if (position >= count) {
      found.add(problem("position", at, Integer.toString(position), "less than " + field + ", which is " + count,
          "the label belongs to no region or namespace that is whole"));
    }
  }

  Problem problem(String field, int at, String value, String allowed, String consequence) {
    return new Problem("CXL label in slot " + number, field, offset + at, value, allowed, consequence);
  }
}
