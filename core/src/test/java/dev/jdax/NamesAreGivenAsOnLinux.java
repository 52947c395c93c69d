// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import dev.jdax.spi.AddressesOnly;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names, ids, minors, handles, seed and youngest (C1, C21, R-09, R-18 to R-20). */
class NamesAreGivenAsOnLinux {
  private static final long MIB = 1L << 20;

  private final AddressesOnly driver = new AddressesOnly();
  private final DaxBus bus = DaxBus.withDrivers(driver);

  @AfterEach
  void closeTheBus() {
    bus.close();
    assertThat(driver.open()).isEmpty();
  }

  private DaxRegion dynamic() throws DaxException {
    return bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
  }

  private DaxRegion fixed(int id, int deviceId) throws DaxException {
    return bus.add(AddressesOnly.fixed(id, deviceId, 64 * MIB, PageSize.SIZE_4K));
  }

  @Test
  void aRegionGetsTheLowestFreeId() throws Exception {
    DaxRegion zero = dynamic();
    DaxRegion one = dynamic();
    DaxRegion two = dynamic();
    assertThat(List.of(zero.id(), one.id(), two.id())).containsExactly(0, 1, 2);
    one.close();
    zero.close();
    assertThat(dynamic().id()).isZero();
    assertThat(dynamic().id()).isEqualTo(1);
    assertThat(bus.regions()).extracting(DaxRegion::id).containsExactly(2, 0, 1);
  }

  @Test
  void anIdThatADriverHasGivenIsNotGivenByTheBus() throws Exception {
    assertThat(fixed(0, 0).id()).isZero();
    assertThat(dynamic().id()).isEqualTo(1);
    assertThat(fixed(7, 0).id()).isEqualTo(7);
    assertThat(dynamic().id()).isEqualTo(2);
  }

  @Test
  void aDynamicRegionIsBornWithDeviceZero() throws Exception {
    DaxRegion region = dynamic();
    assertThat(region.isDynamic()).isTrue();
    assertThat(region.devices()).extracting(DaxDevice::name).containsExactly("dax0.0");
    assertThat(region.devices().getFirst().state()).isEqualTo(DeviceState.EMPTY);
    assertThat(region.seed()).describedAs("never the device that the region was born with").isNull();
    assertThat(region.youngest()).isNull();
  }

