// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.nio.file.Path;
import java.util.Set;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.spi.FileClaim;

/**
 * A program in a cgroup that limits its memory: it claims too much of a sparse image and as memory of the machine, then
 * as much as it may have, and that again.
 */
final class ClaimsInACgroup {
  private static final long MIB = 1L << 20;

  private ClaimsInACgroup() {
  }

  private interface Attempt {
    void make() throws DaxException;
  }

  public static void main(String[] args) throws Exception {
    Path image = Path.of(args[0]);
    tell("image", () -> FileClaim.of(image, 0, 480 * MIB, Set.of()).close());
    try (DaxBus bus = DaxBus.create()) {
      tell("memory", () -> bus.add(HmemRegion.of(480 * MIB, PageSize.SIZE_4K)).close());
      tell("part", () -> FileClaim.of(image, 0, 160 * MIB, Set.of()).close());
      tell("part again", () -> FileClaim.of(image, 0, 160 * MIB, Set.of()).close());
      try (DaxMapping mapping = bus.add(HmemRegion.of(4 * MIB, PageSize.SIZE_4K)).create(4 * MIB)
          .map(Access.READ_WRITE)) {
        mapping.segment().fill((byte) 1);
        System.out.println("4 MiB were touched");
      }
    }
  }

  private static void tell(String what, Attempt attempt) {
    try {
      attempt.make();
      System.out.println(what + ": claimed");
    } catch (DaxException e) {
      System.out.println(what + ": " + e.getMessage());
    }
  }
}
