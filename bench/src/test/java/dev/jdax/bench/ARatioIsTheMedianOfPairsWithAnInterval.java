// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

/** The harness's arithmetic. */
class ARatioIsTheMedianOfPairsWithAnInterval {
  private static final int PAIRS = 31;

  @Test
  void theMedianIsTheMiddleOrBetweenTheMiddles() {
    assertThat(Interval.median(new double[]{9, 1, 2})).isEqualTo(2);
    assertThat(Interval.median(new double[]{9, 1, 2, 4})).isEqualTo(3);
  }

  @Test
  void equalPairsHaveAnIntervalWithoutWidth() {
    double[] pairs = new double[PAIRS];
    Arrays.fill(pairs, 1.5);
    assertThat(Ratio.of(pairs)).isEqualTo(new Ratio(1.5, 1.5, 1.5, PAIRS));
  }

  @Test
  void theIntervalHoldsTheMedianAndOutliersDoNotMoveIt() {
    SplittableRandom random = new SplittableRandom(7);
    double[] pairs = random.doubles(PAIRS, 0.9, 1.1).toArray();
    pairs[0] = 100;
    Ratio ratio = Ratio.of(pairs);
    assertThat(ratio.median()).isBetween(ratio.low(), ratio.high());
    assertThat(ratio.low()).isBetween(0.9, 1.05);
    assertThat(ratio.high()).isBetween(0.95, 1.1);
    assertThat(Ratio.of(pairs)).as("the same pairs again").isEqualTo(ratio);
  }

  @Test
  void aTargetIsMetByTheLowerEnd() {
    Ratio ratio = new Ratio(1.8, 1.69, 1.9, PAIRS);
    assertThat(ratio.reaches(1.69)).isTrue();
    assertThat(ratio.reaches(1.7)).isFalse();
  }

  @Test
  void aDifferenceIsMetByTheUpperEnd() {
    Difference difference = new Difference(20, 18.5, 25, PAIRS);
    assertThat(difference.isAtMost(25)).isTrue();
    assertThat(difference.isAtMost(24.9)).isFalse();
    assertThat(difference).hasToString("+20.0 ns [+18.5, +25.0] of 31");
  }

  @Test
  void fewerThanThirtyPairsAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Ratio.of(new double[29])).withMessageContaining("29 pairs");
  }

  @Test
  void sidesTakeTurnsAndOnlyTheRoundsCount() throws Exception {
    StringBuilder order = new StringBuilder();
    Interleaved sides = new Interleaved().add("a", () -> {
      order.append('a');
      return 10;
    }).add("b", () -> {
      order.append('b');
      return 20;
    }).run(2, 30);
    assertThat(order.substring(0, 8)).isEqualTo("abbaabba");
    assertThat(order).hasSize(64);
    assertThat(sides.speed("a", "b")).isEqualTo(new Ratio(2, 2, 2, 30));
    assertThat(sides.difference("b", "a", 5)).as("of each of five operations").isEqualTo(new Difference(2, 2, 2, 30));
  }
}
