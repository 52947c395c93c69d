// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

/** What a power failure may leave of the stores to one line of the cache. */
enum Tearing {
  /** Each word in any state that it was seen in. */
  LINES(Line.WORD),
  /** What was there at a point, and of the stores up to the next one any. */
  STORES(PowerFailures.LINE),
  /** What was there at a point. */
  NOTHING(PowerFailures.LINE);

  private final int block;

  Tearing(int block) {
    this.block = block;
  }

  /** {@return how many bytes keep the order of their points} */
  int block() {
    return block;
  }
}
