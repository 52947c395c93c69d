// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

import dev.jdax.DaxMapping;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.Test;

/** Where there are too many cuts for all of them, those are among the chosen that mistakes are found by. */
class OfManyCutsTheTellingOnesAreLookedAt {
  private static final int LINES = 300;
  private static final int MIDDLE = 150;

  private static List<Line> lines(int count, int words) {
    List<Line> lines = new ArrayList<>();
    History history = new History();
    for (int i = 0; i < count; i++) {
      Line line = new Line(64L * i, new long[8]);
      long[] changed = new long[8];
      for (int word = 0; word < words; word++) {
        changed[word] = 1;
      }
      line.see(changed, history.add(Point.Kind.FENCE, 0, 0, List.of()));
      lines.add(line);
    }
    return lines;
  }

  private static List<List<Integer>> looked(List<Line> lines, int most, int samples, long seed) {
    List<List<Integer>> looked = new ArrayList<>();
    new Cuts(lines, most, samples, new SplittableRandom(seed))
        .each(states -> looked.add(Arrays.stream(states).boxed().toList()));
    return looked;
  }

  @Test
  void allOfThemWhereTheyAreFew() {
    assertThat(looked(List.of(), 1, 0, 1)).containsExactly(List.of());
    assertThat(looked(lines(3, 2), 64, 0, 1)).hasSize(64).doesNotHaveDuplicates()
        .startsWith(List.of(0, 0, 0)).endsWith(List.of(3, 3, 3));
    assertThat(looked(lines(3, 2), 63, 0, 1)).hasSizeLessThan(64);
  }

  @Test
  void andOtherwiseNothingKeptNothingLostEachLineAloneAndEachMissing() {
    List<List<Integer>> looked = looked(lines(12, 1), 100, 50, 1);
    assertThat(looked).startsWith(Collections.nCopies(12, 0), Collections.nCopies(12, 1));
    for (int ones : new int[]{1, 11}) {
      assertThat(looked.stream().filter(states -> states.stream().mapToInt(state -> state).sum() == ones).distinct())
          .hasSize(12);
    }
    assertThat(looked).isEqualTo(looked(lines(12, 1), 100, 50, 1));
    assertThat(looked).isNotEqualTo(looked(lines(12, 1), 100, 50, 2));
  }

  @Test
  void amongThemWhatWasThereAtAPointAndWhatHasComeSince() {
    List<List<Integer>> looked = looked(lines(12, 3), 1, 0, 1);
    assertThat(looked).contains(List.of(7, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0),
        List.of(0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7));
  }

  @Test
  void tornLinesAreDrawnToo() {
    Seeds.each(5, random -> {
      List<List<Integer>> looked = looked(lines(100, 8), 1, 200, random.nextLong());
      assertThat(looked.stream().flatMap(List::stream).distinct()).hasSizeGreaterThan(200)
          .allMatch(state -> state >= 0 && state <= 255);
    });
  }

  private static boolean isSet(DaxMapping left, int line) {
    return left.segment().get(ValueLayout.JAVA_LONG, 64L * line) != 0;
  }

  @Test
  void soAFlagIsFoundThatIsKeptWhereMuchElseIsLost() {
    Seeds.each(5, random -> {
      BrokenByPowerFailure broken = catchThrowableOfType(BrokenByPowerFailure.class,
          () -> PowerFailures.inMemoryOf(64 * 512).withSeed(random.nextLong()).withCuts(1, 0).during(memory -> {
            for (int line = 0; line < LINES; line++) {
              if (line != MIDDLE) {
                memory.segment().set(ValueLayout.JAVA_LONG, 64L * line, 1);
              }
            }
            memory.storeFence();
            memory.segment().set(ValueLayout.JAVA_LONG, 64L * MIDDLE, 1);
            memory.storeFence();
          }, left -> {
            int there = 0;
            for (int line = 0; line < LINES; line++) {
              there += isSet(left, line) ? 1 : 0;
            }
            assertThat(isSet(left, MIDDLE) && there < LINES / 2).isFalse();
          }));
      assertThat(broken).isNotNull();
      assertThat(broken.kept()).extracting(Word::offset).containsExactly(64L * MIDDLE);
    });
  }
}
