// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.BitSet;
import java.util.List;

import dev.jdax.ByteSize;

/**
 * The writes that change a label area, so that a power failure leaves the state before or the state after them
 * ({@code nd_pmem_namespace_label_update} in drivers/nvdimm/label.c; L-86 and L-88 in docs/reference/linux.md).
 *
 * <p>Labels are written only into slots that the current index block has free, where nobody sees them. Of the index
 * blocks only the one that is not current is ever written over; it becomes current by its next sequence number, and a
 * torn one by its checksum does not.
 */
final class LabelUpdate {
  private LabelUpdate() {
  }

  /** {@return the write that makes these slots the free ones} */
  static MediaStep index(LabelArea area, BitSet free, String what) {
    int next = 1 - area.current().number().orElseThrow();
    return index(area, next, area.index().orElseThrow().successor(free), what);
  }

  private static MediaStep index(LabelArea area, int number, IndexBlock block, String what) {
    return MediaStep.of("index block " + number + ", sequence number " + block.sequence() + ", " + what,
        area.offset() + (long) number * area.geometry().indexSize(), block.toBytes());
  }

  /** {@return the write of a label into the slot that it says} */
  static MediaStep label(LabelArea area, Label label) {
    return MediaStep.of("label of " + label.uuid() + " in slot " + label.slot(),
        area.offset() + area.geometry().slotOffset((int) label.slot()), label.toBytes());
  }

  /** {@return the lowest free slot of an area that has one} */
  static int lowestFreeSlot(LabelArea area) {
    return area.index().orElseThrow().freeSlots().nextSetBit(0);
  }

  /**
   * {@return the writes that leave no label: both index blocks one after the other, and then the slots, which nobody
   * sees any more}
   */
  static List<MediaStep> emptying(LabelArea area) {
    int current = area.current().number().orElseThrow();
    IndexBlock block = area.index().orElseThrow();
    BitSet all = new BitSet();
    all.set(0, block.mappedSlots());
    IndexBlock first = block.successor(all);
    long slots = area.geometry().labelOffset();
    return List.of(index(area, 1 - current, first, "all slots free").withBarrier(),
        index(area, current, first.successor(all), "all slots free"),
        MediaStep.of("zeros over the slots", area.offset() + slots, new byte[(int) (area.size() - slots)])
            .withBarrier());
  }

  /**
   * {@return the write that makes a label area of any bytes in which no index block is valid}
   *
   * <p>Two index blocks with Linux's sequence numbers for a fresh area, and zeros. In parts it is a blank area, until
   * one of the index blocks is whole.
   */
  static MediaStep fresh(LabelGeometry geometry, long offset) {
    byte[] area = new byte[(int) geometry.areaSize()];
    for (int number = 0; number < 2; number++) {
      byte[] block = IndexBlock.blank(geometry, number, 3 - number).toBytes();
      System.arraycopy(block, 0, area, number * geometry.indexSize(), block.length);
    }
    return MediaStep.of("empty label area, version " + geometry.version() + ", " + geometry.slots() + " slots of "
        + ByteSize.format(geometry.version().labelSize()), offset, area).withBarrier();
  }
}
