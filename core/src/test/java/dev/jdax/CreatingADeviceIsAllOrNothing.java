// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import dev.jdax.spi.AddressesOnly;
import org.junit.jupiter.api.Test;

/** {@link DaxRegion#create(long)} and {@link DaxBus#add}, where a step below them fails. */
class CreatingADeviceIsAllOrNothing {
  private static final long MIB = 1L << 20;

  private final AddressesOnly driver = new AddressesOnly();
  private final OpsThatFail ops = new OpsThatFail(driver);

  private static List<String> layout(DaxRegion region) throws DaxException {
    List<String> layout = new ArrayList<>();
    for (DaxDevice device : region.devices()) {
      layout.add(device + " " + device.state() + " " + device.ranges() + " minor " + device.minor());
    }
    layout.add("available " + region.availableSize() + ", seed " + region.seed() + ", youngest " + region.youngest());
    return layout;
  }

  @Test
  void whicheverStepFailsNothingIsLeft() throws Exception {
    try (DaxBus bus = DaxBus.withDrivers(ops)) {
      DaxRegion region = bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
      List<String> before = layout(region);
      List<DaxEvent> events = new ArrayList<>();
      bus.addListener(events::add);
      ops.failNumber(0);
      region.create(8 * MIB).destroy();
      int calls = ops.calls().indexOf("bind") + 1;
      assertThat(ops.calls().subList(0, calls)).contains("create", "reserve", "prepare", "give", "bind");
      assertThat(layout(region)).isEqualTo(before);
      assertThat(events).hasSize(2);
      for (int k = 1; k <= calls; k++) {
        ops.failNumber(k);
        assertThatThrownBy(() -> region.create(8 * MIB)).hasMessageContaining("a test says so");
        assertThat(ops.hasFailed()).isTrue();
        ops.failNumber(0);
        assertThat(layout(region)).describedAs("after operation %d failed", k).isEqualTo(before);
        assertThat(events).hasSize(2);
      }
      DaxDevice device = region.create(8 * MIB);
      assertThat(device.name()).isEqualTo("dax0.1");
      assertThat(device.minor()).isEqualTo(1);
    }
  }

  @Test
  void anAlignmentOfItsOwnIsAStepLikeTheOthers() throws Exception {
    try (DaxBus bus = DaxBus.withDrivers(ops)) {
      DaxRegion region = bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
      List<String> before = layout(region);
      ops.failNumber(0);
      DaxDevice device = region.create(8 * MIB, PageSize.SIZE_2M);
      assertThat(device.alignment()).isEqualTo(PageSize.SIZE_2M);
      device.destroy();
      int step = ops.calls().indexOf("setAlignment") + 1;
      ops.failNumber(step);
      assertRefused(() -> region.create(8 * MIB, PageSize.SIZE_2M), Errno.EIO);
      ops.failNumber(0);
      assertThat(layout(region)).isEqualTo(before);
      assertRefused(() -> region.create(8 * MIB, PageSize.SIZE_1G), Errno.EINVAL, "cannot create a device of 8 MiB with"
          + " an alignment of 1 GiB in region 0 (addresses: 64 MiB of addresses): the size must be a multiple of 1 GiB at"
          + " an alignment of 1 GiB; use 0 bytes or 1 GiB (EINVAL)");
    }
  }

  @Test
  void aDeviceThatSomebodyElseTakesMeanwhileIsTheirs() throws Exception {
    try (DaxBus bus = DaxBus.withDrivers(ops)) {
      DaxRegion region = bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
      ops.before("bind", theirs -> theirs.resize(theirs.keyOf(1).orElseThrow(), 6 * MIB));
      assertRefused(() -> region.create(8 * MIB), Errno.EBUSY, "cannot create a device of 8 MiB in region 0 (addresses:"
          + " 64 MiB of addresses): somebody else has taken dax0.1 meanwhile, and it has 6 MiB; try again (EBUSY)");
      assertThat(bus.device("dax0.1").size()).isEqualTo(6 * MIB);
      assertThat(region.create(8 * MIB).name()).isEqualTo("dax0.2");
    }
  }

