// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.List;
import java.util.OptionalInt;

/**
 * Which of two index blocks counts, as Linux decides it ({@code best_seq} in drivers/nvdimm/label.c).
 *
 * @param number which, 0 or 1; empty if neither is valid
 * @param reason why, in words
 */
public record CurrentIndex(OptionalInt number, String reason) {
  static CurrentIndex of(List<IndexCopy> copies) {
    List<IndexCopy> valid = copies.stream().filter(IndexCopy::valid).toList();
    if (valid.isEmpty()) {
      return new CurrentIndex(OptionalInt.empty(), "neither index block is valid");
    }
    if (valid.size() == 1) {
      int only = valid.getFirst().number();
      return new CurrentIndex(OptionalInt.of(only), "only index block " + only + " is valid");
    }
    return of(copies.get(0).block().orElseThrow().cycle(), copies.get(1).block().orElseThrow().cycle());
  }

  /** {@return which of two valid blocks counts, by what counts of their sequence numbers} */
  private static CurrentIndex of(int zero, int one) {
    if (zero == one) {
      return new CurrentIndex(OptionalInt.of(1),
          "both have sequence number " + zero + ", and then Linux takes block 1");
    }
    // Of three numbers in a circle one of any two follows the other.
    boolean second = IndexBlock.nextSequence(zero) == one;
    return new CurrentIndex(OptionalInt.of(second ? 1 : 0),
        second ? "sequence number " + one + " follows " + zero : "sequence number " + zero + " follows " + one);
  }
}
