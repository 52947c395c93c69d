// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.PageSize;

/**
 * {@link dev.jdax.DaxMapping#copyFrom} against libpmem's {@code pmem_memcpy_persist} called from C, on the same memory,
 * from memory outside of Java's heap; and, without a target, from an array.
 */
final class CopyAndPersist implements Figure {
  private static final long SIZE = 64L << 20;
  private static final int[] SIZES = {256, 1024, 4096, 16 << 10, 64 << 10, 1 << 20, 16 << 20};
  private static final int[] FROM_AN_ARRAY = {256, 4096, 1 << 20};
  private static final double TARGET = 1 / 1.05;
  /** So much is copied in one run. */
  private static final int RUN = 4 << 20;
  private static final int WARM_UPS = 30;
  private static final int ROUNDS = 301;

  @Override
  public List<String> measure() throws IOException {
    List<String> rows = new ArrayList<>();
    try (Mapped mapped = Mapped.flushed(SIZE, PageSize.SIZE_2M); Twin twin = Twin.start()) {
      DurableStores stores = new DurableStores(mapped.mapping());
      twin.map(Twin.fileOfThisProcess("memfd:jdax"), SIZE);
      for (int bytes : SIZES) {
        Interleaved sides = run(stores, twin, DurableStores.source(bytes));
        rows.add(Row.compared(CopyAndPersist.class, what(bytes), ours(sides, bytes), theirs(sides, bytes),
            sides.speed("jdax", "C"), TARGET));
      }
      for (int bytes : FROM_AN_ARRAY) {
        Interleaved sides = run(stores, twin, MemorySegment.ofArray(new byte[bytes]));
        rows.add(Row.compared(CopyAndPersist.class, what(bytes) + ", from an array", ours(sides, bytes),
            theirs(sides, bytes), sides.speed("jdax", "C")));
      }
    } catch (DaxException e) {
      rows.add(Row.notMeasured(CopyAndPersist.class, "copy and persist, pages of 2 MiB", e));
    }
    return rows;
  }

  private static Interleaved run(DurableStores stores, Twin twin, MemorySegment source) throws IOException {
    int operations = operations((int) source.byteSize());
    return new Interleaved().add("jdax", DurableStores.timed(stores.copy(source), operations))
        .add("C", () -> twin.ask("memcpy " + operations + " " + source.byteSize())).run(WARM_UPS, ROUNDS);
  }

  private static int operations(int bytes) {
    return Math.clamp(RUN / bytes, 1, 10_000);
  }

  private static String what(int bytes) {
    return "copy and persist of " + ByteSize.format(bytes) + ", pages of 2 MiB";
  }

  private static String ours(Interleaved sides, int bytes) {
    return Row.time(sides.median("jdax") / operations(bytes));
  }

  private static String theirs(Interleaved sides, int bytes) {
    return "libpmem: " + Row.time(sides.median("C") / operations(bytes));
  }
}
