// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * How large the label area at the end of an image is, which nothing says.
 *
 * <p>QEMU's option {@code label-size} is at least 128 KiB and DIMMs have 128 KiB, so that the sizes from 128 KiB to
 * 2 MiB are tried, by 4 KiB. A size fits if an index block with a signature is where one of that size has it, and
 * says its own place, the other's and the labels' as that size has them. A size with a block that Linux accepts is
 * better than one with a damaged block; of equal ones the smallest counts, since what is before a label area is the
 * user's. A file that is a label area and nothing else, as {@code ndctl read-labels -o} writes it, may have any size.
 */
final class LabelAreaSize {
  static final int SMALLEST = 128 << 10;
  static final int LARGEST = 2 << 20;
  private static final int STEP = 4 << 10;

  private LabelAreaSize() {
  }

  /**
   * {@return the size of the label area that ends where these bytes end, or empty if there is none}
   *
   * @param tail the last {@link #LARGEST} bytes of a file, or all of a shorter one
   */
  static OptionalInt in(byte[] tail) {
    OptionalInt damaged = OptionalInt.empty();
    for (int size = SMALLEST; size <= Math.min(tail.length, LARGEST); size += STEP) {
      Found found = look(tail, size);
      if (found == Found.VALID) {
        return OptionalInt.of(size);
      }
      damaged = damaged.isEmpty() && found == Found.DAMAGED ? OptionalInt.of(size) : damaged;
    }
    if (tail.length < LARGEST && (tail.length < SMALLEST || tail.length % STEP != 0)) {
      // A file may be a label area and nothing else, and then has its size, whatever that is.
      Found found = look(tail, tail.length);
      return found == Found.VALID || found == Found.DAMAGED && damaged.isEmpty()
          ? OptionalInt.of(tail.length)
          : damaged;
    }
    return damaged;
  }

  private enum Found {
    NOTHING, DAMAGED, VALID
  }

  /** {@return what is where an area of a size has its index blocks} */
  private static Found look(byte[] tail, int size) {
    Found best = Found.NOTHING;
    for (LabelVersion version : LabelVersion.values()) {
      LabelGeometry geometry = new LabelGeometry(size, version);
      for (int number = 0; number < 2 && geometry.usable(); number++) {
        int at = tail.length - size + number * geometry.indexSize();
        if (IndexBlock.signed(tail, at)) {
          byte[] block = Arrays.copyOfRange(tail, at, at + geometry.indexSize());
          if (IndexBlockCheck.of(block, number, geometry, at).isEmpty()) {
            return Found.VALID;
          }
          if (fits(IndexBlock.parse(block).orElseThrow(), number, geometry)) {
            best = Found.DAMAGED;
          }
        }
      }
    }
    return best;
  }

  private static boolean fits(IndexBlock block, int number, LabelGeometry geometry) {
    long size = geometry.indexSize();
    return block.myOffset() == number * size && block.otherOffset() == (1 - number) * size
        && block.labelOffset() == geometry.labelOffset();
  }
}
