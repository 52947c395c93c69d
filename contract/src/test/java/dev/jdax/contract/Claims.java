// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.nio.file.Path;
import java.util.Set;

import dev.jdax.DaxException;
import dev.jdax.spi.FileClaim;
import dev.jdax.spi.Waiver;

/** A program that claims a part of a file, {@code PATH OFFSET LENGTH}, and says how that went. */
final class Claims {
  private Claims() {
  }

  public static void main(String[] args) {
    try {
      FileClaim.of(Path.of(args[0]), Long.parseLong(args[1]), Long.parseLong(args[2]), Set.of(Waiver.ALLOCATION))
          .close();
      System.out.println("claimed");
    } catch (DaxException e) {
      System.out.println(e.getMessage());
    }
  }
}
