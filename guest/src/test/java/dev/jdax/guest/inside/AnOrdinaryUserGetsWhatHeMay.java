// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jdax.DaxDevice;
import dev.jdax.DaxRegion;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import org.junit.jupiter.api.Test;

/** A user who is not root sees devices and sizes, and no ranges; he maps a node that he may open. */
public class AnOrdinaryUserGetsWhatHeMay {
  private static final long MIB = 1L << 20;
  private static final long BLOCKS = 16 * MIB / 4096;

  @Test
  void listsAndMapsWhatIsGivenToHim() throws Exception {
    DaxRegion region = Hmem.idle();
    DaxDevice device = region.createEmpty();
    device.setAlignment(PageSize.SIZE_4K);
    device.resize(16 * MIB);
    device.enable();
    String node = Hmem.node(device);
    try (Beside root = Beside.puppet(); Beside nobody = Beside.puppetOfNobody()) {
      assertThat(nobody.tell("devices")).isEqualTo(root.tell("devices"))
          .contains(device + " BOUND Optional[devdax] 16777216 4096");
      assertThat(nobody.tell("ranges " + device)).isEqualTo(
          "DaxException: cannot read the ranges of " + device + ": unknown (needs root); ask as root (EACCES)");
      assertThat(nobody.tell("map " + device)).isEqualTo("DaxException: cannot open " + node
          + ": you may not read and write it; run as root, or have a udev rule give it to your group "
          + "(SUBSYSTEM==\"dax\") (EACCES)");
      assertThat(nobody.tell("disable " + device)).startsWith("DaxException: cannot unbind " + device + ": " + node
          + " may be open in a process that you may not look into: ").endsWith(
              "; and Linux can crash when it is unbound or bound meanwhile; do it as root, where all processes are seen "
                  + "(EBUSY)");

      Shell.ask("chmod 666 " + node);
      // Root, who knows the ranges, has their ends probed; nobody, who does not, has every block.
      assertThat(Long.parseLong(root.tell("faults-of-map " + device))).isLessThan(BLOCKS / 2);
      assertThat(Long.parseLong(nobody.tell("faults-of-map " + device))).isGreaterThanOrEqualTo(BLOCKS);
      // And that is not to be seen afterwards: the first touch of each block is a fault, the second is none.
      for (Beside user : new Beside[]{root, nobody}) {
        assertThat(Long.parseLong(user.tell("faults-of-touch 4096"))).isBetween(BLOCKS, BLOCKS + 8);
        assertThat(Long.parseLong(user.tell("faults-of-touch 4096"))).isLessThan(8);
      }
      assertThat(nobody.tell("load 4096")).isEqualTo("4096");
      assertThat(root.tell("load 8192")).isEqualTo("8192");
    }
    device.destroy(OnMapped.REFUSE);
  }
}
