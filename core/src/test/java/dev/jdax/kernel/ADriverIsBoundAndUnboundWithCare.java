// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import static dev.jdax.Refusal.assertRefused;
import static dev.jdax.kernel.FakeLinux.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
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

/** {@link DriverBinding}: who uses the node is looked for before, and what came of it afterwards (C-09, C-10, R-79). */
class ADriverIsBoundAndUnboundWithCare {
  private static final String REGION = "sys/devices/platform/hmem.0";
  private static final String DRIVER = "sys/bus/dax/drivers/device_dax";

  @TempDir
  private Path folder;
  private FakeLinux linux;
  private DaxRegion region;

  @BeforeEach
  void start() throws IOException {
    linux = new FakeLinux(folder);
    linux.hmem(0, 64 * MIB, false);
    region = linux.devices().regions().getFirst();
  }

  @AfterEach
  void stop() {
    linux.close();
  }

  private interface Step {
    void run() throws IOException;
  }

  private static Consumer<String> afterwards(Step step) {
    return _ -> {
      try {
        step.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private DaxDevice sized() throws DaxException {
    DaxDevice device = region.createEmpty();
    device.resize(4 * MIB);
    linux.forgetWrites();
    return device;
  }

  private DaxDevice bound() throws DaxException {
    DaxDevice device = region.create(4 * MIB);
    linux.forgetWrites();
    return device;
  }

  @Test
  void aDeviceIsMadeSizedAndBoundAndTheReverse() throws Exception {
    DaxDevice device = region.create(4 * MIB);
    assertThat(linux.writes()).containsExactly("dax_region/create: 1", "dax0.1/size: 4194304",
        "device_dax/bind: dax0.1");
    assertThat(device.mode()).contains(DaxMode.DEVDAX);
    linux.forgetWrites();
    device.destroy();
    assertThat(linux.writes()).containsExactly("device_dax/remove_id: dax0.1", "device_dax/unbind: dax0.1",
        "dax0.1/size: 0", "dax_region/delete: dax0.1");
    assertThat(region.devices()).hasToString("[dax0.0]");
  }

  @Test
  void aDriverThatDoesNotMatchByTypeIsToldTheName() throws Exception {
    linux.put(REGION + "/kmem", "1");
    DaxDevice device = sized();
    device.enable();
    assertThat(linux.writes()).containsExactly("device_dax/bind: dax0.1", "device_dax/new_id: dax0.1");
    device.disable();
    assertThat(linux.isListed("device_dax", "dax0.1")).isFalse();
    assertThat(device.state()).isEqualTo(DeviceState.SIZED);
  }

  @Test
  void whatNewIdHidesIsSaidAndUndone() throws Exception {
    linux.put(REGION + "/kmem", "1");
    DaxDevice device = sized();
    linux.refuse("probe dax0.1", Errno.EINVAL);
    assertRefused(device::enable, Errno.EINVAL,
        "cannot write dax0.1 to bind of device_dax: the kernel refused: Invalid "
            + "argument; look at the kernel's log for what the driver says; a device whose probe has failed once may have "
            + "to be deleted and made again (EINVAL)");
    assertThat(linux.writes()).containsExactly("device_dax/bind: dax0.1", "device_dax/new_id: dax0.1",
        "device_dax/bind: dax0.1", "device_dax/remove_id: dax0.1");
    assertThat(linux.isListed("device_dax", "dax0.1")).isFalse();
    assertThat(device.state()).isEqualTo(DeviceState.SIZED);
  }

  @Test
  void aProbeThatFailsLeavesNoDevice() throws Exception {
    linux.refuse("probe dax0.1", Errno.EBUSY);
    assertRefused(() -> region.create(4 * MIB), Errno.EBUSY);
    assertThat(region.devices()).hasToString("[dax0.0]");
    assertThat(region.availableSize()).isEqualTo(64 * MIB);
    assertThat(linux.path("dev/dax0.1")).doesNotExist();
  }

  @Test
  void aBindThatDoesNotLastIsNotTakenForOne() throws Exception {
    DaxDevice device = sized();
    String link = REGION + "/dax0.1/driver";
    linux.after(DRIVER + "/bind", afterwards(() -> linux.remove(link)));
    assertRefused(device::enable, Errno.EBUSY, "cannot bind dax0.1 to device_dax: it is bound to none afterwards; see "
        + "who else binds it, and the kernel's log (EBUSY)");
    linux.after(DRIVER + "/bind", afterwards(() -> linux.link(link, "sys/bus/dax/drivers/kmem")));
    assertRefused(device::enable, Errno.EBUSY,
        "cannot bind dax0.1 to device_dax: kmem has taken it; see who else binds "
            + "it, and the kernel's log (EBUSY)");
  }

  @Test
  void anUnbindThatDidNothingIsNotTakenForOne() throws Exception {
    DaxDevice device = bound();
    linux.after(DRIVER + "/unbind", afterwards(() -> linux.link(REGION + "/dax0.1/driver", DRIVER)));
    assertRefused(device::disable, Errno.EBUSY,
        "cannot unbind dax0.1: it is bound to device_dax afterwards; see who else binds it (EBUSY)");
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
  }

  @Test
  void aNodeThatIsOpenElsewhereIsNotUnbound() throws Exception {
    DaxDevice device = bound();
    Path node = linux.path("dev/dax0.1");
    Path process = linux.process(42, "fio");
    Files.createSymbolicLink(process.resolve("7"), node.toRealPath());
    String used = node + " is open or mapped in process 42 (fio), and Linux can crash when it is unbound or bound "
        + "meanwhile; end what uses it (EBUSY)";
    assertRefused(device::disable, Errno.EBUSY, "cannot unbind dax0.1: " + used);
    assertRefused(() -> device.disable(OnMapped.REVOKE), Errno.EBUSY, "cannot unbind dax0.1: " + used);
    assertRefused(() -> device.resize(0, OnMapped.REVOKE), Errno.EBUSY, "cannot unbind dax0.1: " + used);
    assertRefused(() -> device.setMode(DaxMode.SYSTEM_RAM, OnMapped.REVOKE), Errno.EBUSY,
        "cannot unbind dax0.1: " + used);
    assertRefused(() -> device.destroy(OnMapped.REVOKE), Errno.EBUSY, "cannot unbind dax0.1: " + used);
    assertThat(linux.writes()).isEmpty();
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    linux.remove("proc/42");
    device.disable();
    linux.process(43, "qemu");
    linux.put("proc/43/maps", "7f0000000000-7f0000200000 rw-s 00000000 00:31 12 /dax0.1\n");
    Files.createDirectory(linux.path("proc/43/map_files"));
    Files.createSymbolicLink(linux.path("proc/43/map_files/7f0000000000-7f0000200000"), node.toRealPath());
    linux.forgetWrites();
    assertRefused(device::enable, Errno.EBUSY,
        "cannot bind dax0.1 to device_dax: " + used.replace("42 (fio)", "43 (qemu)"));
    assertThat(linux.writes()).isEmpty();
  }

  @Test
  void whoUsesItMustBeSeen() throws Exception {
    DaxDevice device = bound();
    Path node = linux.path("dev/dax0.1");
    linux.remove("proc/1");
    assertRefused(device::disable, Errno.EBUSY, "cannot unbind dax0.1: " + node + " may be open in a process that you "
        + "may not look into: all that " + linux.path("proc")
        + " hides; and Linux can crash when it is unbound or bound "
        + "meanwhile; do it as root, where all processes are seen (EBUSY)");
    linux.process(1, "init");
    Files.createDirectories(linux.path("proc/self/ns"));
    Files.createSymbolicLink(linux.path("proc/self/ns/pid"), Path.of("pid:[4026532345]"));
    assertRefused(device::disable, Errno.EBUSY, "cannot unbind dax0.1: " + node + " may be open in a process that you "
        + "may not look into: all outside of this container; and Linux can crash when it is unbound or bound meanwhile; "
        + "do it as root, where all processes are seen (EBUSY)");
    linux.remove("proc/self/ns/pid");
    Files.createSymbolicLink(linux.path("proc/self/ns/pid"), Path.of("pid:[4026531836]"));
    linux.put(REGION + "/dax0.1/dev", "x\n");
    assertRefused(device::disable, Errno.EBUSY, "cannot unbind dax0.1: it cannot be seen who has device x open; mount "
        + "proc on /proc (EBUSY)");
    assertThat(linux.writes()).isEmpty();
  }

  @Test
  void ownMappingsAreRevokedFirstIfThatIsAskedFor() throws Exception {
    DaxDevice device = bound();
    linux.makeMappable(REGION + "/dax0.1");
    DaxMapping mapping = device.map(Access.READ_WRITE);
    assertRefused(device::disable, Errno.EBUSY,
        "cannot disable dax0.1: 1 mapping of it is open; close them, or force it (EBUSY)");
    Path other = linux.process(42, "fio");
    Files.createSymbolicLink(other.resolve("7"), Path.of("/dev/zero"));
    assertRefused(() -> device.disable(OnMapped.REVOKE), Errno.EBUSY);
    assertThat(mapping.isOpen()).isTrue(); // nothing is taken from us for what cannot be done
    linux.remove("proc/42");
    Path own = linux.process((int) ProcessHandle.current().pid(), "java");
    Files.createSymbolicLink(own.resolve("7"), Path.of("/dev/zero"));
    assertRefused(() -> device.disable(OnMapped.REVOKE), Errno.EBUSY); // more than our mappings, it turns out
    assertThat(mapping.isOpen()).isFalse();
    linux.remove("proc/" + ProcessHandle.current().pid());
    assertThat(linux.writes()).isEmpty();
    DaxMapping another = device.map(Access.READ_WRITE);
    device.disable(OnMapped.REVOKE);
    assertThat(another.isOpen()).isFalse();
    device.enable();
    assertThat(another.isOpen()).isFalse(); // C24
  }

  @Test
  void aKernelWithoutTheDriverIsToldSo() throws Exception {
    DaxDevice device = bound();
    linux.remove("sys/bus/dax/drivers/kmem");
    assertRefused(() -> device.setMode(DaxMode.SYSTEM_RAM, OnMapped.REFUSE), Errno.ENODEV,
        "cannot bind dax0.1 to kmem: "
            + "this kernel has no driver of that name; load its module: modprobe kmem (ENODEV)");
    assertThat(device.mode()).contains(DaxMode.DEVDAX); // it is bound to what it was bound to
  }

  @Test
  void anOrdinaryUserIsToldWhatOnlyRootMayDo() throws Exception {
    DaxDevice device = sized();
    for (String file : new String[]{DRIVER + "/bind", REGION + "/dax0.1/size", REGION + "/dax0.1/align",
        REGION + "/dax_region/create", REGION + "/dax_region/delete"}) {
      linux.refuse("open for writing " + file, Errno.EACCES);
    }
    assertRefused(device::enable, Errno.EACCES,
        "cannot write dax0.1 to bind of device_dax: you may not write it; do it as root (EACCES)");
    assertRefused(() -> device.resize(2 * MIB), Errno.EACCES,
        "cannot write 2097152 to size of dax0.1: you may not write it; do it as root (EACCES)");
    assertRefused(() -> region.create(2 * MIB), Errno.EACCES, "cannot write 1 to create of the region at "
        + linux.path(REGION) + ": you may not write it; do it as root (EACCES)");
  }

  @Test
  void aRefusalOfTheKernelKeepsItsErrnoWithWhatIsAllowed() throws Exception {
    DaxDevice device = sized();
    linux.refuse("write " + REGION + "/dax0.1/size", Errno.ENOMEM);
    String size = "cannot write %d to size of dax0.1: the kernel refused: Cannot allocate memory; a size is a multiple of "
        + "the alignment and of 2 MiB, at most what the region has available (ENOMEM)";
    assertRefused(() -> device.resize(8 * MIB), Errno.ENOMEM, size.formatted(8 * MIB));
    assertRefused(() -> device.attribute("size").store("0x800000\n"), Errno.ENOMEM, size.formatted(8 * MIB));
    linux.refuse("write " + REGION + "/dax0.1/align", Errno.EINVAL);
    assertRefused(() -> device.attribute("align").store("4096"), Errno.EINVAL, "cannot write 4096 to align of dax0.1: "
        + "the kernel refused: Invalid argument; an alignment is 4096, 2097152 or 1073741824, and the ranges' lengths "
        + "are multiples of it (EINVAL)");
    linux.refuse("write " + REGION + "/dax_region/create", Errno.ENOSPC);
    assertRefused(region::createEmpty, Errno.ENOSPC, "cannot write 1 to create of the region at " + linux.path(REGION)
        + ": the kernel refused: No space left on device; shrink or destroy a device, so that something of the region is "
        + "available (ENOSPC)");
    linux.refuse("write " + REGION + "/dax_region/delete", Errno.ENXIO);
    linux.refuse("write " + REGION + "/dax0.1/size", null);
    device.resize(0);
    assertRefused(device::destroy, Errno.ENXIO, "cannot write dax0.1 to delete of the region at " + linux.path(REGION)
        + ": the kernel refused: No such device or address; disable it and resize it to 0 first; device 0 is never "
        + "deleted (ENXIO)");
    linux.refuse("write " + DRIVER + "/unbind", Errno.ENODEV);
  }

  @Test
  void whatCanCrashTheKernelIsNeverWritten() throws Exception {
    DaxDevice device = bound();
    assertRefused(() -> device.attribute("mapping").store("0x40000000-0x401fffff"), Errno.EOPNOTSUPP,
        "cannot write \"0x40000000-0x401fffff\" to mapping of dax0.1: a range that is given by hand can crash the "
            + "kernel, and is dropped in silence where it is misaligned; write to size: the ranges follow from it "
            + "(EOPNOTSUPP)");
    assertRefused(() -> device.attribute("size").store(""), Errno.EINVAL,
        "cannot write size of dax0.1: a text of length "
            + "0 changes nothing; write a value, or a newline to clear it (EINVAL)");
    assertThat(linux.writes()).isEmpty();
  }

  @Test
  void oneProgramAtATimeCreates() throws Exception {
    linux.after(REGION + "/dax_region/create", afterwards(() -> linux.device(REGION, "dax0.7", 4096)));
    assertRefused(region::createEmpty, Errno.EBUSY, "cannot create a device in the region at " + linux.path(REGION)
        + ": somebody else has created one at the same time, and it cannot be told which of dax0.1, dax0.7 is whose; "
        + "see which are empty and delete them (EBUSY)");
    linux.after(REGION + "/dax_region/create", afterwards(() -> linux.vanish(REGION + "/dax0.2")));
    assertRefused(region::createEmpty, Errno.EBUSY, "cannot create a device in the region at " + linux.path(REGION)
        + ": somebody else has deleted it at once; see which are empty and delete them (EBUSY)");
  }

  @Test
  void whoWaitsForAnotherProgramWaitsForFiveSeconds() throws Exception {
    SysfsFolder attributes = SysfsFolder.open(linux.path(REGION + "/dax_region"));
    try (attributes; LayoutLock _ = LayoutLock.toChange(attributes, "hold it")) {
      long start = System.nanoTime();
      assertRefused(region::createEmpty, Errno.EBUSY, "cannot create a device in the region at " + linux.path(REGION)
          + ": another program has been changing its region for 5 s, by process " + ProcessHandle.current().pid()
          + " (java); try again; if that program does not end, end it (EBUSY)");
      assertThat(System.nanoTime() - start).isBetween(5_000_000_000L, 50_000_000_000L);
      assertThat(linux.writes()).isEmpty();
    }
    assertThat(region.createEmpty().name()).isEqualTo("dax0.1");
  }

  @Test
  void rangesAreNotReadWhileAnotherProgramChangesThemNorChangedWhileItReads() throws Exception {
    DaxDevice device = region.create(4 * MIB);
    device.disable();
    SysfsFolder attributes = SysfsFolder.open(linux.path(REGION + "/dax_region"));
    try (attributes; ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> reader;
      try (LayoutLock _ = LayoutLock.toChange(attributes, "hold it")) {
        reader = threads.submit(device::ranges);
        Thread.sleep(20);
        assertThat(reader.isDone()).isFalse();
      }
      assertThat(reader.get()).isEqualTo(device.ranges());
      linux.forgetWrites();
      List<Step> changes = List.of(() -> device.resize(8 * MIB), () -> device.setAlignment(PageSize.SIZE_4K),
          () -> region.createEmpty(), () -> device.resize(0), () -> region.delete(device.name()));
      for (Step change : changes) {
        Future<?> changer;
        try (LayoutLock _ = LayoutLock.toRead(attributes, "hold it")) {
          region.devices();
          changer = threads.submit(() -> {
            change.run();
            return null;
          });
          Thread.sleep(20);
          assertThat(linux.writes()).isEmpty();
        }
        changer.get();
        assertThat(linux.writes()).hasSize(1);
        linux.forgetWrites();
      }
    }
  }

  @Test
  void aForcedResizeThatTheKernelRefusesLeavesItBound() throws Exception {
    DaxDevice device = bound();
    linux.refuse("write " + REGION + "/dax0.1/size", Errno.ENOMEM);
    assertRefused(() -> device.resize(8 * MIB, OnMapped.REVOKE), Errno.ENOMEM);
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertThat(device.size()).isEqualTo(4 * MIB);
    linux.refuse("write " + REGION + "/dax0.1/size", null);
    device.resize(8 * MIB, OnMapped.REVOKE);
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertThat(device.size()).isEqualTo(8 * MIB);
  }
}
