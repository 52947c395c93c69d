// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import static dev.jdax.Refusal.assertRefused;
import static dev.jdax.kernel.FakeLinux.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMapping;
import dev.jdax.DaxMode;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.Errno;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** C21 where others take things away: a device, a region or a binding that is replaced by one of its name. */
class AHandleStaysWithItsIncarnation {
  private static final String REGION = "sys/devices/platform/hmem.0";
  private static final String DEVICE = REGION + "/dax0.1";

  @TempDir
  private Path folder;
  private FakeLinux linux;
  private LinuxDevices devices;
  private DaxRegion region;
  private DaxDevice device;

  @BeforeEach
  void start() throws IOException {
    linux = new FakeLinux(folder);
    linux.hmem(0, 64 * MIB, false);
    devices = linux.devices();
    region = devices.regions().getFirst();
    device = region.createEmpty();
    linux.forgetWrites();
  }

  @AfterEach
  void stop() {
    linux.close();
  }

  private void replace() {
    try {
      linux.vanish(DEVICE);
      linux.device(REGION, "dax0.1", 2 * MIB);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void assertDead() {
    String destroyed = ": the device was destroyed; ask its bus for the devices there are (ENXIO)";
    assertRefused(device::size, Errno.ENXIO, "cannot read the size of dax0.1" + destroyed);
    assertRefused(device::ranges, Errno.ENXIO, "cannot read the ranges of dax0.1" + destroyed);
    assertRefused(device::alignment, Errno.ENXIO);
    assertRefused(device::mode, Errno.ENXIO);
    assertRefused(device::mappings, Errno.ENXIO);
    assertRefused(device::attributes, Errno.ENXIO);
    assertRefused(() -> device.resize(2 * MIB), Errno.ENXIO, "cannot resize dax0.1 to 2 MiB" + destroyed);
    assertRefused(() -> device.setAlignment(PageSize.SIZE_4K), Errno.ENXIO);
    assertRefused(device::enable, Errno.ENXIO, "cannot enable dax0.1" + destroyed);
    assertRefused(() -> device.disable(OnMapped.REVOKE), Errno.ENXIO);
    assertRefused(() -> device.setMode(DaxMode.SYSTEM_RAM, OnMapped.REVOKE), Errno.ENXIO);
    assertRefused(device::destroy, Errno.ENXIO);
    assertRefused(() -> device.map(Access.READ_ONLY), Errno.ENXIO, "cannot map dax0.1" + destroyed);
    assertRefused(() -> device.map(Access.READ_ONLY, 0, MIB), Errno.ENXIO);
    assertThat(linux.writes()).isEmpty();
    try {
      assertThat(device.state()).isEqualTo(DeviceState.DEAD);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDeviceThatSomebodyElseHasDeleted() throws Exception {
    linux.vanish(DEVICE);
    assertThat(region.devices()).hasToString("[dax0.0]");
    assertDead();
    assertRefused(() -> devices.open("dax0.1"), Errno.ENXIO,
        "cannot open dax0.1: the kernel has no dax0.1; it has dax0.0 (ENXIO)");
  }

  @Test
  void aDeviceThatSomebodyElseHasReplaced() throws Exception {
    replace();
    assertDead();
    assertDead();
    DaxDevice another = devices.open("dax0.1");
    assertThat(another).isNotSameAs(device);
    assertThat(another.state()).isEqualTo(DeviceState.EMPTY);
    another.resize(2 * MIB);
    linux.forgetWrites();
    assertDead();
  }

  @Test
  void aDeviceThatVanishesBetweenListAndOpen() throws Exception {
    linux.onRead(DEVICE + "/align", () -> {
      try {
        linux.vanish(DEVICE);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      linux.onRead(DEVICE + "/align", () -> {
      });
    });
    assertThat(devices.devices()).hasToString("[dax0.0]");
    assertDead();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      1 | cannot resize dax0.1 to 4 MiB: the device was destroyed; ask its bus for the devices there are (ENXIO)
      2 | cannot look at dax0.1: somebody else has deleted it and made another; ask the region for its devices (ENXIO)
      """)
  void aDeviceThatIsReplacedDuringAnOperationIsLeftAlone(int look, String sentence) throws Exception {
    int[] reads = {0};
    linux.onRead(DEVICE + "/size", () -> {
      if (++reads[0] == look) {
        replace(); // after the first look, and after the last one, before the write
      }
    });
    assertRefused(() -> device.resize(4 * MIB), Errno.ENXIO, sentence);
    assertThat(linux.writes()).isEmpty();
    assertDead();
    assertThat(devices.open("dax0.1").size()).isZero();
  }

  @Test
  void aDeviceThatIsReplacedWhileItIsMappedIsNotMapped() throws Exception {
    DaxDevice sized = region.create(4 * MIB);
    String own = REGION + "/dax0.2";
    int[] reads = {0};
    linux.onRead(own + "/dev", () -> {
      if (reads[0]++ == 0) { // behind the first look at the driver
        try {
          linux.remove(own + "/driver");
          linux.link(own + "/driver", "sys/bus/dax/drivers/device_dax"); // bound again: another link
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    });
    Path node = linux.path("dev/dax0.2");
    assertRefused(() -> sized.map(Access.READ_ONLY), Errno.ENXIO, "cannot open " + node
        + ": somebody else has unbound dax0.2 meanwhile; see who reconfigures it (ENXIO)");
    assertThat(region.devices()).contains(sized);
  }

  @Test
  void theNodeOfADeviceThatWasUnboundIsNotEvenOpened() throws Exception {
    DaxDevice bound = region.create(4 * MIB);
    String own = REGION + "/dax0.2";
    linux.makeMappable(own);
    int[] reads = {0, Integer.MAX_VALUE};
    linux.onRead(own + "/size", () -> {
      if (++reads[0] == reads[1]) {
        try {
          linux.remove(own + "/driver");
          linux.remove("dev/dax0.2"); // whoever reaches for it says so
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    });
    bound.map(Access.READ_ONLY).close();
    reads[1] = 2 * reads[0]; // the last look at the device before the node is opened
    assertRefused(() -> bound.map(Access.READ_ONLY), Errno.ENXIO, "cannot open " + linux.path("dev/dax0.2")
        + ": somebody else has unbound dax0.2 meanwhile; see who reconfigures it (ENXIO)");
  }

  @Test
  void aRegionWhoseDriverWasUnboundAndBoundAgainIsAnother() throws Exception {
    linux.vanish(REGION);
    assertThat(devices.regions()).isEmpty();
    assertRefused(region::size, Errno.ENXIO);
    linux.hmem(0, 64 * MIB, false);
    DaxRegion another = devices.regions().getFirst();
    assertThat(another).isNotSameAs(region);
    assertRefused(region::size, Errno.ENXIO);
    assertRefused(device::size, Errno.ENXIO);
    assertThat(another.devices()).hasToString("[dax0.0]");
  }

  @Test
  void aRegionThatIsReplacedBetweenTwoListsIsAnotherToo() throws Exception {
    linux.vanish(REGION);
    linux.hmem(0, 64 * MIB, false);
    assertRefused(region::availableSize, Errno.ENXIO, "cannot look at the region at " + linux.path(REGION)
        + ": its driver was unbound, and bound again; open its devices again (ENXIO)");
    assertThat(devices.regions()).hasSize(1).doesNotContain(region);
  }

  @Test
  void aNamespaceThatComesBackInAnotherFolderIsFound() throws Exception {
    String first = linux.pmem(1, 0, 0, 16 * MIB, 4096);
    DaxDevice before = devices.open("dax1.0");
    assertThat(devices.regions()).hasSize(2);
    linux.vanish(first);
    assertThat(devices.regions()).hasSize(1);
    linux.pmem(1, 0, 1, 16 * MIB, 4096); // the personality gets another number from time to time
    assertThat(devices.regions()).hasSize(2);
    assertThat(devices.open("dax1.0")).isNotSameAs(before);
    assertRefused(before::size, Errno.ENXIO);
  }

  @Test
  void aRegionThatCannotBeReadForAMomentKeepsItsHandles() throws Exception {
    linux.refuse("open " + REGION + "/dax_region/size", Errno.EMFILE);
    assertThat(devices.regions()).containsExactly(region);
    linux.refuse("open " + REGION + "/dax_region/size", null);
    assertThat(devices.regions()).containsExactly(region);
    assertThat(device.state()).isEqualTo(DeviceState.EMPTY);
  }

  @Test
  void aMappingWhoseDeviceWasBoundAgainIsNotSound() throws Exception {
    DaxDevice sized = region.create(4 * MIB);
    linux.makeMappable(REGION + "/dax0.2");
    try (DaxMapping mapping = sized.map(Access.READ_ONLY)) {
      assertThat(mapping.firstUnreachable(0, 4 * MIB)).isEmpty();
      linux.remove(REGION + "/dax0.2/driver");
      assertThat(mapping.firstUnreachable(0, 4 * MIB)).isEmpty(); // the kernel is asked, and /dev/zero does not vanish
      linux.link(REGION + "/dax0.2/driver", "sys/bus/dax/drivers/device_dax");
      assertRefused(() -> mapping.firstUnreachable(0, 4 * MIB), Errno.ENXIO,
          "cannot check mapping of dax0.2 at 0x0, 4 MiB: "
              + "somebody else has unbound dax0.2 since it was mapped, and bound it again: Linux shows its memory of now, "
              + "which may be another; close the mapping, and map it anew (ENXIO)");
      linux.vanish(REGION + "/dax0.2");
      assertThat(mapping.firstUnreachable(0, 4 * MIB)).isEmpty();
    }
  }

  @Test
  void aRegionThatItsUserClosesIsListedAnew() throws Exception {
    DaxDevice sized = region.create(4 * MIB);
    linux.makeMappable(REGION + "/dax0.2");
    try (DaxMapping mapping = sized.map(Access.READ_ONLY)) {
      region.close();
      assertRefused(sized::size, Errno.ENXIO);
      assertThat(mapping.isOpen()).isTrue();
      assertThat(devices.open("dax0.2")).isNotSameAs(sized);
      assertThat(devices.open("dax0.2").size()).isEqualTo(4 * MIB);
    }
  }

  @Test
  void aDeviceThatIsResizedWhileItIsMappedIsMappedAsItIsOrNotAtAll() throws Exception {
    DaxDevice sized = region.create(4 * MIB);
    String own = REGION + "/dax0.2";
    linux.makeMappable(own);
    int[] reads = {0};
    linux.onRead(own + "/align", () -> {
      if (++reads[0] == 3) { // map() asks for the size, then for the rules, then for the memory
        linux.put(own + "/size", 2 * MIB + "\n");
        linux.mapping(REGION, "dax0.2", 0, 0x40000000L, 2 * MIB, 0);
      }
    });
    assertRefused(() -> sized.map(Access.READ_ONLY), Errno.EBUSY,
        "cannot map dax0.2 at offset 0x0, 4 MiB: somebody else has resized the device meanwhile; try again (EBUSY)");
    try (DaxMapping mapping = sized.map(Access.READ_ONLY)) {
      assertThat(mapping.length()).isEqualTo(2 * MIB);
    }
  }
}
