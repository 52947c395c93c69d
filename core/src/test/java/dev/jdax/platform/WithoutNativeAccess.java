// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.nio.file.Path;

import dev.jdax.DaxBus;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.kernel.Dax;

/** A program that makes a region and opens a device, twice each, and says what it was told. */
final class WithoutNativeAccess {
  private WithoutNativeAccess() {
  }

  private interface Use {
    void make() throws Exception;
  }

  public static void main(String[] args) {
    try (DaxBus bus = DaxBus.create()) {
      for (int i = 0; i < 2; i++) {
        tell(() -> bus.add(HmemRegion.of(2L << 20, PageSize.SIZE_4K)));
        tell(() -> Dax.open(Path.of("/dev/zero")));
      }
    }
  }

  private static void tell(Use use) {
    try {
      use.make();
      System.out.println("it was not refused");
    } catch (Throwable thrown) {
      System.out.println(thrown + " / " + (thrown.getCause() == null ? null : thrown.getCause().getClass().getName()));
    }
  }
}
