// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link ByteSize}: writing and reading sizes without rounding. */
class ASizeIsWrittenExactly {
  @ParameterizedTest
  @CsvSource({"0, 0 bytes", "1, 1 byte", "2, 2 bytes", "1023, 1023 bytes", "1024, 1 KiB", "1025, 1025 bytes",
      "1536, 1536 bytes", "4096, 4 KiB", "2097152, 2 MiB", "2101248, 2052 KiB", "1073741824, 1 GiB",
      "1099511627776, 1 TiB", "1125899906842624, 1 PiB", "1152921504606846976, 1 EiB", "4611686018427387904, 4 EiB",
      "9223372036854775807, 9223372036854775807 bytes"})
  void theLargestUnitThatDividesIsTaken(long bytes, String text) {
    assertThat(ByteSize.format(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "17, 17", "17 bytes, 17", "1 byte, 1", "17B, 17", "4K, 4096", "4k, 4096", "4KB, 4096",
      "4KiB, 4096", "4 kib, 4096", "256M, 268435456", "' 1 GiB ', 1073741824", "3T, 3298534883328",
      "1P, 1125899906842624", "7E, 8070450532247928832", "007M, 7340032",
      "9223372036854775807, 9223372036854775807"})
  void digitsAndAUnitAreRead(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "M", "-1", "+1", "1.5G", "0x1000", "1 X", "1 MM", "1Mi", "1ib", "1 2", "1M1",
      "1,000",
      "\u0661", "1\u00a0M"})
  void nonsenseIsNoSize(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" is not a size; write digits and one of K, M, G, T, P, E, as in 256M");
  }

  @ParameterizedTest
  @ValueSource(strings = {"8E", "8192P", "9223372036854775808", "99999999999999999999", "9007199254740992K"})
  void whatNoLongHoldsIsTooLarge(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" is larger than any memory: at most 2^63 - 1 bytes");
  }

  @Test
  void whatIsWrittenIsReadAsTheSame() {
    Seeds.each(10, random -> {
      for (int i = 0; i < 1_000; i++) {
        int shift = random.nextInt(63);
        long bytes = random.nextLong(Long.MAX_VALUE >>> shift) << random.nextInt(shift + 1);
        assertThat(ByteSize.parse(ByteSize.format(bytes))).isEqualTo(bytes);
      }
    });
  }

  @Test
  void addressesAreUnsignedHexadecimals() {
    assertThat(ByteSize.hex(0)).isEqualTo("0x0");
    assertThat(ByteSize.hex(0x44000000)).isEqualTo("0x44000000");
    assertThat(ByteSize.hex(-1)).isEqualTo("0xffffffffffffffff");
  }
}
