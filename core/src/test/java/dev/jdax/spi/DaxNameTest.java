// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DaxNameTest {
  @ParameterizedTest
  @CsvSource({"dax0.0, 0, 0", "dax0.1, 0, 1", "dax10.20, 10, 20", "dax999999999.1000000000, 999999999, 1000000000",
      "dax2147483647.2147483647, 2147483647, 2147483647"})
  void whatIsPrintedIsReadAsTheSame(String text, int region, int id) {
    assertThat(DaxName.of(text)).contains(new DaxName(region, id));
    assertThat(new DaxName(region, id)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "dax", "dax0", "dax0.", "dax.0", "0.0", "Dax0.0", " dax0.0", "dax0.0 ", "dax0.0\n",
      "dax0.0.0", "dax-1.0", "dax0.-1", "dax+1.0", "dax00.0", "dax0.00", "dax0.01", "dax2147483648.0",
      "dax0.2147483648", "dax99999999999.0", "dax0.99999999999", "dax0x1.0", "dax\u0661.0", "namespace0.0",
      "/dev/dax0.0"})
  void whatLinuxNeverPrintsIsNoName(String text) {
    assertThat(DaxName.of(text)).isEmpty();
  }

  @Test
  void ofRandomNumbers() {
    Seeds.each(10, random -> {
      DaxName name = new DaxName(random.nextInt() >>> 1 + random.nextInt(31), random.nextInt() >>> 1);
      assertThat(DaxName.of(name.toString())).contains(name);
    });
  }
}
