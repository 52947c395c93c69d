// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.PageSize;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.MemorySource;
import org.junit.jupiter.api.Test;

/** {@link HmemRegion} and {@link HmemAttachment}: values, words, and what is wrong on any machine. */
class ARegionOfThisMachineIsDescribed {
  private static final long MIB = 1L << 20;

  @Test
  void nothingIsAskedForUnlessItIsSaid() {
    assertThat(HmemRegion.of(64 * MIB, PageSize.SIZE_2M)).isEqualTo(new HmemRegion(64 * MIB, PageSize.SIZE_2M,
        OptionalInt.empty(), Optional.empty(), ClearPolicy.NEVER, false));
  }

  @Test
  void eachWishIsAddedToTheOthers() {
    Path file = Path.of("/dev/hugepages/a");
    HmemRegion all = HmemRegion.of(64 * MIB, PageSize.SIZE_2M).onNode(1).inFile(file).clearedOnCreate()
        .waivingGranularity();
    assertThat(all).isEqualTo(new HmemRegion(64 * MIB, PageSize.SIZE_2M, OptionalInt.of(1), Optional.of(file),
        ClearPolicy.ON_CREATE, true));
    assertThat(HmemRegion.of(64 * MIB, PageSize.SIZE_2M).waivingGranularity().clearedOnCreate().inFile(file).onNode(1))
        .isEqualTo(all);
  }

  @Test
  void itSaysWhatItIs() {
    HmemRegion region = HmemRegion.of(4L << 30, PageSize.SIZE_2M);
    assertThat(region).hasToString("4 GiB in pages of 2 MiB");
    assertThat(region.onNode(1)).hasToString("4 GiB in pages of 2 MiB on node 1");
    assertThat(region.onNode(1).inFile(Path.of("/dev/hugepages/a")))
        .hasToString("4 GiB in pages of 2 MiB on node 1 in /dev/hugepages/a");
    assertThat(HmemRegion.attach(Path.of("/dev/hugepages/a"))).hasToString("shared memory in /dev/hugepages/a");
  }

  @Test
  void policiesAreWordsOfTheAttribute() {
    assertThat(ClearPolicy.values()).extracting(ClearPolicy::toString).containsExactly("never", "on-create");
  }

  @Test
  void whatIsWrongOnAnyMachineIsAnArgument() {
    for (long size : new long[]{0, -1, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> HmemRegion.of(size, PageSize.SIZE_4K)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a region of " + size + " bytes: the size must be positive");
    }
    HmemRegion region = HmemRegion.of(MIB, PageSize.SIZE_4K);
    assertThatThrownBy(() -> region.onNode(-1)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("node -1: NUMA nodes count from 0");
    assertThatThrownBy(() -> HmemRegion.of(MIB, null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> region.inFile(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> HmemRegion.attach(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void theDriverKnowsExactlyTheseTwo() {
    HmemDriver driver = new HmemDriver();
    assertThat(driver.name()).isEqualTo("hmem");
    assertThat(driver.matches(HmemRegion.of(MIB, PageSize.SIZE_4K))).isEqualTo(DaxDriver.Match.EXACT);
    assertThat(driver.matches(HmemRegion.attach(Path.of("/x")))).isEqualTo(DaxDriver.Match.EXACT);
    MemorySource other = new MemorySource() {
    };
    assertThat(driver.matches(other)).isEqualTo(DaxDriver.Match.NONE);
    assertThatThrownBy(() -> driver.probe(other)).isInstanceOf(IllegalArgumentException.class);
  }
}
