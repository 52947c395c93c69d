// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.PageSize;

/**
 * Dependent random reads of 8 bytes, at each size of page, against the JDK's mapping of a file on tmpfs.
 *
 * <p>The place of each read depends on the value of the one before, so that one read is in flight at a time and what is
 * measured is latency: the miss in the caches, which all sides have, and the walk of the page tables, which is shorter
 * the larger the pages are. Over 2 GiB; also over parts of it, to show where the walk begins to count; and against the
 * same loop in C on the same pages, to show what of it is Java's.
 */
final class RandomReads implements Figure {
  private static final long SIZE = 2L << 30;
  private static final long[] PARTS = {64L << 20, 512L << 20};
  /** As many as the C program does. */
  private static final int READS = 1_000_000;
  private static final double TARGET = 1.7;
  private static final int WARM_UPS = 5;
  private static final int ROUNDS = 61;
  private static final String JDK = "JDK's mapping";

  private long place = 1;

  @Override
  public List<String> measure() throws IOException {
    List<String> rows = new ArrayList<>();
    Map<PageSize, Mapped> opened = new EnumMap<>(PageSize.class);
    try (TmpfsFile file = TmpfsFile.unmade(); Arena arena = Arena.ofShared()) {
      // First, while there is one region only, whose file the C program can tell from others.
      rows.add(againstC());
      MemorySegment jdk = filled(file.map(SIZE, arena));
      Interleaved sides = new Interleaved().add(JDK, side(jdk, SIZE));
      for (PageSize pageSize : PageSize.values()) {
        try {
          opened.put(pageSize, Mapped.of(SIZE, pageSize));
          sides.add(pageSize.toString(), side(filled(opened.get(pageSize).segment()), SIZE));
        } catch (DaxException e) {
          rows.add(Row.notMeasured(RandomReads.class, what(SIZE, pageSize), e));
        }
      }
      sides.run(WARM_UPS, ROUNDS);
      for (PageSize pageSize : opened.keySet()) {
        rows.add(pageSize == PageSize.SIZE_2M
            ? row(sides, SIZE, pageSize, JDK, TARGET)
            : row(sides, SIZE, pageSize, JDK));
      }
      for (long part : PARTS) {
        if (opened.containsKey(PageSize.SIZE_2M)) {
          sides = new Interleaved().add(JDK, side(jdk, part))
              .add(PageSize.SIZE_2M.toString(), side(opened.get(PageSize.SIZE_2M).segment(), part))
              .run(WARM_UPS, ROUNDS);
          rows.add(row(sides, part, PageSize.SIZE_2M, JDK));
        }
      }
    } finally {
      opened.values().forEach(Mapped::close);
    }
    return rows;
  }

  private String againstC() throws IOException {
    PageSize pageSize = PageSize.SIZE_2M;
    try (Mapped mapped = Mapped.of(SIZE, pageSize); Twin twin = Twin.start()) {
      Side ours = side(filled(mapped.segment()), SIZE);
      twin.map(Twin.fileOfThisProcess("memfd:jdax"), SIZE);
      Interleaved sides = new Interleaved().add("C", () -> twin.ask("random")).add(pageSize.toString(), ours)
          .run(WARM_UPS, ROUNDS);
      return row(sides, SIZE, pageSize, "C");
    } catch (DaxException e) {
      return Row.notMeasured(RandomReads.class, what(SIZE, pageSize) + ", against C", e);
    }
  }

  private static String row(Interleaved sides, long span, PageSize pageSize, String reference) {
    String name = pageSize.toString();
    return Row.compared(RandomReads.class, what(span, pageSize), time(sides, name),
        reference + ": " + time(sides, reference), sides.speed(name, reference));
  }

  private static String row(Interleaved sides, long span, PageSize pageSize, String reference, double target) {
    String name = pageSize.toString();
    return Row.compared(RandomReads.class, what(span, pageSize), time(sides, name),
        reference + ": " + time(sides, reference), sides.speed(name, reference), target);
  }

  private static String time(Interleaved sides, String name) {
    return Row.time(sides.median(name) / READS);
  }

  private static String what(long span, PageSize pageSize) {
    return "a dependent random read of 8 bytes in " + ByteSize.format(span) + ", pages of " + pageSize;
  }

  /** {@return the memory, of which every page is there before the first read} */
  private static MemorySegment filled(MemorySegment memory) {
    return memory.fill((byte) 0);
  }

  private Side side(MemorySegment memory, long span) {
    return () -> {
      long start = System.nanoTime();
      place = chase(memory, span - 1, place);
      return System.nanoTime() - start;
    };
  }

  /** A linear congruential generator whose every step adds what was read, which is 0 and which no processor guesses. */
  private static long chase(MemorySegment memory, long mask, long place) {
    for (int i = 0; i < READS; i++) {
      long next = place * 6364136223846793005L + 1442695040888963407L;
      place = next + memory.get(JAVA_LONG, next >>> 33 << 3 & mask);
    }
    return place;
  }
}
