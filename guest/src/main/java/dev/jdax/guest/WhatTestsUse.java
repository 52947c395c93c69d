// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs on the host, and loads the classes that nearly every test in the guest loads. */
class WhatTestsUse {
  @Test
  void jdaxAndAssertions() throws DaxException {
    try (DaxBus bus = DaxBus.create()) {
      DaxDevice device = bus.add(HmemRegion.of(1 << 20, PageSize.SIZE_4K)).create(1 << 20);
      try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
        mapping.segment().set(ValueLayout.JAVA_LONG, 0, 42);
        assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
      }
      assertThat(List.of(device.name())).containsExactly("dax0.0");
      assertThatThrownBy(() -> device.resize(1)).isInstanceOf(DaxException.class).hasMessageContaining("dax");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = 1)
  void parameters(int one) {
    assertThat(one).isPositive();
  }
}
