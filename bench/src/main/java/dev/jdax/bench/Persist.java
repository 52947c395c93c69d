// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.PageSize;

/**
 * {@link dev.jdax.DaxMapping#persist} against libpmem's {@code pmem_persist} called from C, on the same memory: a store
 * to each line, and the lines made durable. Also of two threads on one mapping.
 */
final class Persist implements Figure {
  private static final long SIZE = 16L << 20;
  /** The sizes, in bytes; of the first it is nanoseconds that count, of the others a ratio. */
  private static final int[] SIZES = {64, 256, 4096, 1 << 20};
  private static final double MORE_NANOS = 25;
  private static final double TARGET = 1 / 1.05;
  /** So much is made durable in one run. */
  private static final int RUN = 2 << 20;
  private static final int WARM_UPS = 30;
  private static final int ROUNDS = 301;

  @Override
  public List<String> measure() throws IOException {
    List<String> rows = new ArrayList<>();
    for (PageSize pageSize : List.of(PageSize.SIZE_2M, PageSize.SIZE_4K)) {
      try (Mapped mapped = Mapped.flushed(SIZE, pageSize); Twin twin = Twin.start()) {
        DurableStores stores = new DurableStores(mapped.mapping());
        twin.map(Twin.fileOfThisProcess("memfd:jdax"), SIZE);
        for (int threads = 1; threads <= 2; threads++) {
          for (int bytes : pageSize == PageSize.SIZE_2M && threads == 1 ? SIZES : new int[]{SIZES[0]}) {
            rows.add(compare(stores, twin, bytes, threads, pageSize));
          }
        }
      } catch (DaxException e) {
        rows.add(Row.notMeasured(Persist.class, "persist, pages of " + pageSize, e));
      }
    }
    return rows;
  }

  private static String compare(DurableStores stores, Twin twin, int bytes, int threads, PageSize pageSize)
      throws IOException {
    int operations = Math.min(20_000, 4 * RUN / bytes);
    DurableStores.Operation operation = stores.persist(bytes);
    Interleaved sides = new Interleaved()
        .add("jdax", threads == 1
            ? DurableStores.timed(operation, operations)
            : DurableStores.timedInTwoThreads(operation, operations, bytes))
        .add("C", () -> twin.ask("persist " + operations + " " + bytes + " " + threads)).run(WARM_UPS, ROUNDS);
    String what = "persist of " + ByteSize.format(bytes) + (threads == 1 ? "" : ", each of two threads")
        + ", pages of " + pageSize;
    String ours = Row.time(sides.median("jdax") / operations);
    String theirs = "libpmem: " + Row.time(sides.median("C") / operations);
    return bytes == SIZES[0]
        ? Row.compared(Persist.class, what, ours, theirs, sides.difference("jdax", "C", operations), MORE_NANOS)
        : Row.compared(Persist.class, what, ours, theirs, sides.speed("jdax", "C"), TARGET);
  }
}
