// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.nio.file.Files;
import java.nio.file.Path;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;

/** A program that joins a cgroup which allows 8 MiB of huge pages, asks for more, and touches what it gets. */
final class InACgroup {
  private static final long MIB = 1L << 20;

  private InACgroup() {
  }

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of(args[0], "cgroup.procs"), Long.toString(ProcessHandle.current().pid()));
    try (DaxBus bus = DaxBus.create()) {
      claimInVain(bus, 10 * MIB);
      try (DaxMapping mapping = bus.add(HmemRegion.of(8 * MIB, PageSize.SIZE_2M)).create(8 * MIB)
          .map(Access.READ_WRITE)) {
        claimInVain(bus, 2 * MIB);
        mapping.segment().fill((byte) 1);
        System.out.println("8 MiB were touched");
      }
    }
  }

  private static void claimInVain(DaxBus bus, long size) {
    try {
      bus.add(HmemRegion.of(size, PageSize.SIZE_2M));
      System.out.println("it was not refused");
    } catch (DaxException e) {
      System.out.println(e.errno() + " " + e.getMessage());
    }
  }
}
