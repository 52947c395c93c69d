// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** {@link InProcessRegion} beside its placing of ranges: making, preparing, mapping and ending. */
class ARegionInThisProcessHoldsAClaim {
  private static final long MIB = 1L << 20;

  private final AddressesOnly driver = new AddressesOnly();

  private Memory claim(long size) {
    return driver.claim(AddressesOnly.dynamic(size, PageSize.SIZE_2M).onNode(3).showing(Map.of("colour", "red")));
  }

  private static DeviceKey key(InProcessRegion region, int device) {
    return region.keyOf(device).orElseThrow();
  }

  private static void assertRefused(ThrowingCallable step, Errno errno, String sentence) {
    assertThatThrownBy(step).isInstanceOfSatisfying(DaxException.class,
        e -> assertThat(e.errno()).isEqualTo(errno)).hasMessage(sentence);
  }

  @Test
  void aDynamicRegionIsBornWithAnEmptyDeviceZero() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(claim(64 * MIB), 4 * MIB, PageSize.SIZE_2M);
    assertThat(region.info()).isEqualTo(new RegionInfo(OptionalInt.empty(), true, 4 * MIB, 64 * MIB, 64 * MIB,
        Optional.of(PageSize.SIZE_2M), 3));
    assertThat(region.properties()).isEqualTo(Map.of("colour", "red"));
    assertThat(region.properties(key(region, 0))).isEmpty();
    assertThat(region.deviceKeys()).extracting(DeviceKey::id).containsExactly(0);
    assertThat(region.keyOf(0)).isPresent();
    assertThat(region.keyOf(1)).isEmpty();
    assertThat(region.device(key(region, 0)))
        .isEqualTo(DeviceInfo.of(key(region, 0), PageSize.SIZE_2M, false, List.of()));
    assertThat(region.device(key(region, 0)).size()).isZero();
  }

  @Test
  void aStaticRegionHasItsOneDeviceBound() throws Exception {
    InProcessRegion region = InProcessRegion.fixed(claim(64 * MIB), OptionalInt.of(7), 0x100000000L, PageSize.SIZE_2M);
    assertThat(region.deviceKeys()).isEmpty();
    region.createDevice(4, 2 * MIB, 60 * MIB);
    assertThat(region.info().id()).hasValue(7);
    assertThat(region.info().dynamic()).isFalse();
    assertThat(region.info().availableSize()).isZero();
    assertThat(region.device(key(region, 4))).isEqualTo(DeviceInfo.of(key(region, 4), PageSize.SIZE_2M, true,
        List.of(new DaxRange(0, 0x100000000L + 2 * MIB, 60 * MIB))));
    assertThat(region.memory(key(region, 4)).extents()).containsExactly(new Extent(2 * MIB, 60 * MIB));
  }

  @Test
  void aRangeOutsideTheRegionIsNoDevice() throws Exception {
    InProcessRegion region = InProcessRegion.fixed(claim(64 * MIB), OptionalInt.of(7), 0, PageSize.SIZE_2M);
    assertRefused(() -> region.createDevice(1, 62 * MIB, 4 * MIB), Errno.EINVAL,
        "cannot make device 1 of a region: a static region has one device, of one range inside it, and this range is "
            + "0x3e00000, 4 MiB; give a range inside the region's 64 MiB (EINVAL)");
    for (long[] wrong : new long[][]{{-1, 1}, {0, 0}, {0, -1}, {64 * MIB, 1}, {1, Long.MAX_VALUE}}) {
      assertThatThrownBy(() -> region.createDevice(1, wrong[0], wrong[1])).isInstanceOf(DaxException.class);
    }
    assertThat(region.deviceKeys()).isEmpty();
    region.createDevice(1, 0, 64 * MIB);
    assertThatThrownBy(() -> region.createDevice(2, 0, 2 * MIB)).isInstanceOf(DaxException.class);
    assertThat(region.deviceKeys()).extracting(DeviceKey::id).containsExactly(1);
  }

  @Test
  void aDynamicRegionIsGivenNoDevice() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(claim(64 * MIB), 0, PageSize.SIZE_2M);
    assertThatThrownBy(() -> region.createDevice(1, 0, 2 * MIB)).isInstanceOf(DaxException.class);
  }

  @Test
  void startAndSizeAreMultiplesOfTheAlignment() {
    assertRefused(() -> InProcessRegion.dynamic(claim(3 * MIB), 0, PageSize.SIZE_2M), Errno.EINVAL,
        "cannot make a region at 0x0 of 3 MiB: start and size must be multiples of its alignment, 2 MiB, and the size "
            + "not 0; round them to 2 MiB (EINVAL)");
    assertThatThrownBy(() -> InProcessRegion.dynamic(claim(4 * MIB), MIB, PageSize.SIZE_2M))
        .hasMessageStartingWith("cannot make a region at 0x100000 of 4 MiB: ");
    assertThatThrownBy(() -> InProcessRegion.dynamic(claim(0), 0, PageSize.SIZE_2M)).isInstanceOf(DaxException.class);
    assertThatThrownBy(() -> InProcessRegion.fixed(claim(64 * MIB), OptionalInt.of(0), 0, PageSize.SIZE_1G))
        .isInstanceOf(DaxException.class);
    assertThat(driver.closed()).describedAs("the claims stay the caller's").isEmpty();
  }

  @Test
  void onlyWhatIsNewIsPrepared() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(claim(64 * MIB), 32 * MIB, PageSize.SIZE_2M);
    region.create();
    region.resize(key(region, 0), 4 * MIB);
    region.resize(key(region, 1), 4 * MIB);
    assertThat(driver.prepared()).containsExactly(new Extent(0, 4 * MIB), new Extent(4 * MIB, 4 * MIB));
    region.resize(key(region, 0), 2 * MIB);
    region.resize(key(region, 1), 12 * MIB);
    assertThat(driver.prepared().subList(2, 4)).containsExactly(new Extent(2 * MIB, 2 * MIB),
        new Extent(8 * MIB, 6 * MIB));
    region.resize(key(region, 1), 14 * MIB);
    assertThat(driver.prepared().subList(4, 5)).containsExactly(new Extent(14 * MIB, 2 * MIB));
    assertThat(driver.prepared()).hasSize(5);
  }

  @Test
  void aFailureToPrepareGivesTheGrowthBack() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(claim(64 * MIB), 0, PageSize.SIZE_2M);
    region.resize(key(region, 0), 4 * MIB);
    DeviceInfo before = region.device(key(region, 0));
    driver.failNextPrepare(Errno.ENOMEM);
    assertRefused(() -> region.resize(key(region, 0), 8 * MIB), Errno.ENOMEM,
        "cannot prepare 4 MiB: a test says so; do not (ENOMEM)");
    assertThat(region.device(key(region, 0))).isEqualTo(before);
    assertThat(region.info().availableSize()).isEqualTo(60 * MIB);
  }

  @Test
  void moreThanIsAvailableIsRefusedByTheRegionItself() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(claim(64 * MIB), 0, PageSize.SIZE_2M);
    region.resize(key(region, 0), 60 * MIB);
    region.create();
    assertRefused(() -> region.resize(key(region, 1), 6 * MIB), Errno.ENOSPC,
        "cannot grow device 1 by 6 MiB: the region has 4 MiB available; free other devices first (ENOSPC)");
    assertThat(region.device(key(region, 1)).size()).isZero();
  }

  private static List<ThrowingCallable> callsWith(InProcessRegion region, DeviceKey device) {
    return List.of(() -> region.device(device), () -> region.properties(device), () -> region.resize(device, 0),
        () -> region.bind(device, DaxMode.DEVDAX), () -> region.unbind(device), () -> region.delete(device),
        () -> region.setAlignment(device, PageSize.SIZE_4K), () -> region.memory(device),
        () -> region.growth(Optional.of(device), 2 * MIB).reserve(),
        () -> region.growth(Optional.empty(), 0).give(device));
  }

  @Test
  void aDeviceThatIsNotThereIsNotFound() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(claim(64 * MIB), 0, PageSize.SIZE_2M);
    assertThat(callsWith(region, new DeviceKey(1, 1))).allSatisfy(call -> assertRefused(call, Errno.ENXIO,
        "cannot find device 1: the region has none of that id; ask the region for its devices (ENXIO)"));
  }

  @Test
  void theKeyOfADeletedDeviceIsNotThatOfTheNextOneWithItsId() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(claim(64 * MIB), 0, PageSize.SIZE_2M);
    DeviceKey deleted = region.create();
    region.delete(deleted);
    DeviceKey next = region.create();
    region.resize(next, 4 * MIB);
    DeviceInfo before = region.device(next);
    assertThat(next.id()).isEqualTo(deleted.id());
    assertThat(next).isNotEqualTo(deleted);
    assertThat(callsWith(region, deleted)).allSatisfy(call -> assertRefused(call, Errno.ENXIO,
        "cannot find device 1: it was deleted, and another device has its id; ask the region for its devices (ENXIO)"));
    assertThat(region.device(next)).isEqualTo(before);
    assertThat(region.info().availableSize()).isEqualTo(60 * MIB);
  }

  @Test
  void extentsCountFromTheClaimAndFollowTheRanges() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(claim(64 * MIB), 32 * MIB, PageSize.SIZE_2M);
    region.create();
    region.resize(key(region, 0), 4 * MIB);
    region.resize(key(region, 1), 4 * MIB);
    region.resize(key(region, 0), 8 * MIB);
    assertThat(region.memory(key(region, 0)).extents()).containsExactly(new Extent(0, 4 * MIB),
        new Extent(8 * MIB, 4 * MIB));
    assertThat(region.memory(key(region, 0)).granularity()).isEqualTo(PageSize.SIZE_4K);
    assertThat(region.memory(key(region, 0)).granularityWaived()).isTrue();
    assertThat(region.memory(key(region, 0)).mayVanish()).isFalse();
    assertThat(region.memory(key(region, 0)).pinned()).isFalse();
  }

  /** Memory with each answer that depends on what it is made of. */
  private static final class Nvdimm extends ForwardingMemory {
    Nvdimm(Memory memory) {
      super(memory);
    }

    @Override
    public void requireSame(String attempt) throws DaxException {
      throw DaxException.of(Errno.ENXIO, attempt, "a test says so", "do not");
    }

    @Override
    public boolean deepFlush(String attempt) {
      return true;
    }

    @Override
    public DaxException unreachable(String attempt, long at) {
      return DaxException.of(Errno.EFAULT, attempt, "byte " + at + " is poisoned", "do not");
    }
  }

  @Test
  void aDeviceAnswersAsTheClaimDoes() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(new Nvdimm(claim(64 * MIB)), 0, PageSize.SIZE_2M);
    region.resize(key(region, 0), 4 * MIB);
    Memory memory = region.memory(key(region, 0));
    assertRefused(() -> memory.requireSame("use it"), Errno.ENXIO, "cannot use it: a test says so; do not (ENXIO)");
    assertThat(memory.deepFlush("flush it")).isTrue();
    assertThat(memory.unreachable("read it", 7)).hasMessage("cannot read it: byte 7 is poisoned; do not (EFAULT)");
    assertThat(memory.identity()).isEqualTo(region.memory(key(region, 0)).identity());
  }

  @Test
  void aClaimMayConsistOfSeveralParts() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(
        claim(new Extent(40 * MIB, 4 * MIB), new Extent(8 * MIB, 4 * MIB)), 32 * MIB, PageSize.SIZE_2M);
    assertThat(region.info().size()).isEqualTo(8 * MIB);
    region.create();
    region.resize(key(region, 0), 2 * MIB);
    region.resize(key(region, 1), 4 * MIB);
    assertThat(region.memory(key(region, 1)).extents()).containsExactly(new Extent(42 * MIB, 2 * MIB),
        new Extent(8 * MIB, 2 * MIB));
    assertThat(driver.prepared()).containsExactly(new Extent(40 * MIB, 2 * MIB), new Extent(42 * MIB, 2 * MIB),
        new Extent(8 * MIB, 2 * MIB));
  }

  private Memory claim(Extent... parts) {
    return new ForwardingMemory(claim(64 * MIB)) {
      @Override
      public List<Extent> extents() {
        return List.of(parts);
      }
    };
  }

  @Test
  void noBlockLiesInTwoPartsOfAClaim() {
    Memory claim = claim(new Extent(0, 3 * MIB), new Extent(8 * MIB, 5 * MIB));
    assertRefused(() -> InProcessRegion.dynamic(claim, 0, PageSize.SIZE_2M), Errno.EINVAL,
        "cannot make a region at 0x0 of 8 MiB: the part of its file at 0x0 has 3 MiB, which is no multiple of its "
            + "alignment, 2 MiB; give it parts that are (EINVAL)");
  }

  @Test
  void theMemoryOfADeviceGivesNoClaimBack() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(claim(64 * MIB), 0, PageSize.SIZE_2M);
    region.memory(key(region, 0)).close();
    assertThat(driver.open()).hasSize(1);
  }

  @Test
  void theClaimEndsWithTheRegion() throws Exception {
    InProcessRegion region = InProcessRegion.dynamic(claim(64 * MIB), 0, PageSize.SIZE_2M);
    assertThat(driver.open()).hasSize(1);
    region.close();
    assertThat(driver.open()).isEmpty();
    assertThat(driver.closed()).hasSize(1);
  }
}
