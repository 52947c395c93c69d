// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

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
import dev.jdax.guest.inside.NamespacesOfOneRegionAreToldApart;
import dev.jdax.guest.inside.SysfsHidesWhatItRefuses;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.Force;
import dev.jdax.pmem.ImageEditor;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.NamespaceRequest;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/**
 * Where Linux can crash or hang, or says "success" of what it did not do: what jdax does instead. Nothing here makes
 * Linux crash: each test sees that jdax refuses.
 */
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
}
