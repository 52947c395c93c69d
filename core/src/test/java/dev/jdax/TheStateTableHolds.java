// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import dev.jdax.spi.AddressesOnly;
import dev.jdax.spi.DeviceInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation in every state of a device: the errno, or the state that it leads to. */
class TheStateTableHolds {
  private static final long MIB = 1L << 20;

  /**
   * A cell is an errno, after which nothing has changed, or the state afterwards. ZERO is device 0 of a dynamic region,
   * empty; STATIC and OFF are a static region's device, bound and not; DEAD was destroyed, GONE had its region closed.
   */
  private static final String TABLE = """
                       EMPTY   SIZED   BOUND   MAPPED  STATIC  OFF     ZERO    DEAD    GONE
      grow             SIZED   SIZED   EBUSY   EBUSY   EACCES  EACCES  SIZED   ENXIO   ENXIO
      growTooMuch      ENOSPC  ENOSPC  EBUSY   EBUSY   EACCES  EACCES  ENOSPC  ENXIO   ENXIO
      resizeUneven     EINVAL  EINVAL  EINVAL  EINVAL  EACCES  EACCES  EINVAL  ENXIO   ENXIO
      keepSize         EMPTY   SIZED   EBUSY   EBUSY   EACCES  EACCES  EMPTY   ENXIO   ENXIO
      resizeToZero     EMPTY   EMPTY   EBUSY   EBUSY   EACCES  EACCES  EMPTY   ENXIO   ENXIO
      alignTo4K        EMPTY   SIZED   EBUSY   EBUSY   EACCES  EACCES  EMPTY   ENXIO   ENXIO
      alignTo2M        EMPTY   SIZED   EBUSY   EBUSY   EACCES  EACCES  EMPTY   ENXIO   ENXIO
      alignTo1G        EMPTY   EINVAL  EBUSY   EBUSY   EACCES  EACCES  EMPTY   ENXIO   ENXIO
      enable           ENXIO   BOUND   EBUSY   EBUSY   EBUSY   BOUND   ENXIO   ENXIO   ENXIO
      disable          ENODEV  ENODEV  SIZED   EBUSY   SIZED   ENODEV  ENODEV  ENXIO   ENXIO
      map              ENXIO   ENXIO   BOUND   BOUND   BOUND   ENXIO   ENXIO   ENXIO   ENXIO
      mapUneven        ENXIO   ENXIO   EINVAL  EINVAL  EINVAL  ENXIO   ENXIO   ENXIO   ENXIO
      mapBeyond        ENXIO   ENXIO   EINVAL  EINVAL  EINVAL  ENXIO   ENXIO   ENXIO   ENXIO
      delete           DEAD    EBUSY   EBUSY   EBUSY   ENOENT  ENOENT  EBUSY   ENXIO   ENXIO
      destroy          DEAD    DEAD    DEAD    EBUSY   EACCES  EACCES  EBUSY   ENXIO   ENXIO
      forceGrow        SIZED   SIZED   BOUND   BOUND   EACCES  EACCES  SIZED   ENXIO   ENXIO
      forceGrowTooMuch ENOSPC  ENOSPC  ENOSPC  ENOSPC  EACCES  EACCES  ENOSPC  ENXIO   ENXIO
      forceUneven      EINVAL  EINVAL  EINVAL  EINVAL  EACCES  EACCES  EINVAL  ENXIO   ENXIO
      forceToZero      EMPTY   EMPTY   EMPTY   EMPTY   EACCES  EACCES  EMPTY   ENXIO   ENXIO
      forceDisable     ENODEV  ENODEV  SIZED   SIZED   SIZED   ENODEV  ENODEV  ENXIO   ENXIO
      forceDestroy     DEAD    DEAD    DEAD    DEAD    EACCES  EACCES  EBUSY   ENXIO   ENXIO
      """;

  private interface Operation {
    void on(DaxDevice device) throws DaxException;
  }

  private static final Map<String, Operation> OPERATIONS = new TreeMap<>();

