// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import dev.jdax.DaxMapping;
import org.junit.jupiter.api.Test;

/** Checks that never end, checks of the wrong memory, and stores whose order the test does not see. */
class ACheckThatShowsNothingIsTold {
  private static final PowerFailures PAGE = PowerFailures.inMemoryOf(4096);
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private static void put(DaxMapping memory, long offset, long value) {
    memory.segment().set(ValueLayout.JAVA_LONG, offset, value);
  }

  private static long get(DaxMapping memory, long offset) {
    return memory.segment().get(ValueLayout.JAVA_LONG, offset);
  }

  /** A list whose head is durable before its node is: the node's link, 0, leads to itself. */
  private static void appendWrongly(DaxMapping memory) throws Exception {
    put(memory, 0, 64);
    memory.persist(0, 8);
    put(memory, 64, 128);
    memory.persist(64, 8);
  }

  private static void follow(DaxMapping left) {
    long at = get(left, 0);
    while (at != 0 && at != 128) {
      at = get(left, at) == 0 ? at : get(left, at);
    }
  }

  @Test
  void aRecoveryThatGoesRoundForEverFailsWithTheCutAndItsStack() {
    assertThatExceptionOfType(BrokenByPowerFailure.class)
        .isThrownBy(() -> PAGE.withLimit(Duration.ofMillis(300))
            .during(ACheckThatShowsNothingIsTold::appendWrongly, ACheckThatShowsNothingIsTold::follow))
        .withMessageContaining("the check did not return within 300 ms")
        .satisfies(e -> {
          assertThat(e.point().number()).isEqualTo(1);
          assertThat(e.cut()).isEqualTo(2);
          assertThat(e.getCause().getStackTrace())
              .anyMatch(frame -> frame.getMethodName().equals("follow"));
        });
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void aCheckThatWaitsForEverFailsToo() {
    CountDownLatch never = new CountDownLatch(1);
    assertThatExceptionOfType(BrokenByPowerFailure.class)
        .isThrownBy(() -> PAGE.withLimit(Duration.ofMillis(200)).during(memory -> put(memory, 0, 1),
            left -> never.await()))
        .withMessageContaining("did not return within 200 ms")
        .satisfies(
            e -> assertThat(e.getCause().getSuppressed()).hasAtLeastOneElementOfType(InterruptedException.class));
    assertThatThrownBy(() -> PAGE.withLimit(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a limit of PT0S: it must be at least a millisecond");
  }

  @Test
  void aCheckThatReadsTheMemoryOfTheProgramDoesNotPass() {
    AtomicReference<DaxMapping> program = new AtomicReference<>();
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> PAGE.during(memory -> {
      program.set(memory);
      put(memory, 0, 1); // never flushed
    }, left -> {
      if (get(program.get(), 0) != 1) {
        throw new AssertionError("lost");
      }
    })).withMessage("the check passes only while the memory of the program is open: it looks at that, where a power"
        + " failure has lost nothing, and not at what is left; use the memory that the check is given")
        .withCauseInstanceOf(IllegalStateException.class);
  }

  /** The JVM tells nobody of the order of two stores, so that it has to be given, or not to be asked for. */
  @Test
  void aFlagThatIsReleasedInTheLineOfItsValue() throws Exception {
    PowerFailures.Step released = memory -> {
      put(memory, 8, 42);
      LONG.setRelease(memory.segment(), 0L, 1L);
      memory.persist(0, 16);
    };
    PowerFailures.Step fenced = memory -> {
      put(memory, 8, 42);
      memory.storeFence();
      LONG.setVolatile(memory.segment(), 0L, 1L);
      memory.persist(0, 16);
    };
    PowerFailures.Step check = left -> assertThat(get(left, 0) == 0 || get(left, 8) == 42).isTrue();
    assertThatThrownBy(() -> PAGE.during(released, check)).isInstanceOf(BrokenByPowerFailure.class)
        .hasMessageContaining("if the program orders the two stores\n  (setRelease, setVolatile, a fence), put"
            + " storeFence() between them, or test withWholeLines()");
    assertThat(PAGE.during(fenced, check).cuts()).isPositive();
    assertThat(PAGE.withWholeLines().during(released, check).cuts()).isPositive();
  }

  @Test
  void ofWholeLinesTheOrderOfTheLinesIsStillOpen() {
    assertThatThrownBy(() -> PAGE.withWholeLines().during(memory -> {
      put(memory, 64, 42);
      LONG.setRelease(memory.segment(), 0L, 1L);
      memory.persist(0, 128);
    }, left -> assertThat(get(left, 0) == 0 || get(left, 64) == 42).isTrue()))
        .isInstanceOf(BrokenByPowerFailure.class).hasMessageNotContaining("withWholeLines");
  }
}