  @Test
  void aDeviceGetsTheLowestFreeIdOfItsRegion() throws Exception {
    DaxRegion region = dynamic();
    DaxDevice one = region.createEmpty();
    DaxDevice two = region.createEmpty();
    DaxDevice three = region.create(2 * MIB);
    assertThat(List.of(one, two, three)).extracting(DaxDevice::name).containsExactly("dax0.1", "dax0.2", "dax0.3");
    two.destroy();
    one.destroy();
    assertThat(region.createEmpty().name()).isEqualTo("dax0.1");
    assertThat(region.create(2 * MIB).name()).isEqualTo("dax0.2");
    assertThat(region.createEmpty().name()).isEqualTo("dax0.4");
    assertThat(region.devices()).extracting(DaxDevice::id).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void aNewDeviceHasTheAlignmentOfItsRegion() throws Exception {
    DaxRegion region = bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_2M));
    region.devices().getFirst().setAlignment(PageSize.SIZE_1G);
    assertThat(region.alignment()).isEqualTo(PageSize.SIZE_2M);
    assertThat(region.createEmpty().alignment()).isEqualTo(PageSize.SIZE_2M);
    assertThat(region.create(2 * MIB).alignment()).isEqualTo(PageSize.SIZE_2M);
  }

  @Test
  void minorsAreTheLowestFreeOfTheBus() throws Exception {
    DaxRegion first = dynamic();
    DaxRegion second = dynamic();
    assertThat(first.devices().getFirst().minor()).isZero();
    assertThat(second.devices().getFirst().minor()).isEqualTo(1);
    DaxDevice two = first.createEmpty();
    assertThat(two.minor()).isEqualTo(2);
    assertThat(second.createEmpty().minor()).isEqualTo(3);
    two.destroy();
    assertThat(second.createEmpty().minor()).isEqualTo(2);
    first.close();
    assertThat(second.createEmpty().minor()).isZero();
    assertThat(second.createEmpty().minor()).isEqualTo(4);
  }

  @Test
  void aDeviceHasOneHandle() throws Exception {
    DaxRegion region = dynamic();
    DaxDevice device = region.createEmpty();
    assertThat(region.devices().getLast()).isSameAs(device);
    assertThat(bus.device("dax0.1")).isSameAs(device);
    assertThat(bus.devices()).hasSize(2).last().isSameAs(device);
    assertThat(device.region()).isSameAs(region);
  }

  @Test
  void anOldHandleStaysDeadWhenItsNameIsGivenAgain() throws Exception {
    DaxRegion region = dynamic();
    DaxDevice old = region.create(2 * MIB);
    old.destroy();
    DaxDevice fresh = region.create(4 * MIB);
    assertThat(fresh.name()).isEqualTo(old.name());
    assertThat(fresh).isNotEqualTo(old);
    assertThat(bus.device("dax0.1")).isSameAs(fresh);
    assertThat(old.state()).isEqualTo(DeviceState.DEAD);
    assertRefused(old::size, Errno.ENXIO);
    assertRefused(old::destroy, Errno.ENXIO,
        "cannot destroy dax0.1: the device was destroyed; ask its bus for the devices there are (ENXIO)");
    assertThat(fresh.state()).isEqualTo(DeviceState.BOUND);
  }

  @Test
  void aNameThatIsNotThereIsNotFound() throws Exception {
    dynamic();
    for (String name : List.of("dax0.1", "dax1.0", "dax0.00", "dax0.", "dax", "", "DAX0.0", "dax0.0 ",
        "dax0.2147483648", "dax-1.0", "dax0.-1")) {
      assertRefused(() -> bus.device(name), Errno.ENXIO, "cannot find device " + name
          + ": the bus has none of that name; ask the bus for its devices (ENXIO)");
    }
  }

  @Test
  void twoNamespacesOfOneRegionAreTwoRegionsOfOneId() throws Exception {
    DaxRegion first = fixed(3, 0);
    DaxRegion second = fixed(3, 1);
    assertThat(bus.regions()).containsExactly(first, second);
    assertThat(bus.device("dax3.0").region()).isSameAs(first);
    assertThat(bus.device("dax3.1").region()).isSameAs(second);
    first.close();
    assertThat(bus.device("dax3.1").size()).isEqualTo(64 * MIB);
    assertThat(fixed(3, 0).id()).isEqualTo(3);
  }

  @Test
  void aNameIsNotGivenTwice() throws Exception {
    fixed(3, 5);
    assertRefused(() -> fixed(3, 5), Errno.EEXIST, "cannot add addresses: dax3.5 of 64 MiB: dax3.5 would be names of"
        + " region 3 (addresses: dax3.5 of 64 MiB) too; remove that region first (EEXIST)");
    dynamic();
    assertRefused(() -> fixed(0, 0), Errno.EEXIST);
    assertRefused(() -> fixed(0, 9), Errno.EEXIST, "cannot add addresses: dax0.9 of 64 MiB: dax0.9 would be names of"
        + " region 0 (addresses: 64 MiB of addresses) too; remove that region first (EEXIST)");
    assertThat(driver.open()).hasSize(2);
    assertThat(driver.closed()).hasSize(3);
    assertThat(bus.regions()).hasSize(2);
  }

  @Test
  void theSeedIsTheFirstDeviceThatIsMadeWhileThereIsNone() throws Exception {
    DaxRegion region = dynamic();
    DaxDevice one = region.createEmpty();
    DaxDevice two = region.createEmpty();
    assertThat(region.seed()).isSameAs(one);
    assertThat(region.youngest()).isSameAs(two);
    two.resize(2 * MIB);
    two.enable();
    assertThat(region.seed()).describedAs("another device was bound").isSameAs(one);
    one.resize(2 * MIB);
    assertThat(region.seed()).describedAs("it has only a size").isSameAs(one);
    one.enable();
    assertThat(region.seed()).isNull();
    one.disable();
    assertThat(region.seed()).isNull();
    DaxDevice three = region.createEmpty();
    assertThat(region.seed()).isSameAs(three);
    assertThat(region.youngest()).isSameAs(three);
    region.delete("dax0.3");
    assertThat(region.seed()).isNull();
    assertThat(region.youngest()).describedAs("the youngest was deleted").isNull();
  }

  @Test
  void aDeviceThatIsBornBoundIsYoungestAndNoSeed() throws Exception {
    DaxRegion region = dynamic();
    DaxDevice one = region.create(2 * MIB);
    assertThat(region.seed()).isNull();
    assertThat(region.youngest()).isSameAs(one);
    DaxDevice two = region.createEmpty();
    region.create(2 * MIB);
    assertThat(region.seed()).isSameAs(two);
    one.destroy();
    assertThat(region.seed()).isSameAs(two);
    assertThat(region.youngest().name()).isEqualTo("dax0.3");
  }

  @Test
  void whatIsDeletedIsEmptyUnboundAndNotDeviceZero() throws Exception {
    DaxRegion region = dynamic();
    DaxDevice device = region.createEmpty();
    assertRefused(() -> region.delete("dax0.2"), Errno.ENXIO, "cannot delete dax0.2 of region 0 (addresses: 64 MiB of"
        + " addresses): the region has no device of that name; ask the region for its devices (ENXIO)");
    assertRefused(() -> region.delete("dax0.0"), Errno.EBUSY, "cannot delete dax0.0 of region 0 (addresses: 64 MiB of"
        + " addresses): device 0 of a region is never deleted; disable it and resize it to 0 (EBUSY)");
    device.resize(2 * MIB);
    assertRefused(() -> region.delete("dax0.1"), Errno.EBUSY);
    device.enable();
    assertRefused(() -> region.delete("dax0.1"), Errno.EBUSY, "cannot delete dax0.1 of region 0 (addresses: 64 MiB of"
        + " addresses): it is bound; disable it first (EBUSY)");
    device.disable();
    device.resize(0);
    region.delete("dax0.1");
    assertThat(device.state()).isEqualTo(DeviceState.DEAD);
    assertRefused(() -> region.delete("dax0.1"), Errno.ENXIO);
    assertThat(region.createEmpty().name()).isEqualTo("dax0.1");
  }

  @Test
  void deviceZeroIsUsedAsAnyOtherButNeverDestroyed() throws Exception {
    DaxRegion region = dynamic();
    DaxDevice zero = region.devices().getFirst();
    zero.resize(64 * MIB);
    zero.enable();
    assertRefused(zero::destroy, Errno.EBUSY);
    assertRefused(() -> zero.destroy(OnMapped.REVOKE), Errno.EBUSY);
    assertThat(zero.state()).isEqualTo(DeviceState.BOUND);
    assertRefused(region::createEmpty, Errno.ENOSPC);
    zero.resize(0, OnMapped.REVOKE);
    assertThat(region.createEmpty().name()).isEqualTo("dax0.1");
  }
}
