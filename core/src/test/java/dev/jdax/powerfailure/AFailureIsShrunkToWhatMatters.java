// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

import dev.jdax.DaxMapping;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.Test;

/** A check that fails if some words are kept and some others lost: the failure names exactly these. */
class AFailureIsShrunkToWhatMatters {
  private static Set<Long> drawn(RandomGenerator random, int count, List<Long> from, Set<Long> without) {
    Set<Long> drawn = new TreeSet<>();
    while (drawn.size() < count) {
      long offset = from.get(random.nextInt(from.size()));
      if (!without.contains(offset)) {
        drawn.add(offset);
      }
    }
    return drawn;
  }

  private static boolean isThere(DaxMapping left, long offset) {
    return left.segment().get(ValueLayout.JAVA_LONG, offset) == offset + 1;
  }

  @Test
  void wheneverItIsFound() {
    Seeds.each(40, random -> {
      List<Long> words = List.copyOf(new TreeSet<>(random.longs(12, 0, 64).map(word -> word * 8).boxed().toList()));
      Set<Long> kept = drawn(random, random.nextInt(3), words, Set.of());
      Set<Long> lost = drawn(random, random.nextInt(3), words, kept);
      BrokenByPowerFailure broken = catchThrowableOfType(BrokenByPowerFailure.class,
          () -> PowerFailures.inMemoryOf(4096).withSeed(random.nextLong()).during(memory -> {
            words.forEach(offset -> memory.segment().set(ValueLayout.JAVA_LONG, offset, offset + 1));
            memory.persist(0, 512);
          }, left -> {
            boolean breaks = kept.stream().allMatch(offset -> isThere(left, offset))
                && lost.stream().noneMatch(offset -> isThere(left, offset));
            assertThat(breaks).isFalse();
          }));
      assertThat(broken.kept()).extracting(Word::offset).containsExactlyElementsOf(kept);
      assertThat(broken.lost()).extracting(Word::offset).containsExactlyElementsOf(lost);
    });
  }
}
