// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

import org.junit.jupiter.api.Test;

/** The vectors of P-26. */
class TheChecksumIsFletcher64 {
  private static byte[] words(int... words) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(words).forEach(bytes::putInt);
    return bytes.array();
  }

  private static byte[] ones(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0xff);
    return bytes;
  }

  @Test
  void ofWords() {
    assertThat(Fletcher64.of(words())).isZero();
    assertThat(Fletcher64.of(words(1))).isEqualTo(0x0000000100000001L);
    assertThat(Fletcher64.of(words(1, 2, 3, 4))).isEqualTo(0x000000140000000aL);
    assertThat(Fletcher64.of(ones(16))).isEqualTo(0xfffffff6fffffffcL);
    assertThat(Fletcher64.of(ones(4096))).isEqualTo(0xfff7fe00fffffc00L);
  }

  @Test
  void ofAStructureLeavesItsOwnFieldOut() {
    byte[] structure = new byte[24];
    structure[0] = 7;
    long checksum = Fletcher64.of(structure);
    structure[20] = 9;
    assertThat(Fletcher64.ofStructure(structure, 16)).isEqualTo(checksum);
    assertThat(structure[20]).isEqualTo((byte) 9);
  }
}
