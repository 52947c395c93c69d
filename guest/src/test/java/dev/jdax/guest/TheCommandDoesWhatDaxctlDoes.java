// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import dev.jdax.PageSize;
import dev.jdax.guest.inside.JdaxBesideDaxctl;
import dev.jdax.pmem.ImageEditor;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.NamespaceRequest;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * The verbs of devices beside daxctl, on the devices of a kernel: a dynamic region of soft-reserved memory, and an
 * NVDIMM with a devdax namespace that jdax has made.
 */
@BootsAGuest
class TheCommandDoesWhatDaxctlDoes {
  @TestFactory
  List<DynamicNode> underLinux61() throws Exception {
    return under(Kernel.LINUX_6_1);
  }

  @TestFactory
  List<DynamicNode> underLinux612() throws Exception {
    return under(Kernel.LINUX_6_12);
  }

  private static List<DynamicNode> under(Kernel kernel) throws Exception {
    Guest guest = nvdimm(kernel).in(Guest.of(kernel)).softReserved("512M%1G").machine("nvdimm-persistence=cpu")
        .append("memhp_default_state=offline").limit(Duration.ofMinutes(15));
    return Jvm.in(guest).tests("command", JdaxBesideDaxctl.class);
  }

  private static Dimms nvdimm(Kernel kernel) throws IOException {
    Dimms dimms = Dimms.of("command", kernel);
    try (ImageEditor editor = dimms.labelled("devdax", 64 * Dimms.MIB).edit()) {
      editor.initLabels(LabelVersion.V1_2, Dimms.LABELS);
      editor.createNamespace(NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE)
          .withUuid(UUID.fromString(JdaxBesideDaxctl.LABEL)).withName(JdaxBesideDaxctl.NAME)
          .withInfoBlockUuid(UUID.fromString(JdaxBesideDaxctl.INFO_BLOCK)));
    }
    return dimms;
  }
}
