// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static dev.jdax.Refusal.assertRefused;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jdax.spi.AddressesOnly;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Closing and removing regions, closing the bus (C13, C17), on addresses only. */
class ARegionEndsAsTheTableOfEndingsSays {
  private static final long MIB = 1L << 20;

  private final AddressesOnly driver = new AddressesOnly();
  private final DaxBus bus = DaxBus.withDrivers(driver);

  @AfterEach
  void nothingIsLeft() {
    bus.close();
    assertThat(driver.open()).isEmpty();
  }

  private DaxRegion region() throws DaxException {
    return bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
  }

  @Test
  void aRegionThatIsIdleGivesItsMemoryBackAtOnce() throws Exception {
    DaxRegion region = region();
    DaxDevice device = region.create(2 * MIB);
    region.close();
    region.close();
    region.remove();
    assertThat(driver.closed()).hasSize(1);
    assertThat(bus.regions()).isEmpty();
    assertThat(bus.devices()).isEmpty();
    assertThat(device.state()).isEqualTo(DeviceState.DEAD);
    assertRefused(region::devices, Errno.ENXIO, "cannot list the devices of region 0 (addresses: 64 MiB of addresses):"
        + " the region is closed; add its memory to a bus again (ENXIO)");
    assertRefused(region::size, Errno.ENXIO);
    assertRefused(region::availableSize, Errno.ENXIO);
    assertRefused(region::alignment, Errno.ENXIO);
    assertRefused(region::isDynamic, Errno.ENXIO);
    assertThat(region.id()).isZero();
  }

  @Test
  void theMemoryLivesUntilTheLastMappingCloses() throws Exception {
    DaxRegion region = region();
    DaxDevice device = region.create(4 * MIB);
    DaxMapping first = device.map(Access.READ_WRITE);
    DaxMapping second = device.map(Access.READ_WRITE, 2 * MIB, 2 * MIB);
    region.close();
    assertThat(device.state()).isEqualTo(DeviceState.DEAD);
    first.segment().set(JAVA_LONG, 2 * MIB, 42);
    first.close();
    assertThat(driver.open()).hasSize(1);
    assertThat(second.segment().get(JAVA_LONG, 0)).isEqualTo(42);
    second.close();
    assertThat(driver.open()).isEmpty();
    assertThat(driver.closed()).hasSize(1);
  }

  @Test
  void aRegionThatIsRemovedTakesItsMappingsWithIt() throws Exception {
    DaxRegion region = region();
    DaxMapping mapping = region.create(4 * MIB).map(Access.READ_WRITE);
    region.remove();
    assertThat(mapping.isOpen()).isFalse();
    assertThat(driver.closed()).hasSize(1);
    assertThatThrownBy(mapping::segment).isInstanceOf(IllegalStateException.class)
        .hasMessage("the mapping of dax0.1 at 0x0 is closed: its region was removed");
    assertThatThrownBy(mapping::kernelView).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> mapping.firstUnreachable(0, 4096)).isInstanceOf(IllegalStateException.class);
    mapping.close();
  }

  @Test
  void aRegionThatWasClosedMayStillBeRemoved() throws Exception {
    DaxRegion region = region();
    DaxMapping mapping = region.create(4 * MIB).map(Access.READ_WRITE);
    region.close();
    assertThat(mapping.isOpen()).isTrue();
    region.remove();
    assertThat(mapping.isOpen()).isFalse();
    assertThat(driver.open()).isEmpty();
  }

  @Test
  void aBusRemovesItsRegionsInReverse() throws Exception {
    DaxRegion first = region();
    bus.add(AddressesOnly.fixed(7, 0, 2 * MIB, PageSize.SIZE_4K));
    DaxRegion third = bus.add(AddressesOnly.dynamic(6 * MIB, PageSize.SIZE_4K));
    DaxMapping mapping = first.create(2 * MIB).map(Access.READ_ONLY);
    bus.close();
    assertThat(driver.closed()).extracting(AddressesOnly.Source::toString).containsExactly("6 MiB of addresses",
        "dax7.0 of 2 MiB", "64 MiB of addresses");
    assertThat(mapping.isOpen()).isFalse();
    assertThat(bus.regions()).isEmpty();
    assertRefused(third::size, Errno.ENXIO);
    bus.close();
    assertThat(driver.closed()).hasSize(3);
  }

  @Test
  void aBusEndsWhatWasMadeThroughItWhicheverHandlesWereClosedBefore() throws Exception {
    DaxMapping mapping;
    try (DaxBus readme = DaxBus.withDrivers(driver);
        DaxRegion region = readme.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K))) {
      mapping = region.create(4 * MIB).map(Access.READ_WRITE);
    } // the region is closed first, and leaves its mapping open
    assertThat(mapping.isOpen()).isFalse();
    assertThat(driver.open()).isEmpty();
  }

  @Test
  void aBusThatIsClosedAgainTriesAgain() throws Exception {
    DaxMapping mapping = region().create(4 * MIB).map(Access.READ_WRITE);
    MappingLease lease = mapping.retain();
    bus.close();
    assertThat(mapping.isOpen()).isTrue();
    lease.close();
    bus.close();
    assertThat(mapping.isOpen()).isFalse();
    assertThat(driver.open()).isEmpty();
  }

  @Test
  void aBusThatIsClosedTakesNothingAndKeepsNothing() {
    bus.close();
    assertThatThrownBy(this::region).isInstanceOf(IllegalStateException.class).hasMessage("the bus is closed");
    assertThat(driver.open()).isEmpty();
    assertThat(driver.closed()).hasSize(1);
    assertRefused(() -> bus.device("dax0.0"), Errno.ENXIO);
  }

  @Test
  void twoBusesKnowNothingOfEachOther() throws Exception {
    DaxRegion region = region();
    try (DaxBus other = DaxBus.withDrivers(driver)) {
      DaxRegion elsewhere = other.add(AddressesOnly.dynamic(2 * MIB, PageSize.SIZE_4K));
      assertThat(elsewhere.id()).isEqualTo(region.id());
      assertThat(other.device("dax0.0")).isNotSameAs(bus.device("dax0.0"));
      assertThat(elsewhere.devices().getFirst().minor()).isZero();
    }
    assertThat(region.devices()).hasSize(1);
  }

  @Test
  void aMappingThatIsClosedIsTold() throws Exception {
    DaxDevice device = region().create(4 * MIB);
    DaxMapping mapping = device.map(Access.READ_ONLY, 4096, 8192);
    assertThat(mapping).hasToString("mapping of dax0.1 at 0x1000, 8 KiB");
    assertThat(mapping.device()).isSameAs(device);
    assertThat(mapping.access()).isEqualTo(Access.READ_ONLY);
    assertThat(mapping.segment().isReadOnly()).isTrue();
    assertThat(mapping.offset()).isEqualTo(4096);
    assertThat(mapping.length()).isEqualTo(8192);
    assertThat(mapping.alignment()).isEqualTo(PageSize.SIZE_4K);
    assertThat(mapping.isPinned()).isFalse();
    assertThat(device.mappings()).containsExactly(mapping);
    mapping.close();
    mapping.close();
    assertThat(device.mappings()).isEmpty();
    assertThatThrownBy(mapping::segment).hasMessage("the mapping of dax0.1 at 0x1000 is closed: it was closed");
    assertThatThrownBy(() -> mapping.firstUnreachable(0, 8193)).isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("range at 0 of 8193 bytes in mapping of dax0.1 at 0x1000, 8 KiB");
  }
}
