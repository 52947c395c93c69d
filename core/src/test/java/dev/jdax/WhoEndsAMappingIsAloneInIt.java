// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.jdax.platform.FailingCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The count of what is under way on a mapping, kept by threads that have a stripe of it, and by others. */
@Timeout(60)
class WhoEndsAMappingIsAloneInIt {
  private static final int OFTEN = 1000;
  private static final int ENDINGS = 10_000;
  private static final Duration LONG_ENOUGH = Duration.ofNanos(500);
  /** More longs than the smaller caches hold. */
  private static final int FAR = 1 << 21;

  /** Nobody is to be between enter and leave while this is true. */
  private static final class Alone {
    volatile boolean is;
  }

  private static void comeOften(InFlight inFlight) {
    for (int i = 0; i < OFTEN; i++) {
      inFlight.leave(inFlight.enter());
    }
  }

  private static void awaitIdle(InFlight inFlight) {
    while (!inFlight.isIdle()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whateverAnotherDoes() throws Exception {
    InFlight inFlight = new InFlight();
    Alone alone = new Alone();
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<Long> met = other.submit(() -> timesMet(inFlight, alone, over));
      try {
        for (int i = 0; i < ENDINGS; i++) {
          while (!inFlight.tryEnding()) {
            Thread.onSpinWait(); // one that was kept out has it
          }
          inFlight.stop();
          awaitIdle(inFlight);
          alone.is = true;
          waitFor(LONG_ENOUGH);
          alone.is = false;
          inFlight.endTrying();
          waitFor(Duration.ofNanos(5_000 + i * 37 % 977 * 20)); // the other has to get on meanwhile
        }
      } finally {
        over.set(true);
      }
      assertThat(met.get()).isZero();
    }
  }

  private static long timesMet(InFlight inFlight, Alone alone, AtomicBoolean over) {
    long[] far = new long[FAR];
    long place = 1;
    long met = 0;
    while (!over.get()) {
      for (int store = 0; store < 8; store++) {
        place = place * 6364136223846793005L + 1442695040888963407L;
        far[(int) (place >>> 40) & FAR - 1] = place; // the count is stored behind these, and so seen late
      }
      int count = inFlight.enter();
      for (int look = 0; look < 200; look++) {
        met += alone.is ? 1 : 0;
      }
      inFlight.leave(count);
    }
    return met;
  }

  private static void waitFor(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void anOperationOfAThreadThatComesOftenIsSeen() {
    InFlight inFlight = new InFlight();
    comeOften(inFlight);
    int outer = inFlight.enter();
    int inner = inFlight.enter();
    inFlight.stop();
    assertThat(inFlight.isIdle()).isFalse();
    inFlight.leave(inner);
    assertThat(inFlight.isIdle()).isFalse();
    inFlight.leave(outer);
    assertThat(inFlight.isIdle()).isTrue();
  }

  @Test
  void aBarrierThatFailsIsMadeAgain() {
    InFlight inFlight = new InFlight();
    comeOften(inFlight);
    inFlight.stop();
    try (FailingCalls failing = FailingCalls.failing(1, Errno.EPERM.number())) {
      assertThat(inFlight.isIdle()).as("it may not be known").isFalse();
      assertThat(failing.hasFailed()).isTrue();
      assertThat(inFlight.isIdle()).isTrue();
      assertThat(inFlight.isIdle()).isTrue();
      assertThat(failing.calls()).containsExactly("membarrier", "membarrier");
    }
  }

  @Test
  void aThreadThatComesSeldomCostsNoBarrier() {
    InFlight inFlight = new InFlight();
    inFlight.leave(inFlight.enter());
    inFlight.stop();
    try (FailingCalls counted = FailingCalls.counting()) {
      assertThat(inFlight.isIdle()).isTrue();
      assertThat(counted.calls()).isEmpty();
    }
  }
}
