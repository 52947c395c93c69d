// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import static dev.jdax.Refusal.assertRefused;
import static dev.jdax.kernel.FakeLinux.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Dax#open}: what names a device, and what is said of what does not. */
class ADeviceIsOpenedByNodeNameOrNamespace {
  @TempDir
  private Path folder;
  private FakeLinux linux;
  private LinuxDevices devices;

  @BeforeEach
  void start() throws IOException {
    linux = new FakeLinux(folder);
    linux.pmem(0, 0, 0, 16 * MIB, 4096);
    linux.pmem(0, 1, 1, 16 * MIB, 4096);
    devices = linux.devices();
  }

  @AfterEach
  void stop() {
    linux.close();
  }

  @Test
  void byAnythingThatIsItsOwn() throws Exception {
    DaxDevice device = devices.open("dax0.0");
    assertThat(devices.open(linux.path("dev/dax0.0").toString())).isSameAs(device);
    assertThat(devices.open(linux.path("dev/dax0.0"))).isSameAs(device);
    assertThat(devices.open("namespace0.0")).isSameAs(device);
    assertThat(devices.open("name0")).isSameAs(device);
    assertThat(devices.open(FakeLinux.uuid(0x10))).isSameAs(device);
    assertThat(devices.open(FakeLinux.uuid(0x20).toUpperCase())).isSameAs(device);
    assertThat(devices.open("name1").name()).isEqualTo("dax0.1");
    Path link = Files.createSymbolicLink(folder.resolve("by-id"), linux.path("dev/dax0.0"));
    assertThat(devices.open(link)).isSameAs(device);
  }

  /** Of the second, of which no name or uuid is also one of the first. */
  @Test
  void byEachNameAndEachUuidInCapitalOrSmallLetters() throws Exception {
    DaxDevice device = devices.open("dax0.1");
    for (String key : new String[]{"namespace0.1", "name1", FakeLinux.uuid(0x11), FakeLinux.uuid(0x11).toUpperCase(),
        FakeLinux.uuid(0x21), FakeLinux.uuid(0x21).toUpperCase()}) {
      assertThat(devices.open(key)).as(key).isSameAs(device);
    }
    for (String key : new String[]{"Namespace0.1", "NAME1", "name1 ", "dax00.1", "dax0.01", "dax0.4294967297"}) {
      assertRefused(() -> devices.open(key), Errno.ENXIO);
    }
  }

  @Test
  void anIdIsAnyNumberThatLinuxHas() throws Exception {
    for (int id : new int[]{1_000_000_000, Integer.MAX_VALUE}) {
      linux.pmem(0, id, 2, 16 * MIB, 4096);
      assertThat(devices.open("dax0." + id).id()).isEqualTo(id);
      assertThat(devices.devices()).extracting(DaxDevice::name).contains("dax0." + id);
    }
  }

  @Test
  void theEmptyTextNamesNoNamespaceNotEvenOneWithoutAName() throws Exception {
    namespace("namespace5.0", "memory", "pfn5.0", 5);
    linux.put("sys/devices/LNXSYSTM:00/ndbus0/region5/namespace5.0/alt_name", "\n");
    linux.put("sys/devices/LNXSYSTM:00/ndbus0/region5/namespace5.0/uuid", "\n");
    assertRefused(() -> devices.open(""), Errno.ENXIO, "cannot open : no device is made of a namespace of that name or "
        + "uuid; see ndctl list -N: it has to be there, enabled, and in mode devdax (ENXIO)");
  }

  @Test
  void aNameThatTwoNamespacesHaveIsRefused() throws Exception {
    String names = "sys/devices/LNXSYSTM:00/ndbus0/region0/namespace0.";
    linux.put(names + "1/alt_name", "name0\n");
    assertRefused(() -> devices.open("name0"), Errno.EEXIST, "cannot open name0: dax0.0 (uuid "
        + FakeLinux.uuid(0x20) + "), dax0.1 (uuid " + FakeLinux.uuid(0x21) + ") are all made of a namespace of that "
        + "name; name one of them by its uuid (EEXIST)");
    linux.put(names + "1/alt_name", "Name0\n"); // which is another name
    assertThat(devices.open("name0").name()).isEqualTo("dax0.0");
  }

  @Test
  void aRegionThatCannotBeReadKeepsNoOtherFromBeingOpened() throws Exception {
    String broken = linux.hmem(1, 64 * MIB, false);
    linux.put(broken + "/dax_region/id", "x");
    assertThat(devices.open("name0").name()).isEqualTo("dax0.0");
    assertThat(devices.open("dax0.1").name()).isEqualTo("dax0.1");
    assertRefused(() -> devices.open("dax1.0"), Errno.EIO);
  }

