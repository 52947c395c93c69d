// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import static dev.jdax.Refusal.assertRefused;
import static dev.jdax.kernel.FakeLinux.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.jdax.Access;
import dev.jdax.DaxAttribute;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRange;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.Errno;
import dev.jdax.PageFaults;
import dev.jdax.PageSize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What sysfs shows, as regions and devices. */
class LinuxShowsItsRegionsAndDevices {
  @TempDir
  private Path folder;
  private FakeLinux linux;

  @BeforeEach
  void start() throws IOException {
    linux = new FakeLinux(folder);
  }

  @AfterEach
  void stop() {
    linux.close();
  }

  private static Map<String, String> shown(List<DaxAttribute> attributes) throws DaxException {
    Map<String, String> shown = new LinkedHashMap<>();
    for (DaxAttribute attribute : attributes) {
      shown.put(attribute.name(), attribute.reader() == null ? "" : attribute.show().strip());
    }
    return shown;
  }

  @Test
  void aDynamicRegionThatIsIdle() throws Exception {
    linux.hmem(0, 512 * MIB, false);
    DaxRegion region = linux.devices().regions().getFirst();
    assertThat(region.id()).isZero();
    assertThat(region.isDynamic()).isTrue();
    assertThat(region.size()).isEqualTo(512 * MIB);
    assertThat(region.availableSize()).isEqualTo(512 * MIB);
    assertThat(region.alignment()).isEqualTo(PageSize.SIZE_2M);
    assertThat(region).hasToString("region 0 (kernel: " + linux.path("sys/devices/platform/hmem.0") + ")");
    DaxDevice device = region.devices().getFirst();
    assertThat(device.name()).isEqualTo("dax0.0");
    assertThat(device.state()).isEqualTo(DeviceState.EMPTY);
    assertThat(device.mode()).isEmpty();
    assertThat(device.ranges()).isEmpty();
    assertThat(shown(region.attributes())).containsExactlyInAnyOrderEntriesOf(Map.of("id", "0", "size", "536870912",
        "align", "2097152", "available_size", "536870912", "seed", "", "create", "", "delete", ""));
  }

