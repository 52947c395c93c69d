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
      "1P, 1125899906842624", "7E, 8070450532247928832", "007M, 7340032", "010, 10", "08, 8",
      "9223372036854775807, 9223372036854775807", "0x0, 0", "0x4000000, 67108864", "0X4000000, 67108864",
      "0x1b, 27", "0xE, 14", "0xabCDef, 11259375", "' 0x1000 ', 4096", "0x00000000000000000000000001, 1",
      "0x7fffffffffffffff, 9223372036854775807"})
  void digitsAndAUnitAreRead(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "M", "-", "--1", "+1", "1.5G", "0x", "0xg", "x10", "00x10", "0x 10", "1e3", "0b1",
      "1_000", "12abc", "1 X", "1 MM", "1Mi", "1ib", "1 2", "1M1",
      "1,000",
      "\u0661", "1\u00a0M"})
  void nonsenseIsNoSize(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" is not a size; write digits and one of K, M, G, T, P, E, as in 256M, or "
            + "hexadecimal digits after 0x, as in 0x10000000");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"-1 | , which is never negative", "-0x10 | , which is never negative",
      "-4K | , which is never negative", "0x10M | : no unit follows hexadecimal digits",
      "0x10 KiB | : no unit follows hexadecimal digits", "0X10g | : no unit follows hexadecimal digits"})
  void whatIsNotPlainToSeeIsSaid(String text, String reason) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "\"" + text + "\" is not a size" + reason + "; write digits and one of K, M, G, T, P, E, as in 256M, "
                + "or hexadecimal digits after 0x, as in 0x10000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"8E", "8192P", "9223372036854775808", "99999999999999999999", "9007199254740992K",
      "0x8000000000000000", "0xffffffffffffffff", "0x10000000000000000"})
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
        assertThat(ByteSize.parse(ByteSize.hex(bytes))).isEqualTo(bytes);
        assertThat(ByteSize.parseAddress(ByteSize.hex(bytes))).isEqualTo(bytes);
      }
    });
  }

  @Test
  void addressesAreUnsignedHexadecimals() {
    assertThat(ByteSize.hex(0)).isEqualTo("0x0");
    assertThat(ByteSize.hex(0x44000000)).isEqualTo("0x44000000");
    assertThat(ByteSize.hex(-1)).isEqualTo("0xffffffffffffffff");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"0xg | is not an address; write one as in 0x100000000 or 4G",
      "-4G | is not an address, which is never negative; write one as in 0x100000000 or 4G",
      "0x1000K | is not an address: no unit follows hexadecimal digits; write one as in 0x100000000 or 4G",
      "0x8000000000000000 | is larger than any address: at most 2^63 - 1",
      "8E | is larger than any address: at most 2^63 - 1"})
  void nonsenseIsNoAddress(String text, String reason) {
    assertThat(ByteSize.parseAddress("4G")).isEqualTo(ByteSize.parseAddress("0x100000000")).isEqualTo(1L << 32);
    assertThatThrownBy(() -> ByteSize.parseAddress(text)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" " + reason);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0x0, 0", "9223372036854775808, -9223372036854775808", "18446744073709551615, -1",
      "0xffffffffffffffff, -1", "0x00ba90120012b4dc, 52512752653219036"})
  void aNumberMayHaveSixtyFourBits(String text, long number) {
    assertThat(ByteSize.parseUnsigned(text, "a cookie")).isEqualTo(number);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "x | is not a cookie; write decimal digits, or hexadecimal digits after 0x",
      "0x+5 | is not a cookie; write decimal digits, or hexadecimal digits after 0x",
      "4K | is not a cookie; write decimal digits, or hexadecimal digits after 0x",
      "4 bytes | is not a cookie; write decimal digits, or hexadecimal digits after 0x",
      "0x1K | is not a cookie; write decimal digits, or hexadecimal digits after 0x",
      "-1 | is not a cookie, which is never negative; write decimal digits, or hexadecimal digits after 0x",
      "18446744073709551616 | is too large for a cookie: at most 2^64 - 1",
      "0x10000000000000000 | is too large for a cookie: at most 2^64 - 1"})
  void aNumberWithoutAUnitHasNone(String text, String reason) {
    assertThatThrownBy(() -> ByteSize.parseUnsigned(text, "a cookie")).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" " + reason);
  }
}
