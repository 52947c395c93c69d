// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;

/**
 * What is wrong with the region of an image as QEMU makes it: the memory backend's alignment may cut off what a label or
 * an info block counts on.
 *
 * @param problems what is wrong
 */
record RegionCheck(List<Problem> problems) {
  private static final String STRUCTURE = "region";

  static RegionCheck of(NvdimmImage image, Attachment attachment) {
    List<Problem> problems = new ArrayList<>();
    long alignment = attachment.backendGranule();
    String multiple = "a multiple of the alignment of QEMU's memory backend, " + ByteSize.format(alignment);
    if (attachment.base() % alignment != 0) {
      problems.add(new Problem(STRUCTURE, "base", 0, ByteSize.hex(attachment.base()), multiple,
          "QEMU refuses to place the DIMM there"));
    }
    long left = image.regionSize();
    if (image.cutOff() > 0 && left == 0) {
      problems.add(new Problem(STRUCTURE, "size", 0, ByteSize.hex(image.cutOff()),
          "at least " + ByteSize.format(alignment) + ", the alignment of QEMU's memory backend",
          "QEMU refuses the DIMM"));
      return new RegionCheck(problems);
    }
    String cut = "QEMU cuts the region down to " + multiple + ", and Linux does not see the last "
        + ByteSize.format(image.cutOff()) + " of it";
    image.labelArea().ifPresent(area -> area.reservations().stream()
        .filter(taken -> ends(taken.dpa(), taken.size(), left, image.cutOff()))
        .forEach(taken -> problems.add(new Problem(STRUCTURE, "size", left, ByteSize.hex(left), "at least "
            + ByteSize.hex(taken.dpa() + taken.size()) + ", where the space of the label in slot " + taken.slot()
            + " ends", cut))));
    image.namespaces().stream().filter(namespace -> namespace.label().isEmpty())
        .flatMap(namespace -> namespace.infoBlock().stream())
        .filter(block -> block.checksum() == block.computedChecksum())
        .filter(block -> ends(block.startPad() + block.dataOffset(), block.pages() * InfoBlock.PAGE, left,
            image.cutOff()))
        .forEach(block -> problems.add(new Problem(STRUCTURE, "size", left, ByteSize.hex(left), "at least "
            + ByteSize.hex(block.startPad() + block.dataOffset() + block.pages() * InfoBlock.PAGE)
            + ", where the data of the info block end", cut)));
    return new RegionCheck(problems);
  }

  /** {@return whether something ends in what is cut off; an end after that is no fault of the cut} */
  private static boolean ends(long start, long size, long left, long cutOff) {
    return start >= 0 && size >= 0 && start + size > left && start + size <= left + cutOff;
  }
}
