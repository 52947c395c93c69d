// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jdax.DaxException;
import dev.jdax.PageSize;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes and bases at the end of 63 bits, and next to nothing. */
class NoPlanProposesAnAddressThatThereIsNot {
  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 4095, Long.MAX_VALUE - (2 << 20) + 1, 1L << 62, (1L << 52) + 1,
      (1L << 52) - 1, 1, 4095})
  void inASentence(long number) {
    for (PageSize page : PageSize.values()) {
      for (MapLocation map : MapLocation.values()) {
        for (Throwable thrown : new Throwable[]{catchThrowable(() -> Plan.ofRaw(number, 1L << 32, page, map)),
            catchThrowable(() -> Plan.ofRaw(64 << 20, number, page, map)),
            catchThrowable(() -> Plan.forUsable(1, number, page, map, 4096)),
            catchThrowable(() -> Plan.forUsable(Long.MAX_VALUE, number, page, map, 4096))}) {
          assertThat(thrown).isInstanceOf(DaxException.class);
          String remedy = thrown.getMessage().substring(thrown.getMessage().indexOf("; ") + 2);
          assertThat(thrown.getMessage()).doesNotContainPattern("-\\d+ ([KMGTPE]iB|bytes?)");
          assertThat(remedy).doesNotContain("0x8000000000000000", "0x10000000000000", "0x10000000200000", "0x7ff",
              "0x400000000");
        }
      }
    }
  }
}
