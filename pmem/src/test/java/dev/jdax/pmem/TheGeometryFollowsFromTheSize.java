// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link LabelGeometry}: the vectors of L-03, and what ndctl was seen to make. */
class TheGeometryFollowsFromTheSize {
  @ParameterizedTest
  @CsvSource({"768, 1.1, 256, 2", "1024, 1.1, 256, 4", "1024, 1.2, 256, 2", "4096, 1.1, 256, 28", "4096, 1.2, 256, 14",
      "65536, 1.1, 256, 508", "65536, 1.2, 256, 254", "131072, 1.1, 256, 1020", "131072, 1.2, 256, 510",
      "262144, 1.1, 512, 2040", "262144, 1.2, 256, 1022", "1048576, 1.1, 1280, 8172", "1048576, 1.2, 768, 4090"})
  void blocksAndSlots(int areaSize, String version, int indexSize, int slots) {
    LabelGeometry geometry = new LabelGeometry(areaSize, LabelVersion.parse(version));
    assertThat(geometry.usable()).isTrue();
    assertThat(geometry.indexSize()).isEqualTo(indexSize);
    assertThat(geometry.slots()).isEqualTo(slots);
    assertThat(geometry.labelOffset()).isEqualTo(2 * indexSize);
    assertThat(geometry.slotOffset(1)).isEqualTo(2 * indexSize + geometry.version().labelSize());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 512, 767})
  void anAreaWithoutRoomForTwoLabelsIsNotUsable(int areaSize) {
    for (LabelVersion version : LabelVersion.values()) {
      LabelGeometry geometry = new LabelGeometry(areaSize, version);
      assertThat(geometry.usable()).isFalse();
      assertThat(geometry.indexSize()).isZero();
      assertThat(geometry.slots()).isZero();
    }
  }

  @Test
  void theLastSlotEndsInTheArea() {
    for (LabelVersion version : LabelVersion.values()) {
      for (int areaSize = 1024; areaSize <= 4 << 20; areaSize += 128) {
        LabelGeometry geometry = new LabelGeometry(areaSize, version);
        assertThat(geometry.slotOffset(geometry.slots())).isLessThanOrEqualTo(areaSize);
        assertThat(IndexBlock.HEADER + geometry.slots() / 8).isLessThanOrEqualTo(geometry.indexSize());
      }
    }
  }

  @Test
  void aSizeHas32Bits() {
    assertThat(new LabelGeometry(0xffffffffL, LabelVersion.V1_2).slots()).isEqualTo(16760829);
    assertThatIllegalArgumentException().isThrownBy(() -> new LabelGeometry(-1, LabelVersion.V1_2));
    assertThatIllegalArgumentException().isThrownBy(() -> new LabelGeometry(1L << 32, LabelVersion.V1_2))
        .withMessage("a label area has 0 to 4294967295 bytes, not 4294967296");
  }

  @Test
  void aVersionIsWrittenAsNdctlWritesIt() {
    assertThat(LabelVersion.parse("1.1")).isEqualTo(LabelVersion.V1_1).hasToString("1.1");
    assertThat(LabelVersion.parse("1.2")).isEqualTo(LabelVersion.V1_2).hasToString("1.2");
    assertThatIllegalArgumentException().isThrownBy(() -> LabelVersion.parse("2.1"))
        .withMessage("\"2.1\" is no version of labels; there are 1.1 and 1.2");
  }
}
