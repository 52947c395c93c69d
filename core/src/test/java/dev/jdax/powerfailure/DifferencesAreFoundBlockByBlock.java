// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

import dev.jdax.spi.Seeds;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every block that differs is told of, once, in ascending order. */
class DifferencesAreFoundBlockByBlock {
  private static final int SIZE = 1024;

  @ParameterizedTest
  @ValueSource(ints = {8, 64})
  void whereverTheyAre(int block) {
    Seeds.each(100, random -> {
      byte[] one = new byte[SIZE];
      byte[] other = new byte[SIZE];
      TreeSet<Long> expected = new TreeSet<>();
      for (int i = random.nextInt(30); i > 0; i--) {
        int at = random.nextInt(SIZE);
        other[at] = 1;
        expected.add((long) at / block * block);
      }
      List<Long> found = new ArrayList<>();
      Differences.each(MemorySegment.ofArray(one), MemorySegment.ofArray(other), block, found::add);
      assertThat(found).containsExactlyElementsOf(expected);
    });
  }
}
