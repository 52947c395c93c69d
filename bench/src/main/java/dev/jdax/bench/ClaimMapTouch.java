// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;

/**
 * How long it takes until 1 GiB can be used: to claim, map and touch it for the first time, and the touch alone,
 * against the JDK's making, mapping and touching of a file on tmpfs.
 *
 * <p>A touch is a store to every 4 KiB, on every side, also where a fault brings in 2 MiB: a program that is given
 * memory uses all of it.
 */
final class ClaimMapTouch implements Figure {
  private static final long SIZE = 1L << 30;
  private static final int STEP = 4096;
  private static final List<PageSize> PAGE_SIZES = List.of(PageSize.SIZE_4K, PageSize.SIZE_2M);
  private static final String JDK = "JDK";
  private static final int WARM_UPS = 3;
  private static final int ROUNDS = 41;

  @Override
  public List<String> measure() throws IOException {
    List<String> rows = new ArrayList<>();
    for (PageSize pageSize : PAGE_SIZES) {
      String whole = "claim, map and first touch of 1 GiB, pages of " + pageSize;
      String touch = "first touch alone of 1 GiB, pages of " + pageSize;
      try (DaxBus bus = DaxBus.create()) {
        Interleaved sides = new Interleaved().add(JDK, ClaimMapTouch::jdkWhole).add("jdax", () -> whole(bus, pageSize))
            .run(WARM_UPS, ROUNDS);
        rows.add(pageSize == PageSize.SIZE_2M ? row(whole, sides, 2.5) : row(whole, sides));
        DaxDevice device = bus.add(HmemRegion.of(SIZE, pageSize)).create(SIZE);
        sides = new Interleaved().add(JDK, ClaimMapTouch::jdkTouch).add("jdax", () -> touch(device))
            .run(WARM_UPS, ROUNDS);
        rows.add(row(touch, sides));
      } catch (DaxException e) {
        rows.add(Row.notMeasured(ClaimMapTouch.class, whole + ", and the touch alone", e));
      }
    }
    return rows;
  }

  private static String row(String what, Interleaved sides) {
    return Row.compared(ClaimMapTouch.class, what, Row.time(sides.median("jdax")), jdkTime(sides),
        sides.speed("jdax", JDK));
  }

  private static String row(String what, Interleaved sides, double target) {
    return Row.compared(ClaimMapTouch.class, what, Row.time(sides.median("jdax")), jdkTime(sides),
        sides.speed("jdax", JDK), target);
  }

  private static String jdkTime(Interleaved sides) {
    return "JDK on tmpfs: " + Row.time(sides.median(JDK));
  }

  private static long whole(DaxBus bus, PageSize pageSize) throws IOException {
    long start = System.nanoTime();
    DaxDevice device = bus.add(HmemRegion.of(SIZE, pageSize)).create(SIZE);
    DaxMapping mapping = device.map(Access.READ_WRITE);
    touch(mapping.segment());
    long taken = System.nanoTime() - start;
    mapping.close();
    device.region().close();
    return taken;
  }

  private static long touch(DaxDevice device) throws DaxException {
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      return timedTouch(mapping.segment());
    }
  }

  private static long jdkWhole() throws IOException {
    try (TmpfsFile file = TmpfsFile.unmade(); Arena arena = Arena.ofShared()) {
      long start = System.nanoTime();
      touch(file.map(SIZE, arena));
      return System.nanoTime() - start;
    }
  }

  private static long jdkTouch() throws IOException {
    try (TmpfsFile file = TmpfsFile.unmade(); Arena arena = Arena.ofShared()) {
      return timedTouch(file.map(SIZE, arena));
    }
  }

  private static long timedTouch(MemorySegment memory) {
    long start = System.nanoTime();
    touch(memory);
    return System.nanoTime() - start;
  }

  private static void touch(MemorySegment memory) {
    for (long at = 0; at < SIZE; at += STEP) {
      memory.set(JAVA_BYTE, at, (byte) 1);
    }
  }
}
