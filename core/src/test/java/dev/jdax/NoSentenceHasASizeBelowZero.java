// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;

import dev.jdax.hmem.HmemRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers at the end of 63 bits: what a sentence names and proposes is a size that there is. */
class NoSentenceHasASizeBelowZero {
  private static final long MIB = 1L << 20;

  /** Something that is refused. */
  private interface Step {
    void run() throws Exception;
  }

  private static void assertNothingIsBelowZero(Step step) {
    Throwable thrown = catchThrowable(step::run);
    assertThat(thrown).isNotNull();
    assertThat(thrown.getMessage()).doesNotContainPattern("-\\d+ ([KMGTPE]iB|bytes?)").doesNotContain("0xffffffff")
        .doesNotContain("0x8000000000000000").doesNotContain(" 0 bytes");
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 4095, Long.MAX_VALUE - 4096, Long.MAX_VALUE - (2 << 20) + 1,
      Long.MAX_VALUE - (1 << 30) + 1, 1L << 62, (1L << 62) + 1})
  void ofTheRulesOfDevices(long huge) throws Exception {
    for (PageSize page : PageSize.values()) {
      assertNothingIsBelowZero(() -> {
        try (DaxBus bus = DaxBus.create()) {
          bus.add(HmemRegion.of(huge, page));
        }
      });
    }
    try (DaxBus bus = DaxBus.create(); DaxRegion region = bus.add(HmemRegion.of(4 * MIB, PageSize.SIZE_4K))) {
      DaxDevice device = region.create(2 * MIB);
      for (Step step : List.<Step>of(() -> region.create(huge), () -> region.create(huge, PageSize.SIZE_1G),
          () -> device.resize(huge), () -> device.resize(huge, OnMapped.REVOKE),
          () -> device.map(Access.READ_WRITE, huge, 4096), () -> device.map(Access.READ_WRITE, 0, huge),
          () -> device.attribute("size").store(Long.toString(huge)),
          () -> device.attribute("size").store(Long.toUnsignedString(-huge)))) {
        assertNothingIsBelowZero(step);
      }
    }
  }

  @Test
  void ofRangesOfAMapping() throws Exception {
    try (DaxBus bus = DaxBus.create();
        DaxRegion region = bus.add(HmemRegion.of(4 * MIB, PageSize.SIZE_4K));
        DaxMapping mapping = region.create(2 * MIB).map(Access.READ_WRITE)) {
      for (Step step : List.<Step>of(() -> mapping.flush(Long.MAX_VALUE, 1),
          () -> mapping.fill(1, Long.MAX_VALUE, (byte) 0),
          () -> mapping.firstUnreachable(0, Long.MAX_VALUE))) {
        assertNothingIsBelowZero(step);
      }
    }
  }
}
