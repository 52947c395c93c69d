// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ADeviceNumberIsWrittenAsTheKernelWritesIt {
  @ParameterizedTest
  @CsvSource({"0x103, 1:3, 01:03", "0xfc00, 252:0, fc:00", "0x10302, 259:2, 103:02", "0x3cffffe, 4095:15614, fff:3cfe",
      "0xfff00025, 0:1048357, 00:fff25",
      "0xffffffff, 4095:1048575, fff:fffff", "0x100000000, 0:1048576, 00:100000", "0x0, 0:0, 00:00",
      "0xff, 0:255, 00:ff", "0x100000, 0:256, 00:100", "0xfff00, 4095:0, fff:00",
      "0x100000000000, 4096:0, 1000:00", "0xffffff000ff, 0:4294967295, 00:ffffffff",
      "0xfffff000000fff00, 4294967295:0, ffffffff:00",
      "0xffffffffffffffff, 4294967295:4294967295, ffffffff:ffffffff"})
  void inSysfsInMapsAndInStat(String encoded, String inSysfs, String inMaps) {
    DeviceNumber number = new DeviceNumber(Long.parseUnsignedLong(encoded.substring(2), 16));
    assertThat(number).hasToString(inSysfs).isEqualTo(DeviceNumber.of(inSysfs));
    assertThat(number.inHex()).isEqualTo(inMaps);
  }

  @Test
  void asTheKernelEncodesThatOfDevNull() throws Exception {
    long encoded = ((Number) Files.getAttribute(Path.of("/dev/null"), "unix:rdev")).longValue();
    assertThat(DeviceNumber.of("1:3").encoded()).isEqualTo(encoded);
    assertThat(Fd.statusOf(Path.of("/dev/null")).majorAndMinor()).isEqualTo("1:3");
  }

  @Test
  void aTextOfAnotherFormIsNone() {
    for (String text : List.of("", "252", "252:", ":0", "252:0:0", "252:0\n", "-1:0", "0:-1", "+1:0", " 1:0", "fc:00",
        "99999999999:0", "\u0661:0")) {
      assertThatThrownBy(() -> DeviceNumber.of(text)).as(text).isInstanceOf(NumberFormatException.class);
    }
  }

  @Test
  void neitherNumberHasMoreThanThirtyTwoBits() {
    for (String text : List.of("4294967296:0", "0:4294967296", "9999999999:0")) {
      assertThatThrownBy(() -> DeviceNumber.of(text)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("device " + text + ": both numbers are of 32 bits");
    }
    assertThatThrownBy(() -> DeviceNumber.of(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DeviceNumber.of(0, -1)).isInstanceOf(IllegalArgumentException.class);
  }
}
