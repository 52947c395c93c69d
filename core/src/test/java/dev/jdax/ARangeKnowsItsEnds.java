// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@link DaxRange}: its end is inclusive, its page offset counts 4 KiB. */
class ARangeKnowsItsEnds {
  private final DaxRange range = new DaxRange(0x4000, 0x44000000, 0x2000000);

  @Test
  void theEndIsItsLastAddress() {
    assertThat(range.end()).isEqualTo(0x45ffffff);
    assertThat(range).hasToString("0x44000000-0x45ffffff");
  }

  @Test
  void theOffsetIsInBytes() {
    assertThat(range.offset()).isEqualTo(64 << 20);
    assertThat(new DaxRange(1L << 40, 0, 4096).offset()).isEqualTo(1L << 52);
  }
}
