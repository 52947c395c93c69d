// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static dev.jdax.Refusal.assertRefused;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.Errno;
import dev.jdax.kernel.Dax;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** and C-112 on one of them, which is spoilt by that. Runs last, in a guest with three namespaces. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public class NamespacesOfOneRegionAreToldApart {
  private static final long MIB = 1L << 20;

  private static List<DaxRegion> ofNamespaces() throws IOException {
    List<DaxRegion> regions = new ArrayList<>(Dax.regions());
    regions.remove(Hmem.idle());
    return regions;
  }

  @Test
  @Order(1)
  void threeRegionsOfOneIdAreListedAndOpened() throws Exception {
    List<DaxRegion> regions = ofNamespaces();
    assertThat(regions).hasSize(3);
    assertThat(regions).extracting(DaxRegion::id).containsOnly(regions.getFirst().id());
    for (DaxRegion region : regions) {
      assertThat(region.isDynamic()).isFalse();
      assertThat(region.attribute("persistence_domain").show()).isEqualTo("memory_controller\n");
      DaxDevice device = region.devices().getFirst();
      assertThat(region.devices()).hasSize(1);
      assertThat(device.state()).isEqualTo(DeviceState.BOUND);
      String name = region.attribute("namespace_name").show().strip();
      assertThat(name).isIn("alpha", "beta", "gamma");
      assertThat(device.size()).isEqualTo(switch (name) {
        case "alpha" -> 30 * MIB;
        case "beta" -> 62 * MIB;
        default -> 14 * MIB;
      });
      assertThat(device.name().substring(3)).isEqualTo(region.attribute("namespace").show().strip().substring(9));
      assertThat(device.ranges()).hasSize(1);
      assertThat(Dax.open(device.name())).isSameAs(device);
      assertThat(Dax.open(Hmem.node(device))).isSameAs(device);
      for (String key : List.of("uuid", "namespace_uuid", "namespace_name", "namespace")) {
        assertThat(Dax.open(region.attribute(key).show().strip())).isSameAs(device);
      }
      assertRefused(() -> device.resize(2 * MIB), Errno.EACCES);
      assertRefused(() -> device.attribute("size").store("2097152"), Errno.EACCES);
      try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
        mapping.segment().set(JAVA_LONG, 0, device.size());
      }
    }
    for (DaxRegion region : regions) { // each has its own memory
      try (DaxMapping mapping = region.devices().getFirst().map(Access.READ_ONLY)) {
        assertThat(mapping.segment().get(JAVA_LONG, 0)).isEqualTo(mapping.length());
      }
    }
  }

  @Test
  @Order(2)
  void aDeviceThatIsUnboundAndBoundAgainIsTheSame() throws Exception {
    DaxDevice device = Dax.open("alpha");
    device.disable();
    assertThat(device.state()).isEqualTo(DeviceState.SIZED);
    assertRefused(() -> device.map(Access.READ_ONLY), Errno.ENXIO);
    device.enable();
    assertThat(Dax.open("alpha")).isSameAs(device);
    device.map(Access.READ_ONLY).close();
    Shell.requireSoundKernel();
  }

  @Test
  @Order(3)
  void aNamespaceThatIsTakenAwayTakesItsRegionWithIt() throws Exception {
    DaxDevice device = Dax.open("gamma");
    DaxRegion region = device.region();
    String namespace = region.attribute("namespace").show().strip();
    String personality = Shell.ask("basename $(dirname $(readlink -f " + Hmem.folder(device) + "))");
    assertThat(Shell.echo(personality, "/sys/bus/nd/drivers/dax_pmem/unbind")).isZero();
    assertThat(device.state()).isEqualTo(DeviceState.DEAD);
    assertRefused(device::size, Errno.ENXIO);
    assertRefused(region::size, Errno.ENXIO);
    assertThat(ofNamespaces()).hasSize(2);
    assertRefused(() -> Dax.open("gamma"), Errno.ENXIO, "cannot open gamma: " + namespace + " is in mode devdax, and "
        + "there is no device of it; ndctl enable-namespace " + namespace
        + ", and load the modules: modprobe device_dax "
        + "dax_pmem (ENXIO)");
    assertThat(Shell.echo(personality, "/sys/bus/nd/drivers/dax_pmem/bind")).isZero();
    assertThat(Dax.open("gamma")).isNotSameAs(device);
    assertThat(Dax.open("gamma").name()).isEqualTo(device.name());
    assertRefused(device::size, Errno.ENXIO); // C21
    Shell.requireSoundKernel();
  }

  /** The kernel is not sound after this (C-10), so nothing is unbound or closed any more, and the guest ends. */
  @Test
  @Order(4)
  void aMappingThatLinuxBringsBackToLifeIsSaidToBeUnsound() throws Exception {
    DaxDevice device = Dax.open("beta");
    Beside user = Beside.puppet(); // which is not ended
    assertThat(user.tell("map " + device)).isEqualTo("mapped");
    assertThat(user.tell("store 0 42")).isEqualTo("stored");
    assertThat(Shell.echo(device.name(), Hmem.DEVICE_DAX + "unbind")).isZero();
    assertThat(user.tell("load 0")).startsWith("InternalError");
    assertRefused(device::enable, Errno.EBUSY); // which jdax would not do
    assertThat(Shell.echo(device.name(), Hmem.DEVICE_DAX + "bind")).isZero();
    assertThat(user.tell("load 0")).isEqualTo("42"); // C-112
    assertThat(user.tell("check")).isEqualTo("DaxException: cannot check mapping of " + device + " at 0x0, 62 MiB: "
        + "somebody else has unbound " + device + " since it was mapped, and bound it again: Linux shows its memory of "
        + "now, which may be another; close the mapping, and map it anew (ENXIO)");
  }
}
