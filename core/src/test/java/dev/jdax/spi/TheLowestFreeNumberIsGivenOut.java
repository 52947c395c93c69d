// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

/** {@link LowestFree}, beside a set of what is taken. */
class TheLowestFreeNumberIsGivenOut {
  @Test
  void numbersCountFromZero() {
    LowestFree numbers = new LowestFree();
    assertThat(List.of(numbers.take(), numbers.take(), numbers.take())).containsExactly(0, 1, 2);
  }

  @Test
  void aNumberThatIsGivenBackIsTheNext() {
    LowestFree numbers = new LowestFree();
    for (int i = 0; i < 5; i++) {
      numbers.take();
    }
    numbers.give(3);
    numbers.give(1);
    assertThat(List.of(numbers.take(), numbers.take(), numbers.take())).containsExactly(1, 3, 5);
  }

  @Test
  void aNumberThatWasAskedForIsNotGivenOut() {
    LowestFree numbers = new LowestFree();
    numbers.take(0);
    numbers.take(2);
    numbers.take(2);
    assertThat(List.of(numbers.take(), numbers.take())).containsExactly(1, 3);
  }

  @Test
  void randomStepsGiveTheNumbersOfTheModel() {
    Seeds.each(20, random -> {
      LowestFree numbers = new LowestFree();
      TreeSet<Integer> taken = new TreeSet<>();
      for (int step = 0; step < 5_000; step++) {
        switch (random.nextInt(5)) {
          case 0, 1 -> {
            int lowest = 0;
            while (taken.contains(lowest)) {
              lowest++;
            }
            assertThat(numbers.take()).describedAs("step %d", step).isEqualTo(lowest);
            taken.add(lowest);
          }
          case 2 -> {
            int number = random.nextInt(60);
            numbers.take(number);
            taken.add(number);
          }
          default -> {
            if (!taken.isEmpty()) {
              int number = new ArrayList<>(taken).get(random.nextInt(taken.size()));
              numbers.give(number);
              taken.remove(number);
            }
          }
        }
      }
    });
  }
}
