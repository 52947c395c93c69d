// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** A minor number has 20 bits; a device that would need more is refused, as Linux refuses it. */
class ABusHasAsManyNumbersAsLinux {
  @Test
  void theLastIsGivenOutAndNoneAfterIt() throws DaxException {
    try (DaxBus bus = DaxBus.create()) {
      for (int i = 0; i < 1 << 20; i++) {
        if (bus.takeMinor() != i) {
          throw new AssertionError("not the lowest: " + i);
        }
      }
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(bus::takeMinor).isInstanceOf(DaxException.class)
            .hasMessage("cannot give a device a number: a"
                + " bus has 1048576 of them, as Linux has, and all are taken; destroy devices that are not needed, or make"
                + " others on another bus (ENOMEM)");
      }
      bus.giveMinor(1048575);
      bus.giveMinor(5);
      assertThat(bus.takeMinor()).isEqualTo(5);
      assertThat(bus.takeMinor()).isEqualTo(1048575);
    }
  }
}
