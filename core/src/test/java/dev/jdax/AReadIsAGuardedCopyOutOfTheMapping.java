// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

import dev.jdax.spi.MemoryInADomain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link DaxMapping#read}. */
class AReadIsAGuardedCopyOutOfTheMapping {
  private static final int SIZE = 4 << 20;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofAnyLengthAtAnyPlaceIntoAnyMemory(boolean mayVanish) throws Exception {
    MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.NONE, mayVanish, SIZE);
    byte[] bytes = new byte[SIZE];
    new Random(1).nextBytes(bytes);
    try (DaxBus bus = DaxBus.withDrivers(memory);
        Arena arena = Arena.ofConfined();
        DaxMapping mapping = bus.add(memory).devices().getFirst().map(Access.READ_WRITE)) {
      mapping.copyFrom(0, MemorySegment.ofArray(bytes));
      MemorySegment expected = MemorySegment.ofArray(bytes);
      for (long from : new long[]{0, 1, 63, 4096, 1_000_003}) {
        for (long length : new long[]{0, 1, 7, 64, 4095, 4096, 4097, (1 << 20) + 1, SIZE - 1_000_003}) {
          MemorySegment array = MemorySegment.ofArray(new byte[(int) length + 2]);
          MemorySegment nativeMemory = arena.allocate(length + 2);
          for (MemorySegment target : new MemorySegment[]{array, nativeMemory}) {
            mapping.read(from, target.asSlice(1, length));
            assertThat(target.asSlice(1, length).mismatch(expected.asSlice(from, length))).isEqualTo(-1);
            assertThat(target.get(JAVA_BYTE, 0)).isZero();
            assertThat(target.get(JAVA_BYTE, length + 1)).isZero();
          }
        }
      }
    }
  }

  @Test
  void whatCannotBeIsRefused() throws Exception {
    MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.NONE, true, SIZE);
    try (DaxBus bus = DaxBus.withDrivers(memory)) {
      DaxDevice device = bus.add(memory).devices().getFirst();
      DaxMapping mapping = device.map(Access.READ_ONLY);
      MemorySegment target = MemorySegment.ofArray(new byte[8]);
      mapping.read(SIZE - 8, target);
      assertThatThrownBy(() -> mapping.read(SIZE - 7, target)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> mapping.read(-1, target)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> mapping.read(0, null)).isInstanceOf(NullPointerException.class).hasMessage("target");
      assertThatThrownBy(() -> mapping.read(0, target.asReadOnly())).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("read-only");
      try (DaxMapping writable = device.map(Access.READ_WRITE)) {
        assertThatThrownBy(() -> writable.read(0, writable.segment().asSlice(8, 100)))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("overlaps what is read");
        writable.read(0, writable.segment().asSlice(100, 100));
      }
      memory.truncate(4096 + 5);
      assertThatThrownBy(() -> mapping.read(8190, target)).isInstanceOf(DaxException.class)
          .hasMessageStartingWith("cannot read 8 bytes at 0x1ffe of the " + mapping).hasMessageEndingWith("(EFAULT)");
      Arena closed = Arena.ofShared();
      MemorySegment gone = closed.allocate(8);
      closed.close();
      assertThatThrownBy(() -> mapping.read(0, gone)).isInstanceOf(IllegalStateException.class);
      mapping.close();
      assertThatThrownBy(() -> mapping.read(0, target)).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is closed");
    }
  }
}
