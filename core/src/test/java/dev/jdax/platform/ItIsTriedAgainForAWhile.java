// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link Patience}, and that of {@link UntilExec}. */
class ItIsTriedAgainForAWhile {
  private int attempts;

  @AfterEach
  void endTheInterrupt() {
    Thread.interrupted();
  }

  private int attempt() {
    return ++attempts;
  }

  private static long millisSince(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }

  @Test
  void untilItIsEnough() {
    assertThat(new Patience(Duration.ofHours(1), Duration.ofNanos(1)).last(this::attempt, found -> found == 5))
        .isEqualTo(5);
  }

  @Test
  void onceAtLeast() {
    assertThat(new Patience(Duration.ZERO, Duration.ofHours(1)).last(this::attempt, found -> false)).isEqualTo(1);
  }

  @Test
  void aChildThatIsSlowToExecuteIsWaitedFor() {
    long start = System.nanoTime();
    assertThat(UntilExec.last(() -> millisSince(start) >= 600, free -> free)).isTrue();
  }

  @Test
  void anInterruptNeitherEndsTheWaitingNorMakesItBusy() {
    Thread.currentThread().interrupt();
    long start = System.nanoTime();
    UntilExec.last(this::attempt, found -> millisSince(start) >= 200);
    assertThat(millisSince(start)).isGreaterThanOrEqualTo(200);
    assertThat(attempts).isLessThanOrEqualTo(101);
    assertThat(Thread.interrupted()).isTrue();
  }
}