  @Test
  void aDeviceThatIsSystemRam() throws Exception {
    linux.hmem(3, 512 * MIB, true);
    DaxDevice device = linux.devices().open("dax3.0");
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertThat(device.mode()).isEqualTo(Optional.of(DaxMode.SYSTEM_RAM));
    assertThat(device.size()).isEqualTo(512 * MIB);
    assertThat(device.ranges()).containsExactly(new DaxRange(0, 0x40000000L, 512 * MIB));
    assertThat(shown(device.attributes())).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
        Map.entry("size", "536870912"), Map.entry("align", "2097152"), Map.entry("mapping", ""),
        Map.entry("resource", "0x100000000"), Map.entry("numa_node", "0"), Map.entry("target_node", "1"),
        Map.entry("dev", "1:5"), Map.entry("modalias", "dax:t0"), Map.entry("mapping0/start", "0x40000000"),
        Map.entry("mapping0/end", "0x5fffffff"), Map.entry("mapping0/page_offset", "0x0")));
  }

  @Test
  void anNvdimmNamespaceWithItsNames() throws Exception {
    linux.pmem(0, 0, 1, 250 * MIB, 4096); // the personality is another number than the device: R-06
    DaxDevice device = linux.devices().open("dax0.0");
    DaxRegion region = device.region();
    assertThat(region.isDynamic()).isFalse();
    assertThat(region.availableSize()).isZero();
    assertThat(device.alignment()).isEqualTo(PageSize.SIZE_4K);
    assertThat(device.ranges()).containsExactly(new DaxRange(0, 0x100600000L, 250 * MIB));
    assertThat(shown(region.attributes())).containsExactlyInAnyOrderEntriesOf(Map.of("id", "0", "size", "262144000",
        "align", "4096", "persistence_domain", "memory_controller", "uuid", FakeLinux.uuid(0x10), "namespace",
        "namespace0.0", "namespace_uuid", FakeLinux.uuid(0x20), "namespace_name", "name0"));
    assertRefused(() -> device.resize(2 * MIB), Errno.EACCES);
    assertRefused(region::createEmpty, Errno.ENOENT);
    assertThat(linux.writes()).isEmpty();
  }

  @Test
  void aNamespaceWithoutALabelHasNoNameOfItsOwn() throws Exception {
    String region = linux.pmem(1, 0, 0, 250 * MIB, 4096);
    linux.remove("sys/devices/LNXSYSTM:00/ndbus0/region1/namespace1.0/uuid");
    linux.put("sys/devices/LNXSYSTM:00/ndbus0/region1/namespace1.0/alt_name", "\n");
    linux.remove("sys/devices/LNXSYSTM:00/ndbus0/region1/persistence_domain");
    linux.put(region + "/uuid", "\n");
    assertThat(shown(linux.devices().regions().getFirst().attributes())).containsOnlyKeys("id", "size", "align",
        "namespace");
  }

  @Test
  void regionsOfOneIdAreKnownByTheirFolders() throws Exception {
    linux.pmem(0, 0, 2, 250 * MIB, 4096);
    linux.pmem(0, 1, 0, 14 * MIB, 2 * MIB);
    linux.pmem(0, 2, 1, 30 * MIB, 2 * MIB);
    linux.hmem(1, 64 * MIB, false);
    LinuxDevices devices = linux.devices();
    assertThat(devices.regions()).extracting(DaxRegion::id).containsExactlyInAnyOrder(0, 0, 0, 1);
    assertThat(devices.devices()).extracting(DaxDevice::name)
        .containsExactlyInAnyOrder("dax0.0", "dax0.1", "dax0.2", "dax1.0");
    assertThat(devices.open("dax0.1").size()).isEqualTo(14 * MIB);
    assertThat(devices.open("dax0.2").size()).isEqualTo(30 * MIB);
    assertThat(devices.open("namespace0.1").name()).isEqualTo("dax0.1");
  }

  @Test
  void whatIsStillTheSameIsTheSameObject() throws Exception {
    linux.hmem(0, 64 * MIB, false);
    LinuxDevices devices = linux.devices();
    assertThat(devices.regions()).isEqualTo(devices.regions());
    assertThat(devices.open("dax0.0")).isSameAs(devices.devices().getFirst());
  }

  @Test
  void severalRangesInTheOrderOfTheirPageOffsets() throws Exception {
    String region = linux.hmem(0, 512 * MIB, false);
    linux.put(region + "/dax0.0/size", 144 * MIB + "\n");
    linux.mapping(region, "dax0.0", 0, 0x48000000L, 64 * MIB, 0);
    linux.mapping(region, "dax0.0", 2, 0x44000000L, 32 * MIB, 0x4000);
    linux.mapping(region, "dax0.0", 10, 0x52000000L, 48 * MIB, 0x6000);
    assertThat(linux.devices().open("dax0.0").ranges()).containsExactly(new DaxRange(0, 0x48000000L, 64 * MIB),
        new DaxRange(0x4000, 0x44000000L, 32 * MIB), new DaxRange(0x6000, 0x52000000L, 48 * MIB));
  }

  @Test
  void anOrdinaryUserSeesAllButRangesAndTheRegionsAlignment() throws Exception {
    String region = linux.hmem(0, 512 * MIB, true);
    for (String file : List.of("dax_region/align", "dax0.0/mapping0/start", "dax0.0/mapping0/end",
        "dax0.0/mapping0/page_offset", "dax0.0/resource")) {
      linux.refuse("open " + region + "/" + file, Errno.EACCES);
    }
    DaxDevice device = linux.devices().open("dax0.0");
    assertThat(device.size()).isEqualTo(512 * MIB);
    assertThat(device.alignment()).isEqualTo(PageSize.SIZE_2M);
    assertThat(device.mode()).contains(DaxMode.SYSTEM_RAM);
    assertRefused(device::ranges, Errno.EACCES,
        "cannot read the ranges of dax0.0: unknown (needs root); ask as root (EACCES)");
    assertRefused(device.region()::alignment, Errno.EACCES, "cannot read the alignment of region 0 (kernel: "
        + linux.path(region) + "): unknown (needs root); ask as root (EACCES)");
    assertThat(device.attributes()).extracting(DaxAttribute::name).contains("size", "dev")
        .doesNotContain("mapping0/start");
    assertRefused(() -> device.attribute("resource").show(), Errno.EACCES);
  }

  private static long faultsOfMapping(DaxDevice device) throws DaxException {
    long before = PageFaults.ofThisThread().minor();
    device.map(Access.READ_WRITE).close();
    return PageFaults.ofThisThread().minor() - before;
  }

  @Test
  void whoMayNotKnowTheRangesHasEveryBlockProbed() throws Exception {
    String region = linux.pmem(1, 0, 0, 32 * MIB, 4096);
    linux.makeMappable(region + "/dax1.0");
    DaxDevice device = linux.devices().open("dax1.0");
    assertThat(faultsOfMapping(device)).isLessThan(4096);
    linux.refuse("open " + region + "/dax1.0/mapping0/start", Errno.EACCES);
    assertThat(faultsOfMapping(device)).isGreaterThanOrEqualTo(8192);
  }

  @Test
  void aBusOfOnesOwnTakesARegionByItsFolder() throws Exception {
    String region = linux.hmem(0, 64 * MIB, false);
    try (DaxBus bus = DaxBus.withDrivers(new KernelDriver(linux.tree()))) {
      assertThat(bus.add(new KernelRegion(linux.path(region))).devices()).hasSize(1);
      assertRefused(() -> bus.add(new KernelRegion(linux.path(region))), Errno.EEXIST);
      Path nowhere = linux.path("sys/devices/platform/hmem.9");
      assertRefused(() -> bus.add(new KernelRegion(nowhere)), Errno.ENXIO, "cannot open " + nowhere
          + "/dax_region: the kernel has no such thing, or no more; list the devices there are (ENXIO)");
    }
    assertThat(new KernelRegion(Path.of("/sys/devices/platform/hmem.0"))).hasToString("/platform/hmem.0");
    assertThat(linux.writes()).isEmpty();
  }
}