  @Test
  void memoryThatCannotBePreparedIsGivenBack() throws Exception {
    try (DaxBus bus = DaxBus.withDrivers(driver)) {
      DaxRegion region = bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
      List<String> before = layout(region);
      driver.failNextPrepare(Errno.ENOMEM);
      assertRefused(() -> region.create(8 * MIB), Errno.ENOMEM,
          "cannot prepare 8 MiB: a test says so; do not (ENOMEM)");
      assertThat(layout(region)).isEqualTo(before);
    }
  }

  @Test
  void aForcedResizeThatFailsLeavesTheDeviceAsItWasAndBound() throws Exception {
    try (DaxBus bus = DaxBus.withDrivers(ops)) {
      DaxRegion region = bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
      DaxDevice device = region.create(8 * MIB);
      ops.failNumber(0);
      device.resize(10 * MIB, OnMapped.REVOKE);
      int resize = ops.calls().indexOf("give") + 1;
      List<String> before = layout(region);
      ops.failNumber(resize);
      assertRefused(() -> device.resize(12 * MIB, OnMapped.REVOKE), Errno.EIO);
      assertThat(ops.calls()).contains("unbind", "bind");
      ops.failNumber(0);
      assertThat(layout(region)).isEqualTo(before);
      assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    }
  }

  @Test
  void aRegionThatCannotBeRegisteredGivesItsMemoryBack() throws Exception {
    try (DaxBus bus = DaxBus.withDrivers(ops)) {
      bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K)).close();
      int calls = ops.calls().size();
      assertThat(ops.calls()).contains("info", "deviceKeys");
      for (int k = 1; k <= calls; k++) {
        ops.failNumber(k);
        assertRefused(() -> bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K)), Errno.EIO);
        assertThat(bus.regions()).isEmpty();
        assertThat(driver.open()).isEmpty();
        assertThat(driver.closed()).hasSize(1 + k);
      }
    }
  }

  @Test
  void aSizeThatIsWrongOnAnyRegionIsAnArgument() throws Exception {
    try (DaxBus bus = DaxBus.withDrivers(driver)) {
      DaxRegion region = bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
      for (long size : new long[]{0, -1, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> region.create(size)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("a device of " + size + " bytes: the size must be positive");
      }
    }
  }

  @Test
  void aSizeThatIsWrongOnThisRegionIsRefusedInOrder() throws Exception {
    try (DaxBus bus = DaxBus.withDrivers(driver)) {
      DaxRegion region = bus.add(AddressesOnly.dynamic(4096 * MIB, PageSize.SIZE_1G));
      assertRefused(() -> region.create(1025 * MIB), Errno.EINVAL, "cannot create a device of 1025 MiB in region 0"
          + " (addresses: 4 GiB of addresses): the size must be a multiple of 1 GiB at an alignment of 1 GiB; use 1 GiB or"
          + " 2 GiB (EINVAL)");
      assertRefused(() -> region.create(8193 * MIB), Errno.EINVAL);
      assertRefused(() -> region.create(8192 * MIB), Errno.ENOSPC, "cannot create a device of 8 GiB in region 0"
          + " (addresses: 4 GiB of addresses): the region has 4 GiB available of its 4 GiB; ask for no more, or shrink or"
          + " destroy a device first (ENOSPC)");
      DaxRegion fixed = bus.add(AddressesOnly.fixed(3, 0, 64 * MIB, PageSize.SIZE_4K));
      assertRefused(() -> fixed.create(4096), Errno.ENOENT);
      assertRefused(fixed::createEmpty, Errno.ENOENT,
          "cannot create a device in region 3 (addresses: dax3.0 of 64 MiB): a"
              + " static region has the devices that it was made with; take a dynamic region (ENOENT)");
      region.close();
      assertRefused(() -> region.create(1025 * MIB), Errno.ENXIO);
      assertRefused(region::createEmpty, Errno.ENXIO,
          "cannot create a device in region 0 (addresses: 4 GiB of addresses): the"
              + " region is closed; add its memory to a bus again (ENXIO)");
    }
  }
}
