// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program that maps and ends 1 GiB a hundred times, where its limit on addresses leaves room for two of them. */
final class ShortOfAddresses {
  private static final long GIB = 1L << 30;

  private ShortOfAddresses() {
  }

  public static void main(String[] args) throws Exception {
    int done = 0;
    try (Fd file = Fd.memfd("jdax-test")) {
      file.truncate(GIB);
      map(file); // the limits of the quarantine are those of the process when it began
      long used = 4096 * Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[0]);
      ResourceLimit.ADDRESS_SPACE.set(used + 2 * GIB);
      for (; done < 100; done++) {
        map(file);
      }
      ResourceLimit.ADDRESS_SPACE.set(-1);
    }
    System.out.println(done + " mappings");
  }

  private static void map(Fd file) throws SystemCallException {
    try (Arena arena = Arena.ofShared()) {
      Reservation run = Reservation.of(List.of(new Piece(file.number(), 0, GIB)), 4096);
      run.place(true);
      run.segment(arena, file);
    }
  }
}
