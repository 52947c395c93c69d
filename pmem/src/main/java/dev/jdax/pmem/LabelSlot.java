// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.List;

/**
 * A slot of a label area, and the label that is in it.
 *
 * @param number which, from 0
 * @param offset where it is in the file
 * @param used whether the current index block counts it as taken; what is in a free slot is left over, and ignored
 * @param label the label
 * @param problems why Linux ignores the label even in a slot that is taken; empty if it does not
 */
public record LabelSlot(int number, long offset, boolean used, Label label, List<Problem> problems) {
  /**
   * {@return whether the label says this slot, and has the right checksum}
   */
  public boolean valid() {
    return problems.isEmpty();
  }
}