  static {
    OPERATIONS.put("grow", device -> device.resize(10 * MIB));
    OPERATIONS.put("growTooMuch", device -> device.resize(66 * MIB));
    OPERATIONS.put("resizeUneven", device -> device.resize(4096));
    OPERATIONS.put("keepSize", device -> device.resize(device.size()));
    OPERATIONS.put("resizeToZero", device -> device.resize(0));
    OPERATIONS.put("alignTo4K", device -> device.setAlignment(PageSize.SIZE_4K));
    OPERATIONS.put("alignTo2M", device -> device.setAlignment(PageSize.SIZE_2M));
    OPERATIONS.put("alignTo1G", device -> device.setAlignment(PageSize.SIZE_1G));
    OPERATIONS.put("enable", DaxDevice::enable);
    OPERATIONS.put("disable", DaxDevice::disable);
    OPERATIONS.put("map", device -> device.map(Access.READ_WRITE).close());
    OPERATIONS.put("mapUneven", device -> device.map(Access.READ_WRITE, 0, 4097).close());
    OPERATIONS.put("mapBeyond", device -> device.map(Access.READ_WRITE, 8 * MIB, 4096).close());
    OPERATIONS.put("delete", device -> device.region().delete(device.name()));
    OPERATIONS.put("destroy", DaxDevice::destroy);
    OPERATIONS.put("forceGrow", device -> device.resize(10 * MIB, OnMapped.REVOKE));
    OPERATIONS.put("forceGrowTooMuch", device -> device.resize(66 * MIB, OnMapped.REVOKE));
    OPERATIONS.put("forceUneven", device -> device.resize(4096, OnMapped.REVOKE));
    OPERATIONS.put("forceToZero", device -> device.resize(0, OnMapped.REVOKE));
    OPERATIONS.put("forceDisable", device -> device.disable(OnMapped.REVOKE));
    OPERATIONS.put("forceDestroy", device -> device.destroy(OnMapped.REVOKE));
  }

