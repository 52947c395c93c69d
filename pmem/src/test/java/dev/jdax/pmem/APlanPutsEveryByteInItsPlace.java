// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.pmem.InfoBlock.Signature;
import dev.jdax.pmem.InfoBlockCheck.DataRange;
import dev.jdax.pmem.InfoBlockCheck.Result;
import dev.jdax.pmem.Plan.Part;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Plan}: from a raw size to the usable one and back. */
class APlanPutsEveryByteInItsPlace {
  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private static void assertRefused(ThrowingCallable step, Errno errno, String sentence) {
    DaxException refusal = catchThrowableOfType(DaxException.class, step);
    assertThat(refusal).hasMessage(sentence + " (" + errno + ")");
    assertThat(refusal.errno()).isEqualTo(errno);
  }

  @Test
  void fromTheFirstToTheLast() throws Exception {
    Plan plan = Plan.ofRaw(257 * MIB, Plan.DEFAULT_BASE, PageSize.SIZE_2M, MapLocation.DEVICE);
    long map = 64 * ((257 * MIB - 8 * KIB) / (4 * KIB));
    assertThat(plan.parts()).containsExactly(new Part("unused", 0, 4096), new Part("info block", 4096, 4096),
        new Part("memory map", 8192, map), new Part("padding", 8192 + map, 6 * MIB - 8192 - map),
        new Part("data", 6 * MIB, 250 * MIB), new Part("truncated", 256 * MIB, MIB));
    assertThat(plan)
        .hasToString("257 MiB at 0x100000000 with alignment 2 MiB and the memory map on the device: 250 MiB of data"
            + " from 0x600000");
  }

  @Test
  void withoutWhatItDoesNotNeed() throws Exception {
    assertThat(Plan.ofRaw(GIB, Plan.DEFAULT_BASE, PageSize.SIZE_4K, MapLocation.RAM).parts()).extracting(Part::name)
        .containsExactly("unused", "info block", "padding", "data");
  }

  @Test
  void eachOnceWhateverTheSizeAndLinuxTakesIt() {
    RandomBlocks.each(300, random -> {
      PageSize alignment = PageSize.values()[random.nextInt(3)];
      MapLocation map = MapLocation.values()[random.nextInt(2)];
      long base = 2 * MIB * random.nextLong(1 << 20);
      long size = 4 * KIB * random.nextLong(4 * KIB, random.nextBoolean() ? 1 << 15 : 1 << 30);
      Plan plan;
      try {
        plan = Plan.ofRaw(size, base, alignment, map);
      } catch (DaxException e) {
        assertThat(e.errno()).isEqualTo(Errno.ENXIO);
        return;
      }
      long end = 0;
      for (Part part : plan.parts()) {
        assertThat(part.offset()).isEqualTo(end);
        assertThat(part.length()).isPositive();
        end += part.length();
      }
      assertThat(end).isEqualTo(size);
      InfoBlock block = plan.toInfoBlock(Signature.DEVDAX, new UUID(1, 2), new UUID(3, 4));
      assertThat(InfoBlockCheck.check(Optional.of(block.toBytes()),
          new Surroundings(new UUID(3, 4), base, size, 0, Surroundings.ALL)))
          .isEqualTo(new Result(LinuxView.DEVDAX, Optional.of(block), Optional.empty(), List.of(),
              Optional.of(new DataRange(plan.dataOffset(), plan.dataSize()))));
    });
  }

  @ParameterizedTest(name = "{0} MiB, map {1}, alignment {2}")
  @CsvSource({"16, dev, SIZE_2M, 0x200000, 0xe00, 0", "64, dev, SIZE_2M, 0x200000, 0x3e00, 0",
      "64, dev, SIZE_4K, 0x200000, 0x3e00, 0", "127, dev, SIZE_2M, 0x200000, 0x7c00, 0x100000",
      "2048, dev, SIZE_1G, 0x40000000, 0x40000, 0", "4096, dev, SIZE_1G, 0x40000000, 0xc0000, 0",
      "1048576, dev, SIZE_2M, 0x400200000, 0xfbffe00, 0", "1048576, mem, SIZE_2M, 0x200000, 0xffffe00, 0",
      "1048576, dev, SIZE_1G, 0x440000000, 0xfbc0000, 0", "16777216, dev, SIZE_2M, 0x4000200000, 0xfbfffe00, 0"})
  void asNdctlDoes(long size, String map, PageSize align, String dataOffset, String pages, String endTrunc)
      throws Exception {
    Plan plan = Plan.ofRaw(size * MIB, 0, align, MapLocation.ofWord(map).orElseThrow());
    assertThat(plan.dataOffset()).isEqualTo(Long.decode(dataOffset));
    assertThat(plan.pages()).isEqualTo(Long.decode(pages));
    assertThat(plan.endTrunc()).isEqualTo(Long.decode(endTrunc));
    assertThat(plan.rawSize()).isEqualTo(size * MIB);
    assertThat(plan.base()).isZero();
  }

