// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PageSize;

/**
 * {@link DaxMapping#copyFrom}, which goes past the cache with whole lines, and from a length on, against
 * {@link MemorySegment#copyFrom} and {@link DaxMapping#persist}, which go through it: of whole lines, and of as much
 * from the middle of a line on.
 *
 * <p>To see how it would be below that length, set {@code MappingStores.NON_TEMPORAL_FROM} to 1 first.
 */
final class CopyPastTheCache implements Figure {
  private static final long SIZE = 64L << 20;
  private static final int[] SIZES = {16, 64, 128, 192, 256, 512, 1024, 4096, 64 << 10, 1 << 20};
  private static final int[] BEHIND_A_LINE = {0, 24};
  private static final int RUN = 4 << 20;
  private static final int WARM_UPS = 30;
  private static final int ROUNDS = 101;

  @Override
  public List<String> measure() throws IOException {
    List<String> rows = new ArrayList<>();
    try (Mapped mapped = Mapped.flushed(SIZE, PageSize.SIZE_2M)) {
      for (int bytes : SIZES) {
        for (int behind : BEHIND_A_LINE) {
          rows.add(compare(mapped.mapping(), bytes, behind));
        }
      }
    } catch (DaxException e) {
      rows.add(Row.notMeasured(CopyPastTheCache.class, "copy past the cache or through it, pages of 2 MiB", e));
    }
    return rows;
  }

  private static String compare(DaxMapping mapping, int bytes, int behind) throws IOException {
    MemorySegment source = DurableStores.source(bytes);
    MemorySegment memory = mapping.segment();
    int operations = Math.clamp(RUN / bytes, 1, 10_000);
    Interleaved sides = new Interleaved().add("copy", DurableStores.timed(number -> {
      mapping.copyFrom(DurableStores.place(number, DurableStores.step(bytes + behind)) + behind, source);
    }, operations)).add("through", DurableStores.timed(number -> {
      long at = DurableStores.place(number, DurableStores.step(bytes + behind)) + behind;
      MemorySegment.copy(source, 0, memory, at, bytes);
      mapping.persist(at, bytes);
    }, operations)).run(WARM_UPS, ROUNDS);
    String what = "copy of " + ByteSize.format(bytes)
        + (behind == 0 ? " to where a line begins" : " to " + behind + " bytes behind that") + ", pages of 2 MiB";
    return Row.compared(CopyPastTheCache.class, what, Row.time(sides.median("copy") / operations),
        "copyFrom and persist: " + Row.time(sides.median("through") / operations), sides.speed("copy", "through"));
  }
}