  @Test
  void whatIsNotThereIsSaidWithWhatIs() {
    assertRefused(() -> devices.open("dax7.0"), Errno.ENXIO,
        "cannot open dax7.0: the kernel has no dax7.0; it has dax0.0, dax0.1 (ENXIO)");
    assertRefused(() -> devices.open("alpha"), Errno.ENXIO, "cannot open alpha: no device is made of a namespace of "
        + "that name or uuid; see ndctl list -N: it has to be there, enabled, and in mode devdax (ENXIO)");
    assertRefused(() -> devices.open(""), Errno.ENXIO);
  }

  /** A namespace that Linux has, in one of its words for modes, and what is made of it. */
  private void namespace(String device, String mode, String holder, int number) throws IOException {
    String folder = "sys/devices/LNXSYSTM:00/ndbus0/region5/" + device;
    linux.put(folder + "/mode", mode + "\n");
    linux.put(folder + "/alt_name", "name" + number + "\n");
    linux.put(folder + "/uuid", FakeLinux.uuid(0x20 + number) + "\n");
    linux.put(folder + "/holder", holder + "\n");
    linux.link("sys/bus/nd/devices/" + device, folder);
    if (!holder.isEmpty()) {
      linux.put("sys/bus/nd/devices/" + holder + "/uuid", FakeLinux.uuid(0x10 + number) + "\n");
    }
  }

  @Test
  void aNamespaceInAnotherModeIsToldAsThat() throws Exception {
    namespace("namespace5.0", "memory", "pfn5.0", 5);
    namespace("namespace5.1", "safe", "btt5.0", 6);
    namespace("namespace5.2", "raw", "", 7);
    namespace("namespace5.3", "dax", "dax5.1", 8);
    String mapped = ", and jdax maps namespaces in mode devdax; ";
    String remake = " -m devdax makes it one, and ends what is in it (ENXIO)";
    for (String name : new String[]{"namespace5.0", "name5", FakeLinux.uuid(0x25),
        FakeLinux.uuid(0x15).toUpperCase()}) {
      assertRefused(() -> devices.open(name), Errno.ENXIO, "cannot open " + name + ": namespace5.0 is in mode fsdax, a "
          + "block device for a file system" + mapped + "ndctl create-namespace -f -e namespace5.0" + remake);
    }
    assertRefused(() -> devices.open("name6"), Errno.ENXIO,
        "cannot open name6: namespace5.1 is in mode sector, a block "
            + "device with atomic sectors" + mapped + "ndctl create-namespace -f -e namespace5.1" + remake);
    assertRefused(() -> devices.open("name7"), Errno.ENXIO, "cannot open name7: namespace5.2 is in mode raw, a plain "
        + "block device, or is disabled" + mapped
        + "see ndctl list -Ni, and ndctl enable-namespace namespace5.2; ndctl "
        + "create-namespace -f -e namespace5.2" + remake);
    assertRefused(() -> devices.open("name8"), Errno.ENXIO,
        "cannot open name8: namespace5.3 is in mode devdax, and there "
            + "is no device of it; ndctl enable-namespace namespace5.3, and load the modules: modprobe device_dax dax_pmem "
            + "(ENXIO)");
    assertThat(devices.open("name0").name()).isEqualTo("dax0.0");
  }

  @Test
  void anotherKindOfFileIsNoNode() throws Exception {
    String rest = ": it is not the node of a dax device; name one like /dev/dax0.0, of a device that the kernel has: it "
        + "has dax0.0, dax0.1 (ENODEV)";
    Path file = Files.createFile(folder.resolve("file"));
    assertRefused(() -> devices.open(file), Errno.ENODEV, "cannot open " + file + rest);
    assertRefused(() -> devices.open(folder), Errno.ENODEV, "cannot open " + folder + rest);
    assertRefused(() -> devices.open("/"), Errno.ENODEV);
    linux.remove("sys/dev/char/1:5");
    assertRefused(() -> devices.open("/dev/zero"), Errno.ENODEV, "cannot open /dev/zero" + rest);
    linux.link("sys/dev/char/1:5", "sys/devices"); // a device of another subsystem
    assertRefused(() -> devices.open("/dev/zero"), Errno.ENODEV, "cannot open /dev/zero" + rest);
  }

