// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMapping;
import dev.jdax.kernel.Dax;

/** R-67 as a tool that trusts sysfs does it: crashes Linux. */
public final class TouchesARangeGivenByHand {
  private static final long MIB = 1L << 20;

  private TouchesARangeGivenByHand() {
  }

  /** Writes a range to a device that is bound, and touches it. */
  public static void main(String[] args) throws Exception {
    DaxDevice device = Dax.devices().getFirst();
    if (device.mode().isPresent()) { // which it has not by itself where Linux wants it for kmem
      device.disable();
    }
    device.resize(64 * MIB);
    device.enable();
    long end = device.ranges().getFirst().end();
    Shell.ask("printf '0x%%x-0x%%x' %d %d >%smapping".formatted(end + 1, end + 64 * MIB, Hmem.folder(device)));
    System.out.println("size " + device.size());
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) { // which touches it, to see whether it can be touched
      mapping.segment().set(JAVA_LONG, 100 * MIB, 1);
    }
    System.out.println("survived");
  }
}
