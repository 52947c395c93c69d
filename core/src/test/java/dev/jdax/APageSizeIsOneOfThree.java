// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@link PageSize}: bytes, granule, divisibility and words. */
class APageSizeIsOneOfThree {
  @Test
  void sizesAreThoseOfTheProcessor() {
    assertThat(PageSize.values()).extracting(PageSize::bytes).containsExactly(4096L, 2097152L, 1073741824L);
    assertThat(PageSize.values()).extracting(PageSize::toString).containsExactly("4 KiB", "2 MiB", "1 GiB");
  }

  @Test
  void theSizeOfADeviceIsAMultipleOfTwoMebibytesAtLeast() {
    assertThat(PageSize.values()).extracting(PageSize::sizeGranule).containsExactly(2097152L, 2097152L, 1073741824L);
  }

  @Test
  void aSizeDividesItsMultiplesAndNothingElse() {
    for (PageSize size : PageSize.values()) {
      assertThat(size.divides(0)).isTrue();
      assertThat(size.divides(size.bytes())).isTrue();
      assertThat(size.divides(3 * size.bytes())).isTrue();
      assertThat(size.divides(-size.bytes())).describedAs("an address in the upper half").isTrue();
      assertThat(size.divides(size.bytes() - 1)).isFalse();
      assertThat(size.divides(size.bytes() / 2)).isFalse();
      assertThat(size.divides(1)).isFalse();
    }
  }

  @Test
  void aSizeIsFoundByItsBytesAlone() {
    for (PageSize size : PageSize.values()) {
      assertThat(PageSize.ofBytes(size.bytes())).contains(size);
    }
    for (long none : new long[]{0, 1, 4095, 8192, 1 << 22, -4096, Long.MIN_VALUE}) {
      assertThat(PageSize.ofBytes(none)).isEmpty();
    }
  }
}