  private final AddressesOnly driver = new AddressesOnly();
  private final DaxBus bus = DaxBus.withDrivers(driver);
  private final List<DaxMapping> mappings = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    bus.close();
    assertThat(driver.open()).isEmpty();
    assertThat(mappings).noneMatch(DaxMapping::isOpen);
  }

  private static Stream<Arguments> cells() {
    List<String> lines = TABLE.lines().toList();
    String[] states = lines.getFirst().strip().split(" +");
    List<Arguments> cells = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] words = line.split(" +");
      assertThat(words).hasSize(states.length + 1);
      for (int i = 0; i < states.length; i++) {
        cells.add(Arguments.of(words[0], states[i], words[i + 1]));
      }
    }
    return cells.stream();
  }

  private DaxDevice deviceIn(String state) throws DaxException {
    if (state.equals("STATIC") || state.equals("OFF")) {
      DaxDevice device = bus.add(AddressesOnly.fixed(3, 5, 8 * MIB, PageSize.SIZE_4K)).devices().getFirst();
      if (state.equals("OFF")) {
        device.disable();
      }
      return device;
    }
    DaxRegion region = bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
    if (state.equals("ZERO")) {
      return region.devices().getFirst();
    }
    DaxDevice device = region.createEmpty();
    if (!state.equals("EMPTY")) {
      device.resize(8 * MIB);
    }
    if (!state.equals("EMPTY") && !state.equals("SIZED")) {
      device.enable();
    }
    switch (state) {
      case "MAPPED" -> mappings.add(device.map(Access.READ_WRITE));
      case "DEAD" -> device.destroy();
      case "GONE" -> region.close();
      default -> {
      }
    }
    return device;
  }

  @Test
  void theTableHasEveryOperation() {
    assertThat(cells().map(cell -> cell.get()[0])).containsAll(OPERATIONS.keySet())
        .hasSize(9 * OPERATIONS.size());
  }

  @ParameterizedTest(name = "{0} of {1}: {2}")
  @MethodSource("cells")
  void aCellOfTheTable(String operation, String state, String expected) throws Exception {
    DaxDevice device = deviceIn(state);
    DeviceState before = device.state();
    DeviceInfo infoBefore = before == DeviceState.DEAD ? null : device.info("test");
    Refusal.Step call = () -> OPERATIONS.get(operation).on(device);
    if (Stream.of(DeviceState.values()).anyMatch(s -> s.name().equals(expected))) {
      OPERATIONS.get(operation).on(device);
      assertThat(device.state()).hasToString(expected);
    } else {
      assertRefused(call, Errno.valueOf(expected));
      assertThat(device.state()).isEqualTo(before);
      if (before != DeviceState.DEAD) {
        assertThat(device.info("test")).isEqualTo(infoBefore);
      }
      assertThat(mappings).allMatch(DaxMapping::isOpen);
    }
    if (operation.startsWith("force") && !expected.startsWith("E") || expected.equals("EMPTY")) {
      assertThat(mappings).noneMatch(DaxMapping::isOpen);
    }
  }

  @ParameterizedTest
  @MethodSource("dead")
  void aDeadDeviceSaysItsNameAndNothingElse(String state) throws Exception {
    DaxDevice device = deviceIn(state);
    assertThat(device.name()).isEqualTo("dax0.1");
    assertThat(device.id()).isEqualTo(1);
    assertThat(device).hasToString("dax0.1");
    assertThat(device.region().id()).isZero();
    assertThat(device.state()).isEqualTo(DeviceState.DEAD);
    List<Refusal.Step> calls = List.of(device::size, device::alignment, device::ranges, device::mappings,
        device::attributes, () -> device.attribute("size"));
    assertThat(calls).allSatisfy(call -> assertRefused(call, Errno.ENXIO));
    String why = state.equals("DEAD") ? "the device was destroyed" : "its region is closed";
    assertRefused(device::size, Errno.ENXIO,
        "cannot read the size of dax0.1: " + why + "; ask its bus for the devices there are (ENXIO)");
  }

  private static List<String> dead() {
    return List.of("DEAD", "GONE");
  }

  @Test
  void theSentencesSayWhatToDo() throws Exception {
    DaxDevice empty = deviceIn("EMPTY");
    assertRefused(() -> empty.resize(4096), Errno.EINVAL,
        "cannot resize dax0.1 to 4 KiB: the size must be a multiple of"
            + " 2 MiB at an alignment of 4 KiB; use 0 bytes or 2 MiB (EINVAL)");
    assertRefused(() -> empty.resize(66 * MIB), Errno.ENOSPC, "cannot resize dax0.1 to 66 MiB: the region has 64 MiB"
        + " available of its 64 MiB; ask for no more, or shrink or destroy a device first (ENOSPC)");
    assertRefused(empty::enable, Errno.ENXIO, "cannot enable dax0.1: its size is 0; resize it first (ENXIO)");
    assertRefused(empty::disable, Errno.ENODEV,
        "cannot disable dax0.1: it is not bound; nothing is left to do (ENODEV)");
    assertRefused(() -> empty.map(Access.READ_ONLY), Errno.ENXIO,
        "cannot map dax0.1 at offset 0x0, 0 bytes: its size is 0; resize and enable it first (ENXIO)");
    empty.resize(8 * MIB);
    DaxDevice sized = empty;
    assertRefused(() -> sized.map(Access.READ_ONLY), Errno.ENXIO,
        "cannot map dax0.1 at offset 0x0, 8 MiB: it is not bound; enable it first (ENXIO)");
    assertRefused(() -> sized.setAlignment(PageSize.SIZE_1G), Errno.EINVAL,
        "cannot set the alignment of dax0.1 to 1 GiB:"
            + " its range 0x0-0x7fffff has 8 MiB, not a multiple of 1 GiB; resize it to 0 first (EINVAL)");
    assertRefused(() -> sized.region().delete("dax0.1"), Errno.EBUSY, "cannot delete dax0.1 of region 0 (addresses:"
        + " 64 MiB of addresses): its size is 8 MiB; resize it to 0 first (EBUSY)");
    sized.enable();
    DaxDevice bound = sized;
    assertRefused(() -> bound.resize(0), Errno.EBUSY,
        "cannot resize dax0.1 to 0 bytes: it is bound; disable it first (EBUSY)");
    assertRefused(bound::enable, Errno.EBUSY, "cannot enable dax0.1: it is bound already; map it (EBUSY)");
    assertRefused(() -> bound.map(Access.READ_WRITE, 100, 4096), Errno.EINVAL,
        "cannot map dax0.1 at offset 0x64, 4 KiB:"
            + " the offset must be a multiple of the device's alignment, 4 KiB; use 0x0 or 0x1000 (EINVAL)");
    assertRefused(() -> bound.map(Access.READ_WRITE, 0, 0), Errno.EINVAL, "cannot map dax0.1 at offset 0x0, 0 bytes:"
        + " the length must be a positive multiple of the device's alignment, 4 KiB; use 4 KiB (EINVAL)");
    assertRefused(() -> bound.map(Access.READ_WRITE, 8 * MIB - 4096, 8192), Errno.EINVAL, "cannot map dax0.1 at offset"
        + " 0x7ff000, 8 KiB: the device ends at 0x800000; map no more than 4 KiB from there (EINVAL)");
    mappings.add(bound.map(Access.READ_WRITE));
    assertRefused(bound::disable, Errno.EBUSY,
        "cannot disable dax0.1: 1 mapping of it is open; close them, or force it (EBUSY)");
    mappings.add(bound.map(Access.READ_WRITE));
    assertRefused(bound::destroy, Errno.EBUSY,
        "cannot destroy dax0.1: 2 mappings of it are open; close them, or force it (EBUSY)");
    DaxDevice zero = bound.region().devices().getFirst();
    assertRefused(zero::destroy, Errno.EBUSY, "cannot destroy dax0.0: device 0 of a region is never deleted; disable it"
        + " and resize it to 0 (EBUSY)");
    DaxDevice fixed = deviceIn("STATIC");
    assertRefused(() -> fixed.resize(0), Errno.EACCES, "cannot resize dax3.5 to 0 bytes: the layout of a static region"
        + " cannot be changed; change the media or file that it is made of (EACCES)");
  }

  @Test
  void aBlockThatLiesInTwoRangesIsNotMapped() throws Exception {
    DaxRegion region = bus.add(AddressesOnly.dynamic(4L << 30, PageSize.SIZE_4K).at(2 * MIB));
    DaxDevice device = region.devices().getFirst();
    device.setAlignment(PageSize.SIZE_1G);
    device.resize(2L << 30);
    device.enable();
    assertRefused(() -> device.map(Access.READ_ONLY), Errno.EINVAL, "cannot map dax0.0 at offset 0x0, 2 GiB: its range"
        + " 0x200000-0x801fffff begins or ends inside a block of 1 GiB, which no fault could bring in; set a smaller"
        + " alignment, or resize it to 0 and anew (EINVAL)");
  }

  @Test
  void whatIsWrongWhateverTheDeviceIsNoMatterOfState() throws Exception {
    for (String state : List.of("EMPTY", "STATIC", "DEAD")) {
      DaxDevice device = deviceIn(state);
      assertThatThrownBy(() -> device.resize(-1)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a device of -1 bytes: the size must not be negative");
      assertThatThrownBy(() -> device.map(Access.READ_ONLY, -1, 4096)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> device.map(Access.READ_ONLY, 0, -1)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("offset 0, length -1: neither may be negative");
      assertThatThrownBy(() -> device.map(Access.READ_ONLY, Long.MAX_VALUE, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> device.map(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> device.map(null, 0, 4096)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> device.resize(0, null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> device.disable(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> device.destroy(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> device.setAlignment(null)).isInstanceOf(NullPointerException.class);
      if (state.equals("EMPTY")) {
        bus.regions().forEach(DaxRegion::close);
      }
    }
  }

  @Test
  void aRevokedMappingStaysClosedWhenItsDeviceIsEnabledAgain() throws Exception {
    DaxDevice device = deviceIn("MAPPED");
    DaxMapping mapping = mappings.getFirst();
    device.disable(OnMapped.REVOKE);
    device.enable();
    assertThat(mapping.isOpen()).isFalse();
    assertThat(device.mappings()).isEmpty();
    assertThatThrownBy(mapping::segment).isInstanceOf(IllegalStateException.class).hasMessage(
        "the mapping of dax0.1 at 0x0 is closed: the device was taken from it by force: disable dax0.1");
    mapping.close();
  }

  @Test
  void aForcedResizeKeepsTheDeviceBoundUnlessItIsEmptied() throws Exception {
    DaxDevice device = deviceIn("MAPPED");
    device.resize(16 * MIB, OnMapped.REVOKE);
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertThat(device.size()).isEqualTo(16 * MIB);
    DaxMapping larger = device.map(Access.READ_WRITE);
    assertThat(larger.length()).isEqualTo(16 * MIB);
    device.resize(0, OnMapped.REVOKE);
    assertThat(larger.isOpen()).isFalse();
    assertThat(device.state()).isEqualTo(DeviceState.EMPTY);
    assertThat(device.region().availableSize()).isEqualTo(64 * MIB);
  }
}
