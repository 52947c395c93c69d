// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.PageSize;

/**
 * Sequential read, write and copy in memory of 2 MiB pages, against the same loops in C on the same pages.
 *
 * <p>Read is the sum of all longs and write stores one long everywhere, as loops that both compilers vectorise; copy is
 * {@link MemorySegment#copyFrom} against memcpy(3). Beside these stands {@link MemorySegment#fill} against memset(3),
 * where neither side has a loop of its own. The C program
 * maps the very memory of the region, so that it makes no difference which pages each side was given.
 */
final class SequentialAccess implements Figure {
  private static final long SIZE = 256L << 20;
  private static final int LONGS = (int) (SIZE / Long.BYTES);
  private static final double TARGET = 0.97;
  private static final int WARM_UPS = 10;
  /** Many, because 3 % is less than the machine's noise in a single pair. */
  private static final int ROUNDS = 401;

  private long sink;

  @Override
  public List<String> measure() throws IOException {
    try (Mapped mapped = Mapped.of(SIZE, PageSize.SIZE_2M); Twin twin = Twin.start()) {
      MemorySegment all = mapped.segment();
      MemorySegment lower = all.asSlice(0, SIZE / 2);
      MemorySegment upper = all.asSlice(SIZE / 2);
      twin.map(Twin.fileOfThisProcess("memfd:jdax"), SIZE);
      List<String> rows = new ArrayList<>();
      rows.add(compare(twin, "read", SIZE, () -> timed(() -> sink += sum(all))));
      rows.add(compare(twin, "write", SIZE, () -> timed(() -> store(all, sink))));
      rows.add(compare(twin, "copy", SIZE / 2, () -> timed(() -> upper.copyFrom(lower))));
      rows.add(compare(twin, "fill", SIZE, () -> timed(() -> all.fill((byte) 1))));
      return rows;
    } catch (DaxException e) {
      return List.of(Row.notMeasured(SequentialAccess.class, "sequential read, write and copy, pages of 2 MiB", e));
    }
  }

  private static String compare(Twin twin, String what, long bytes, Side ours) throws IOException {
    Interleaved sides = new Interleaved().add("Java", ours).add("C", () -> twin.ask(what)).run(WARM_UPS, ROUNDS);
    String line = "sequential " + what + " of " + ByteSize.format(bytes) + ", pages of 2 MiB";
    String rate = Row.rate(bytes, sides.median("Java"));
    String theirs = "C: " + Row.rate(bytes, sides.median("C"));
    Ratio ratio = sides.speed("Java", "C");
    return what.equals("fill")
        ? Row.compared(SequentialAccess.class, line, rate, theirs, ratio)
        : Row.compared(SequentialAccess.class, line, rate, theirs, ratio, TARGET);
  }

  /** Does the work twice and times the second, as the C program does: whoever was just woken up is slower at first. */
  private static long timed(Runnable work) {
    work.run();
    long start = System.nanoTime();
    work.run();
    return System.nanoTime() - start;
  }

  // Loops over ints: C2 vectorises them.

  private static long sum(MemorySegment memory) {
    long sum = 0;
    for (int i = 0; i < LONGS; i++) {
      sum += memory.getAtIndex(JAVA_LONG, i);
    }
    return sum;
  }

  private static void store(MemorySegment memory, long value) {
    for (int i = 0; i < LONGS; i++) {
      memory.setAtIndex(JAVA_LONG, i, value);
    }
  }
}
