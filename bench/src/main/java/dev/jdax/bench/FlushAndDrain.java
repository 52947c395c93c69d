// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.DaxException;
import dev.jdax.PageSize;

/**
 * A store to each of n lines, {@link dev.jdax.DaxMapping#flush} of all of them and one
 * {@link dev.jdax.DaxMapping#drain}, against a loop in C of the CPU's own instruction and a fence, on the same memory.
 */
final class FlushAndDrain implements Figure {
  private static final long SIZE = 16L << 20;
  private static final int[] LINES = {1, 4, 16, 64, 1024, 16384};
  private static final double TARGET = 1 / 1.05;
  /** So many lines are flushed in one run. */
  private static final int RUN = 64 << 10;
  private static final int WARM_UPS = 30;
  private static final int ROUNDS = 301;

  @Override
  public List<String> measure() throws IOException {
    List<String> rows = new ArrayList<>();
    try (Mapped mapped = Mapped.flushed(SIZE, PageSize.SIZE_2M); Twin twin = Twin.start()) {
      DurableStores stores = new DurableStores(mapped.mapping());
      twin.map(Twin.fileOfThisProcess("memfd:jdax"), SIZE);
      for (int lines : LINES) {
        int operations = Math.min(20_000, RUN / lines);
        Interleaved sides = new Interleaved().add("jdax", DurableStores.timed(stores.flush(lines), operations))
            .add("C", () -> twin.ask("flush " + operations + " " + lines)).run(WARM_UPS, ROUNDS);
        String what = "flush of " + lines + (lines == 1 ? " line" : " lines") + " and one drain, pages of 2 MiB";
        rows.add(Row.compared(FlushAndDrain.class, what, Row.time(sides.median("jdax") / operations),
            "C: " + Row.time(sides.median("C") / operations), sides.speed("jdax", "C"), TARGET));
      }
    } catch (DaxException e) {
      rows.add(Row.notMeasured(FlushAndDrain.class, "flush of n lines and one drain, pages of 2 MiB", e));
    }
    return rows;
  }
}
