// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;

import dev.jdax.PageSize;
import dev.jdax.guest.inside.AMappingShowsWhatItSays;
import dev.jdax.guest.inside.ANodeInUseIsNotUnbound;
import dev.jdax.guest.inside.AnOrdinaryUserGetsWhatHeMay;
import dev.jdax.guest.inside.MapsAfterUnbind;
import dev.jdax.guest.inside.NamespacesOfOneRegionAreToldApart;
import dev.jdax.guest.inside.SysfsHidesWhatItRefuses;
import dev.jdax.guest.inside.TouchesARangeGivenByHand;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.Force;
import dev.jdax.pmem.ImageEditor;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.NamespaceRequest;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Linux does to those who trust it with a dax device, and what jdax does instead. */
@BootsAGuest
class TheTrapsOfLinux {
  private static final long MIB = 1L << 20;

  @TestFactory
  Stream<DynamicContainer> areAvoided() throws Exception {
    Stream.Builder<DynamicContainer> kernels = Stream.builder();
    for (Kernel kernel : Kernel.values()) {
      Guest guest = Guest.of(kernel).softReserved("512M%1G").nvdimm(threeNamespaces(kernel))
          .machine("nvdimm-persistence=mem-ctrl").append("memhp_default_state=offline")
          .limit(Duration.ofMinutes(15)); // it takes two, and more where others work, too
      kernels.add(DynamicContainer.dynamicContainer(kernel.toString(),
          Jvm.in(guest).tests("traps", ANodeInUseIsNotUnbound.class, AMappingShowsWhatItSays.class,
              AnOrdinaryUserGetsWhatHeMay.class, SysfsHidesWhatItRefuses.class,
              NamespacesOfOneRegionAreToldApart.class)));
    }
    return kernels.build();
  }

  private static Nvdimm threeNamespaces(Kernel kernel) throws IOException {
    Path image = Files.createDirectories(Path.of("target/guest")).resolve("traps-" + kernel.series() + ".img");
    Files.deleteIfExists(image);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(256 * MIB + (128 << 10));
    }
    try (ImageEditor editor = ImageEditor.open(image, Attachment.DEFAULT.withSlot(0).withLabelSize(128 << 10),
        Set.of(Force.UNSEEN_USERS))) {
      editor.initLabels(LabelVersion.V1_2, 128 << 10);
      NamespaceRequest devdax = NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.RAM);
      editor.createNamespace(devdax.withSize(32 * MIB).withName("alpha"));
      editor.createNamespace(devdax.withSize(64 * MIB).withName("beta"));
      editor.createNamespace(devdax.withSize(16 * MIB).withName("gamma"));
    }
    return Nvdimm.of(image).labels("128K");
  }

  @ParameterizedTest
  @EnumSource
  void oneIsANodeThatIsMappedAfterAnUnbind(Kernel kernel) throws Exception {
    Outcome outcome = Jvm.in(Guest.of(kernel).softReserved("512M%1G").without("kmem")).boot("maps-after-unbind",
        MapsAfterUnbind.class);
    assertThat(outcome.crashed()).describedAs(outcome.toString()).isTrue();
    assertThat(outcome.output()).contains("opened").doesNotContain("survived");
    assertThat(outcome.text(Outcome.CONSOLE)).contains("NULL pointer dereference, address: 0000000000000008");
  }

  @ParameterizedTest
  @EnumSource
  void anotherIsARangeGivenToADeviceThatIsBound(Kernel kernel) throws Exception {
    Outcome outcome = Jvm.in(Guest.of(kernel).softReserved("512M%1G").without("kmem")).boot("range-by-hand",
        TouchesARangeGivenByHand.class);
    assertThat(outcome.crashed()).describedAs(outcome.toString()).isTrue();
    assertThat(outcome.output()).contains("size 134217728").doesNotContain("survived");
    assertThat(outcome.text(Outcome.CONSOLE)).contains("dax_set_mapping");
  }

  @ParameterizedTest
  @EnumSource
  void aThirdIsARangeThatIsReadWhileItIsTakenAway(Kernel kernel) throws Exception {
    assertHangs(kernel, "range-read", "echo 67108864 >dax0.0/size; echo 0 >dax0.0/size",
        "read start <dax0.0/mapping0/start",
        "start_show");
  }

  @ParameterizedTest
  @EnumSource
  void aFourthIsADeviceThatIsDeletedWhileItIsAligned(Kernel kernel) throws Exception {
    assertHangs(kernel, "deleted", "echo 1 >dax0.0/../dax_region/create; echo dax0.1 >dax0.0/../dax_region/delete",
        "echo 2097152 >dax0.1/align", "align_store");
  }

  /** Who removes a file of sysfs waits for who uses it, and that one for the region, which the first has locked. */
  private static void assertHangs(Kernel kernel, String name, String removes, String uses, String where)
      throws Exception {
    Outcome outcome = Guest.of(kernel).softReserved("512M%1G").without("kmem").boot(name, """
        set +e
        cd /sys/bus/dax/devices
        echo dax0.0 >/sys/bus/dax/drivers/device_dax/unbind
        echo 0 >dax0.0/size
        (while true; do %s; done 2>/dev/null) & remover=$!
        (while true; do %s; done 2>/dev/null) & user=$!
        waiting=0
        while [ $waiting -lt 5 ]; do
          sleep 1
          if grep -q kernfs_drain /proc/$remover/stack && grep -q %s /proc/$user/stack; then
            waiting=$((waiting + 1))
          else
            waiting=0
          fi
        done
        kill -9 $remover
        sleep 1
        cat /proc/$remover/stack >/out/hangs
        sync
        echo b >/proc/sysrq-trigger # it cannot be shut down any more
        """.formatted(removes, uses, where));
    assertThat(outcome.text("hangs")).describedAs(outcome.toString()).contains("kernfs_drain");
  }
}