  @Test
  void aNodeThatIsMissingIsSaidToBe() throws Exception {
    Path node = linux.path("dev/dax0.0");
    linux.remove("dev/dax0.0");
    String helps = "the kernel has dax0.0, and there is no node for it; mount devtmpfs on /dev; in a container, pass the "
        + "device in (--device /dev/dax0.0) (ENOENT)";
    assertRefused(() -> devices.open(node), Errno.ENOENT, "cannot open " + node + ": " + helps);
    DaxDevice device = devices.open("dax0.0");
    assertRefused(() -> device.map(Access.READ_ONLY), Errno.ENOENT, "cannot open " + node + ": " + helps);
    Path other = linux.path("dev/dax3.3");
    assertRefused(() -> devices.open(other), Errno.ENOENT, "cannot open " + other
        + ": there is no such node, and the kernel has no dax3.3; see daxctl list, or ./jdax list (ENOENT)");
    Path elsewhere = folder.resolve("dax0.1");
    assertRefused(() -> devices.open(elsewhere), Errno.ENOENT, "cannot open " + elsewhere
        + ": there is no such node; the node of dax0.1 is " + linux.path("dev/dax0.1") + " (ENOENT)");
    Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("nothing"));
    assertRefused(() -> devices.open(dangling), Errno.ENOENT);
  }

  @Test
  void aNodeThatMayNotBeReachedOrOpened() throws Exception {
    Path node = linux.path("dev/dax0.0");
    DaxDevice device = devices.open("dax0.0");
    linux.refuse("open dev/dax0.0", Errno.EACCES);
    assertRefused(() -> devices.open(node), Errno.EACCES,
        "cannot open " + node + ": the kernel refused: Permission denied; see that you may reach it (EACCES)");
    assertRefused(() -> device.map(Access.READ_ONLY), Errno.EACCES, "cannot open " + node + ": you may not reach it; "
        + "run as root, or have a udev rule give it to your group (SUBSYSTEM==\"dax\") (EACCES)");
  }

  @Test
  void anotherFileInTheNodesPlaceIsNotOpened() throws Exception {
    Path node = linux.path("dev/dax0.0");
    DaxDevice device = devices.open("dax0.0");
    String sentence = "cannot open " + node
        + ": it is not the node of dax0.0, which is device 1:5; see what has made it "
        + "(ENODEV)";
    linux.remove("dev/dax0.0");
    linux.put("dev/dax0.0", "a file");
    assertRefused(() -> device.map(Access.READ_WRITE), Errno.ENODEV, sentence);
    linux.remove("dev/dax0.0");
    Files.createSymbolicLink(node, Path.of("/dev/null"));
    assertRefused(() -> device.map(Access.READ_WRITE), Errno.ENODEV, sentence);
    linux.remove("dev/dax0.0");
    Files.createDirectory(node);
    assertRefused(() -> device.map(Access.READ_WRITE), Errno.ENODEV, sentence);
    assertThat(node).isEmptyDirectory();
  }

  @Test
  void aMachineWithoutDaxDevicesSaysSo() throws Exception {
    linux.remove("sys/bus/dax");
    assertThat(devices.regions()).isEmpty();
    assertThat(devices.devices()).isEmpty();
    String bus = linux.path("sys/bus/dax/devices").toString();
    assertRefused(() -> devices.open("dax0.0"), Errno.ENODEV, "cannot open dax0.0: this kernel shows no dax devices: "
        + "there is no " + bus + "; mount sysfs on /sys, and load the modules: modprobe device_dax dax_pmem dax_hmem "
        + "(ENODEV)");
    assertRefused(() -> devices.open("name0"), Errno.ENODEV);
    Path node = linux.path("dev/dax5.0");
    assertRefused(() -> devices.open(node), Errno.ENOENT, "cannot open " + node + ": there is no such node, and the "
        + "kernel has no dax5.0; load the modules: modprobe device_dax dax_pmem dax_hmem (ENOENT)");
    assertRefused(() -> devices.open("/dev/null"), Errno.ENODEV, "cannot open /dev/null: it is not the node of a dax "
        + "device; name one like /dev/dax0.0, of a device that the kernel has: it has no dax device at all (ENODEV)");
  }

  @Test
  void aBusThatIsNoFolderCannotBeListed() throws Exception {
    linux.remove("sys/bus/dax/devices");
    linux.put("sys/bus/dax/devices", "a file");
    DaxException refusal = assertRefused(devices::regions, Errno.EIO);
    assertThat(refusal).hasMessageStartingWith("cannot list the devices in " + linux.path("sys/bus/dax/devices"));
  }

  @Test
  void aNodeIsNotHeldOpenByItsMapping() throws Exception {
    DaxDevice device = devices.open("dax0.0");
    try (DaxMapping mapping = device.map(Access.READ_WRITE, 0, MIB)) {
      assertThat(mapping.length()).isEqualTo(MIB);
      assertThat(mapping.isPinned()).isTrue();
      try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
        assertThat(descriptors.map(descriptor -> {
          try {
            return Files.readSymbolicLink(descriptor).toString();
          } catch (IOException e) {
            return "";
          }
        })).doesNotContain("/dev/zero");
      }
    }
  }
}
