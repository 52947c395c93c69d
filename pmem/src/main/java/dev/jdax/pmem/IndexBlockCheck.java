// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;

/**
 * What Linux asks of an index block, in the order in which it asks ({@code __nd_label_validate} in
 * drivers/nvdimm/label.c; L-23 in docs/reference/linux.md).
 *
 * <p>Linux stops at the first failure and ignores the block; here the others are told as well.
 */
final class IndexBlockCheck {
  private static final String IGNORED = "Linux ignores this block";

  private final int number;
  private final LabelGeometry geometry;
  private final long offset;
  private final List<Problem> problems = new ArrayList<>();

  private IndexBlockCheck(int number, LabelGeometry geometry, long offset) {
    this.number = number;
    this.geometry = geometry;
    this.offset = offset;
  }

  /**
   * {@return what is wrong; empty if Linux takes the block}
   *
   * @param bytes as many as an index block of this geometry has
   * @param number which of the two blocks it is
   * @param geometry the geometry that is tried
   * @param offset where the block is in the file
   */
  static List<Problem> of(byte[] bytes, int number, LabelGeometry geometry, long offset) {
    IndexBlockCheck check = new IndexBlockCheck(number, geometry, offset);
    IndexBlock.parse(bytes).ifPresentOrElse(check::fields, () -> check.add("signature", 0,
        Bytes.copyOf(bytes, 0, Math.min(bytes.length, 16)).toString(), "\"NAMESPACE_INDEX\" and a zero byte"));
    return List.copyOf(check.problems);
  }

  private void fields(IndexBlock block) {
    int size = geometry.indexSize();
    labelSize(block);
    long sum = block.computedChecksum();
    if (block.checksum() != sum) {
      add("checksum", IndexBlock.CHECKSUM, ByteSize.hex(block.checksum()),
          ByteSize.hex(sum) + ", the sum of the " + size + " bytes of the block");
    }
    if (block.cycle() == 0) {
      add("seq", 20, Long.toString(block.sequence()), "one whose lowest two bits are not both 0");
    }
    long me = (long) number * size;
    long other = size - me;
    exactly("myoff", 24, block.myOffset(), me, "where this block stands");
    exactly("otheroff", 40, block.otherOffset(), other, "where the other block stands");
    exactly("labeloff", 48, block.labelOffset(), geometry.labelOffset(), "where the first label stands");
    if (Long.compareUnsigned(block.mySize(), IndexBlock.HEADER) < 0
        || Long.compareUnsigned(block.mySize(), size) > 0) {
      add("mysize", 32, Long.toUnsignedString(block.mySize()), IndexBlock.HEADER + " to " + size);
    }
    long most = (geometry.areaSize() - geometry.labelOffset()) / geometry.version().labelSize();
    if (block.slots() > most) {
      add("nslot", 56, Long.toString(block.slots()),
          "at most " + most + ", as many labels of " + geometry.version().labelSize()
              + " bytes as the area has room for");
    }
  }

  private void labelSize(IndexBlock block) {
    int tried = geometry.version().labelSize();
    int said = block.labelSize();
    if (said == 0) {
      add("labelsize", 19, Integer.toString(block.labelSizeCode()), "0 (128 bytes) or 1 (256 bytes)");
    } else if (said != tried && block.saysLabelSize()) {
      add("labelsize", 19, block.labelSizeCode() + " (" + said + " bytes)",
          geometry.version().code() + " (" + tried + " bytes), the size that is tried");
    } else if (said != tried) {
      add("version", 60, block.major() + "." + block.minor() + ", which has labels of 128 bytes",
          "1.2 or later, for labels of " + tried + " bytes");
    }
  }

  private void exactly(String field, int at, long value, long allowed, String meaning) {
    if (value != allowed) {
      add(field, at, ByteSize.hex(value), ByteSize.hex(allowed) + ", " + meaning);
    }
  }

  private void add(String field, int at, String value, String allowed) {
    problems.add(new Problem("index block " + number, field, offset + at, value, allowed, IGNORED));
  }
}
