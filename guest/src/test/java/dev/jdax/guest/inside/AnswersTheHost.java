// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import java.io.IOException;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMapping;
import dev.jdax.guest.inside.Pattern.Writer;
import dev.jdax.kernel.Dax;

/** A program for the guest: reads what the host has written to devices, and writes its own bytes beside them. */
public final class AnswersTheHost {
  private AnswersTheHost() {
  }

  /**
   * Does it.
   *
   * @param args the seed, and the uuids of the devices' namespaces
   * @throws IOException if a device cannot be opened or mapped
   */
  public static void main(String[] args) throws IOException {
    long seed = Long.parseLong(args[0]);
    for (int i = 1; i < args.length; i++) {
      DaxDevice device = Dax.open(args[i]);
      try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
        int read = Pattern.check(mapping.segment(), Writer.HOST, seed);
        int written = Pattern.write(mapping.segment(), Writer.GUEST, seed);
        System.out.println(args[i] + " is " + device.name() + ", " + device.alignment() + ": read " + read
            + " pages, wrote " + written);
      }
    }
  }
}
