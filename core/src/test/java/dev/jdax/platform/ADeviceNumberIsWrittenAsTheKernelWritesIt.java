// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ADeviceNumberIsWrittenAsTheKernelWritesIt {
  @ParameterizedTest
  @CsvSource({"0x103, 1:3, 01:03", "0xfc00, 252:0, fc:00", "0x10302, 259:2, 103:02", "0x3cffffe, 4095:15614, fff:3cfe",
      "0xfff00025, 0:1048357, 00:fff25",
      "0xffffffff, 4095:1048575, fff:fffff", "0x100000000, 0:1048576, 00:100000"})
  void inSysfsInMapsAndInStat(String encoded, String inSysfs, String inMaps) {
    DeviceNumber number = new DeviceNumber(Long.decode(encoded));
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
    assertThatThrownBy(() -> DeviceNumber.of("252")).isInstanceOf(NumberFormatException.class);
  }
}
