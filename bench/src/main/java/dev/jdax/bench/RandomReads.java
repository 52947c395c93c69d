// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.DaxException;
import dev.jdax.PageSize;

/**
 * Dependent random reads of 8 bytes over 2 GiB, at each size of page, against the JDK's mapping of a file on tmpfs.
 *
 * <p>The place of each read depends on the value of the one before, so that one read is in flight at a time and what is
 * measured is latency: the miss in the caches, which all sides have, and the walk of the page tables, which is shorter
 * the larger the pages are.
 */
final class RandomReads implements Figure {
  private static final long SIZE = 2L << 30;
  private static final int READS = 1_000_000;
  private static final String JDK = "JDK";

  private long place = 1;

  @Override
  public List<String> measure() throws IOException {
    List<String> rows = new ArrayList<>();
    List<Mapped> opened = new ArrayList<>();
    try (TmpfsFile file = TmpfsFile.unmade(); Arena arena = Arena.ofShared()) {
      Interleaved sides = new Interleaved().add(JDK, side(file.map(SIZE, arena)));
      for (PageSize pageSize : PageSize.values()) {
        try {
          Mapped mapped = Mapped.of(SIZE, pageSize);
          opened.add(mapped);
          sides.add(pageSize.toString(), side(mapped.segment()));
        } catch (DaxException e) {
          rows.add(Row.notMeasured(RandomReads.class, what(pageSize), e));
        }
      }
      sides.run(5, 61);
      for (PageSize pageSize : PageSize.values()) {
        if (sides.has(pageSize.toString())) {
          rows.add(row(sides, pageSize));
        }
      }
    } finally {
      opened.forEach(Mapped::close);
    }
    return rows;
  }

  private static String row(Interleaved sides, PageSize pageSize) {
    String ours = Row.time(sides.median(pageSize.toString()) / READS);
    String theirs = "JDK's mapping: " + Row.time(sides.median(JDK) / READS);
    Ratio ratio = sides.speed(pageSize.toString(), JDK);
    return pageSize == PageSize.SIZE_2M
        ? Row.compared(RandomReads.class, what(pageSize), ours, theirs, ratio, 1.7)
        : Row.compared(RandomReads.class, what(pageSize), ours, theirs, ratio);
  }

  private static String what(PageSize pageSize) {
    return "a dependent random read of 8 bytes in 2 GiB, pages of " + pageSize;
  }

  private Side side(MemorySegment memory) {
    memory.fill((byte) 0); // every page is there before the first read
    return () -> {
      long start = System.nanoTime();
      place = chase(memory, place);
      return System.nanoTime() - start;
    };
  }

  /** A linear congruential generator whose every step adds what was read, which is 0 and which no processor guesses. */
  private static long chase(MemorySegment memory, long place) {
    for (int i = 0; i < READS; i++) {
      long next = place * 6364136223846793005L + 1442695040888963407L;
      place = next + memory.get(JAVA_LONG, next >>> 33 << 3 & SIZE - 1);
    }
    return place;
  }
}
