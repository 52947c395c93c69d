// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
  private static final int THREADS = 3;
  private static final int ENDINGS = 5_000;

  /** Nobody is to be between enter and leave while this is true; neither volatile nor else of help to the two. */
  private static final class Alone {
    boolean is;
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
  void whateverOthersDo() throws Exception {
    InFlight inFlight = new InFlight();
    Alone alone = new Alone();
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Long>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        all.add(threads.submit(() -> {
          long met = 0;
          while (!over.getPlain()) {
            int count = inFlight.enter();
            met += alone.is ? 1 : 0;
            inFlight.leave(count);
          }
          return met;
        }));
      }
      try {
        for (int i = 0; i < ENDINGS; i++) {
          while (!inFlight.tryEnding()) {
            Thread.onSpinWait(); // one that was kept out has it
          }
          inFlight.stop();
          awaitIdle(inFlight);
          alone.is = true;
          Thread.onSpinWait();
          alone.is = false;
          inFlight.endTrying();
        }
      } finally {
        over.set(true);
      }
      for (Future<Long> one : all) {
        assertThat(one.get()).isZero();
      }
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
