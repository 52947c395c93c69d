// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jdax.hmem.HmemRegion;
import org.junit.jupiter.api.Test;

/** These tests run twice, and a driver is found by what each path has: the module's provides, and META-INF/services. */
class ADriverIsFoundOnBothPaths {
  @Test
  void thePathIsAsTheBuildSays() {
    assertThat(DaxBus.class.getModule().isNamed()).isEqualTo(Boolean.getBoolean("jdax.module-path"));
  }

  @Test
  void memoryOfThisMachineHasItsDriver() throws DaxException {
    try (DaxBus bus = DaxBus.create(); DaxRegion region = bus.add(HmemRegion.of(2L << 20, PageSize.SIZE_4K))) {
      assertThat(region.toString()).isEqualTo("region 0 (hmem: 2 MiB in pages of 4 KiB)");
    }
  }
}
