// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.jdax.platform.FailingCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  private static InFlight ofThisTest(String... methods) {
    return new InFlight(Arrays.stream(methods).map(method -> WhoEndsAMappingIsAloneInIt.class.getName() + "." + method)
        .collect(Collectors.toSet()));
  }

  private static boolean endsAtOnce(InFlight inFlight) {
    return inFlight.endWithin(System.nanoTime(), () -> true);
  }

  private static boolean endsSoon(InFlight inFlight) {
    return inFlight.endWithin(System.nanoTime() + Duration.ofSeconds(5).toNanos(), () -> true);
  }

  @Test
  void whateverAnotherDoes() throws Exception {
    InFlight inFlight = ofThisTest("timesMet");
    Alone alone = new Alone();
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<Long> met = other.submit(() -> timesMet(inFlight, alone, over));
      try {
        for (int i = 0; i < ENDINGS; i++) {
          boolean ended = inFlight.endWithin(Long.MAX_VALUE, () -> {
            alone.is = true;
            waitFor(LONG_ENOUGH);
            alone.is = false;
            return true;
          });
          assertThat(ended).isTrue();
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
  void eachMethodThatHoldsAMarkIsKnownByItsName() {
    Set<String> callers = new ClassFileImporter().importPackages("dev.jdax").get(DaxMapping.class)
        .getMethod("enter").getCallsOfSelf().stream().map(JavaMethodCall::getOrigin)
        .filter(method -> !method.getName().equals("requireOpenNow"))
        .map(method -> method.getOwner().getName() + "." + method.getName()).collect(Collectors.toSet());
    assertThat(callers).isEqualTo(DaxMapping.MARKED);
  }

  @Test
  void anOperationOfAThreadThatComesOftenIsSeen() {
    InFlight inFlight = ofThisTest("anOperationOfAThreadThatComesOftenIsSeen");
    comeOften(inFlight);
    int mark = inFlight.enter();
    assertThat(endsAtOnce(inFlight)).isFalse();
    inFlight.leave(mark);
    assertThat(endsAtOnce(inFlight)).isTrue();
  }

  @Test
  void anOperationOfAThreadThatComesSeldomIsSeen() {
    InFlight inFlight = ofThisTest("anOperationOfAThreadThatComesSeldomIsSeen");
    int mark = inFlight.enter();
    assertThat(endsAtOnce(inFlight)).isFalse();
    inFlight.leave(mark);
    assertThat(endsAtOnce(inFlight)).isTrue();
  }

  /** The thread is in a method that is said to hold no operation, as it is after an error has ended one. */
  @ParameterizedTest
  @ValueSource(ints = {0, OFTEN})
  void aMarkThatAnErrorHasLeftIsDisregarded(int before) throws Exception {
    InFlight inFlight = ofThisTest("anotherMethod");
    for (int i = 0; i < before; i++) {
      inFlight.leave(inFlight.enter());
    }
    inFlight.enter();
    assertThat(endsAtOnce(inFlight)).as("stacks are not looked at at once").isFalse();
    assertThat(endsSoon(inFlight)).isTrue();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      assertThat(other.submit(() -> endsSoon(inFlight)).get()).as("from another thread").isTrue();
    }
    inFlight.leave(inFlight.enter());
    assertThat(endsAtOnce(inFlight)).as("the next operation has taken it away").isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMarkOfAThreadThatHasEndedIsDisregarded(boolean virtual) throws Exception {
    InFlight inFlight = ofThisTest("anotherMethod");
    Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
    Thread thread = builder.start(inFlight::enter);
    thread.join();
    assertThat(endsSoon(inFlight)).isTrue();
  }

  @Test
  void whatIsLeftOfAnEndingThatAnErrorHasStoppedKeepsNobodyOut() {
    InFlight inFlight = ofThisTest();
    assertThatThrownBy(() -> inFlight.endWithin(System.nanoTime(), () -> {
      throw new StackOverflowError("as the JVM throws it");
    })).isInstanceOf(StackOverflowError.class);
    inFlight.leave(inFlight.enter());
    assertThat(inFlight.isStopped()).isFalse();
    assertThat(endsAtOnce(inFlight)).isTrue();
  }

  @Test
  void aBarrierThatFailsIsMadeAgain() {
    InFlight inFlight = ofThisTest();
    comeOften(inFlight);
    try (FailingCalls failing = FailingCalls.failing(1, Errno.EPERM.number())) {
      assertThat(endsSoon(inFlight)).isTrue();
      assertThat(failing.hasFailed()).isTrue();
      assertThat(failing.calls()).containsExactly("membarrier", "membarrier");
    }
  }

  @Test
  void whileTheBarrierFailsNobodyIsAlone() {
    InFlight inFlight = ofThisTest();
    comeOften(inFlight);
    try (FailingCalls failing = FailingCalls.failing(1, Errno.EPERM.number())) {
      assertThat(endsAtOnce(inFlight)).as("it may not be known").isFalse();
      assertThat(failing.hasFailed()).isTrue();
    }
  }

  @Test
  void aThreadThatComesSeldomCostsNoBarrier() {
    InFlight inFlight = ofThisTest();
    inFlight.leave(inFlight.enter());
    try (FailingCalls counted = FailingCalls.counting()) {
      assertThat(endsAtOnce(inFlight)).isTrue();
      assertThat(counted.calls()).isEmpty();
    }
  }

  /** More threads than there are stripes; some of them come often, and all of them leave. */
  @Test
  void manyThreadsLeaveNoMark() throws Exception {
    InFlight inFlight = ofThisTest("comeAsOftenAs");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 500; i++) {
        int times = i;
        threads.submit(() -> comeAsOftenAs(times, inFlight));
      }
    }
    assertThat(endsAtOnce(inFlight)).isTrue();
  }

  private static void comeAsOftenAs(int times, InFlight inFlight) {
    for (int i = 0; i < times; i++) {
      int mark = inFlight.enter();
      Thread.yield();
      inFlight.leave(mark);
    }
  }
}
