// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MultiplesTest {
  private static final long MIB_2 = 2 << 20;

  @Test
  void bothNeighboursAreNamed() {
    assertThat(Multiples.near(MIB_2 + 1, MIB_2, MIB_2, ByteSize::format)).isEqualTo("2 MiB or 4 MiB");
    assertThat(Multiples.near(4097, 4096, 0, ByteSize::hex)).isEqualTo("0x1000 or 0x2000");
    assertThat(Multiples.near(7, 4096, 0, ByteSize::hex)).isEqualTo("0x0 or 0x1000");
  }

  @Test
  void whatWouldBeRefusedIsNotNamed() {
    assertThat(Multiples.near(1, MIB_2, MIB_2, ByteSize::format)).isEqualTo("2 MiB");
    assertThat(Multiples.near(0, MIB_2, MIB_2, ByteSize::format)).isEqualTo("2 MiB");
  }

  @Test
  void whatNoLongHoldsIsNotNamed() {
    assertThat(Multiples.near(Long.MAX_VALUE, MIB_2, 0, ByteSize::hex)).isEqualTo("0x7fffffffffe00000");
    assertThat(Multiples.near(Long.MAX_VALUE, 1L << 62, 0, ByteSize::format)).isEqualTo("4 EiB");
  }
}