  @Test
  void aNamespaceInWhichNoAlignedBlockLiesIsRefused() {
    // Linux 6.12 subtracts without a sign here and writes nonsense (P-53).
    assertRefused(() -> Plan.ofRaw(16 * MIB, 0x121000000L, PageSize.SIZE_1G, MapLocation.DEVICE), Errno.ENXIO,
        "cannot plan a namespace of 16 MiB at 0x121000000 with alignment 1 GiB and the memory map on the device: no"
            + " aligned block is left for the data, which would begin at 0x140000000 and end at 0x100000000; make it"
            + " 1520 MiB large, or use a smaller alignment");
    assertRefused(() -> Plan.ofRaw(GIB, Plan.DEFAULT_BASE, PageSize.SIZE_1G, MapLocation.RAM), Errno.ENXIO,
        "cannot plan a namespace of 1 GiB at 0x100000000 with alignment 1 GiB and the memory map in RAM: no aligned"
            + " block is left for the data, which would begin at 0x140000000 and end at 0x140000000; make it 2 GiB"
            + " large, or use a smaller alignment");
    assertRefused(() -> Plan.ofRaw(64 * MIB, 0, PageSize.SIZE_1G, MapLocation.DEVICE), Errno.ENXIO,
        "cannot plan a namespace of 64 MiB at 0x0 with alignment 1 GiB and the memory map on the device: no aligned"
            + " block is left for the data, which would begin at 0x40000000 and end at 0x0; make it 2 GiB large, or"
            + " use a smaller alignment");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4 * KIB, 2 * MIB, 16 * MIB - 1})
  void aNamespaceThatLinuxDoesNotAttachIsRefused(long size) {
    assertThatThrownBy(() -> Plan.ofRaw(size, 0, PageSize.SIZE_2M, MapLocation.DEVICE)).isInstanceOf(DaxException.class)
        .hasMessageEndingWith("Linux attaches no namespace of less than 16 MiB; make it at least 16 MiB large (ENXIO)");
  }

  @Test
  void aBaseThatLinuxDoesNotMapIsRefused() {
    assertRefused(() -> Plan.ofRaw(64 * MIB, 0x100100000L, PageSize.SIZE_4K, MapLocation.RAM), Errno.EINVAL,
        "cannot plan a namespace of 64 MiB at 0x100100000 with alignment 4 KiB and the memory map in RAM: the base must"
            + " be a multiple of 2 MiB; use 0x100000000 or 0x100200000");
    assertRefused(() -> Plan.forUsable(64 * MIB, 4096, PageSize.SIZE_4K, MapLocation.RAM, MIB), Errno.EINVAL,
        "cannot plan a namespace with 64 MiB of data at 0x1000 with alignment 4 KiB and the memory map in RAM: the base"
            + " must be a multiple of 2 MiB; use 0x0 or 0x200000");
  }

  @Test
  void addressesThatThereAreNotAreRefused() {
    String end = "it would end behind 0x10000000000000, where the physical addresses of x86-64 end; make it smaller, or"
        + " use a smaller base (ENXIO)";
    for (long size : new long[]{1L << 52, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> Plan.ofRaw(size, 2 * MIB, PageSize.SIZE_1G, MapLocation.DEVICE))
          .isInstanceOf(DaxException.class).hasMessageEndingWith(end);
      assertThatThrownBy(() -> Plan.forUsable(size, 2 * MIB, PageSize.SIZE_1G, MapLocation.DEVICE, MIB))
          .isInstanceOf(DaxException.class).hasMessageEndingWith(end);
    }
    assertThatThrownBy(() -> Plan.forUsable(1, 0, PageSize.SIZE_1G, MapLocation.DEVICE, -MIB & Long.MAX_VALUE))
        .isInstanceOf(DaxException.class).hasMessageEndingWith(end);
    assertThatThrownBy(() -> Plan.ofRaw(GIB, Long.MAX_VALUE & -2 * MIB, PageSize.SIZE_2M, MapLocation.RAM))
        .isInstanceOf(DaxException.class).hasMessageEndingWith(end);
  }

  @Test
  void nonsenseIsNoArgument() {
    assertThatThrownBy(() -> Plan.ofRaw(-1, 0, PageSize.SIZE_2M, MapLocation.RAM))
        .isInstanceOf(IllegalArgumentException.class).hasMessage("the size must not be negative: -1");
    assertThatThrownBy(() -> Plan.ofRaw(GIB, -2 * MIB, PageSize.SIZE_2M, MapLocation.RAM))
        .isInstanceOf(IllegalArgumentException.class).hasMessage("the base must not be negative: -2097152");
    assertThatThrownBy(() -> Plan.forUsable(0, 0, PageSize.SIZE_2M, MapLocation.RAM, MIB))
        .isInstanceOf(IllegalArgumentException.class).hasMessage("usable bytes must be positive, not 0");
    assertThatThrownBy(() -> Plan.forUsable(1, 0, PageSize.SIZE_2M, MapLocation.RAM, 100))
        .isInstanceOf(IllegalArgumentException.class).hasMessage(
            "the granule must be a positive multiple of 4096, not 100");
  }

  /** {@return the data in a namespace of a size, none if Linux makes nothing of it} */
  private static long usable(long size, Plan like) {
    try {
      return Plan.ofRaw(size, like.base(), like.alignment(), like.map()).dataSize();
    } catch (DaxException _) {
      return 0;
    }
  }

  @Test
  void theSmallestNamespaceForSomeDataSufficesAndNoSmallerOneDoes() {
    RandomBlocks.each(300, random -> {
      PageSize alignment = PageSize.values()[random.nextInt(3)];
      MapLocation map = MapLocation.values()[random.nextInt(2)];
      long granule = List.of(4 * KIB, MIB, 2 * MIB, 16 * MIB, GIB, 100 * GIB).get(random.nextInt(6));
      long base = 2 * MIB * random.nextLong(1 << 14);
      long wanted = random.nextLong(1, 1L << random.nextInt(1, 44));
      Plan plan;
      try {
        plan = Plan.forUsable(wanted, base, alignment, map, granule);
      } catch (DaxException e) {
        throw new AssertionError(e);
      }
      String described = "%d of %s with granule %d".formatted(wanted, plan, granule);
      assertThat(plan.rawSize() % granule).describedAs(described).isZero();
      assertThat(plan.dataSize()).describedAs(described).isGreaterThanOrEqualTo(wanted)
          .isEqualTo(usable(plan.rawSize(), plan));
      List<Long> smaller = new ArrayList<>();
      for (long steps = 1; plan.rawSize() - steps * granule > 0 && steps < 1 << 20; steps *= 2) {
        smaller.add(plan.rawSize() - steps * granule);
      }
      smaller.add(Math.max(plan.rawSize() - granule * random.nextLong(1, 1000), 0));
      assertThat(smaller).describedAs(described).allMatch(size -> usable(size, plan) < wanted);
    });
  }

  /** The memory map grows by a whole block, and the end of the data does not move yet. */
  @Test
  void moreMayBeLess() throws Exception {
    Plan plan = Plan.forUsable(31 * GIB, 512 * MIB, PageSize.SIZE_1G, MapLocation.DEVICE, 16 * MIB);
    assertThat(plan.rawSize()).isEqualTo(31 * GIB + 512 * MIB);
    assertThat(usable(32 * GIB - 16 * MIB, plan)).isEqualTo(31 * GIB);
    assertThat(usable(32 * GIB, plan)).isEqualTo(30 * GIB);
    assertThat(usable(32 * GIB + 512 * MIB, plan)).isEqualTo(31 * GIB);
  }

  @Test
  void aMapOnTheDeviceCostsA64th() throws Exception {
    Plan ram = Plan.forUsable(64 * GIB, Plan.DEFAULT_BASE, PageSize.SIZE_2M, MapLocation.RAM, Plan.DEFAULT_GRANULE);
    Plan device = Plan.forUsable(64 * GIB, Plan.DEFAULT_BASE, PageSize.SIZE_2M, MapLocation.DEVICE,
        Plan.DEFAULT_GRANULE);
    assertThat(ram.rawSize()).isEqualTo(64 * GIB + 16 * MIB);
    assertThat(device.rawSize()).isEqualTo(65 * GIB + 32 * MIB);
  }

  @Test
  void theLeastIs16MiB() throws Exception {
    assertThat(Plan.forUsable(1, Plan.DEFAULT_BASE, PageSize.SIZE_4K, MapLocation.RAM, 4096).rawSize())
        .isEqualTo(16 * MIB);
  }
}
