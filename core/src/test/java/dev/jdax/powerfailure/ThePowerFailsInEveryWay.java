// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

import dev.jdax.Access;
import dev.jdax.DaxMapping;
import dev.jdax.PersistenceDomain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program and a check may do, and what they are shown. */
class ThePowerFailsInEveryWay {
  private static final PowerFailures PAGE = PowerFailures.inMemoryOf(4096);

  private static void put(DaxMapping memory, long offset, long value) {
    memory.segment().set(ValueLayout.JAVA_LONG, offset, value);
  }

  private static long get(DaxMapping memory, long offset) {
    return memory.segment().get(ValueLayout.JAVA_LONG, offset);
  }

  @Test
  void theMemoryPlaysAMemoryControllerAndStartsWithZerosOrWithAStep() throws Exception {
    PAGE.startingWith(memory -> put(memory, 64, 5)).during(memory -> {
      assertThat(memory.persistenceDomain()).isEqualTo(PersistenceDomain.MEMORY_CONTROLLER);
      assertThat(memory.length()).isEqualTo(4096);
      assertThat(get(memory, 64)).isEqualTo(5);
      assertThat(memory.deepFlush()).isFalse();
    }, left -> {
      assertThat(left.persistenceDomain()).isEqualTo(PersistenceDomain.MEMORY_CONTROLLER);
      assertThat(get(left, 0)).isZero();
      assertThat(get(left, 64)).isEqualTo(5);
    });
  }

  @Test
  void recoveryMayStoreAndCloseAndTheNextCutIsAsIfItHadNot() throws Exception {
    Set<Long> seen = new TreeSet<>();
    PAGE.during(memory -> {
      for (long i = 1; i <= 5; i++) {
        put(memory, 0, i);
        memory.persist(0, 8);
      }
    }, left -> {
      seen.add(get(left, 0));
      assertThat(get(left, 2048)).isZero();
      put(left, 0, 99);
      left.fill(2048, 1024, (byte) 7);
      left.persist(0, 8);
      left.close();
    });
    assertThat(seen).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void theProgramMayCloseItsMemoryAndMapItsDeviceAgain() throws Exception {
    Set<Long> seen = new TreeSet<>();
    AtomicInteger durable = new AtomicInteger();
    PowerFailures.inMemoryOf(8192).during(memory -> {
      memory.close();
      try (DaxMapping second = memory.device().map(Access.READ_WRITE, 4096, 4096)) {
        put(second, 64, 1);
        second.persist(64, 8);
        durable.set(1);
        put(second, 64, 2);
        second.flush(64, 8);
        second.drain();
        durable.set(2);
        second.copyFrom(64, MemorySegment.ofArray(new long[]{3}));
        durable.set(3);
        second.drain();
      }
    }, left -> {
      long found = get(left, 4096 + 64);
      seen.add(found);
      if (durable.get() == 3) {
        assertThat(found).isEqualTo(3);
      } else {
        assertThat(found).isGreaterThanOrEqualTo(durable.get());
      }
    });
    assertThat(seen).containsExactly(0L, 1L, 2L, 3L);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 256, 300})
  void aCopyAndAFillAreDurableWhenTheyReturnAndTornBefore(int length) throws Exception {
    AtomicInteger done = new AtomicInteger();
    Set<Byte> first = new TreeSet<>();
    Set<Byte> last = new TreeSet<>();
    PAGE.during(memory -> {
      memory.copyFrom(60, MemorySegment.ofArray(new byte[length]).fill((byte) 1));
      done.set(1);
      memory.fill(60, length, (byte) 2);
      done.set(2);
      memory.drain();
    }, left -> {
      first.add(left.segment().get(ValueLayout.JAVA_BYTE, 60));
      last.add(left.segment().get(ValueLayout.JAVA_BYTE, 60 + length - 1));
      assertThat(left.segment().get(ValueLayout.JAVA_BYTE, 60)).isGreaterThanOrEqualTo((byte) done.get());
    });
    assertThat(first).containsExactly((byte) 0, (byte) 1, (byte) 2);
    assertThat(last).containsExactly((byte) 0, (byte) 1, (byte) 2);
  }

  @Test
  void aValueThatIsOverwrittenIsSeenAtAFence() throws Exception {
    Set<Long> seen = new TreeSet<>();
    PAGE.during(memory -> {
      put(memory, 0, 1); // not seen
      put(memory, 0, 2);
      memory.storeFence();
      put(memory, 0, 3);
    }, left -> seen.add(get(left, 0)));
    assertThat(seen).containsExactly(0L, 2L, 3L);
  }

  @Test
  void aValueThatACopyOrAFillOverwritesIsSeen() throws Exception {
    Set<Long> seen = new TreeSet<>();
    PAGE.during(memory -> {
      put(memory, 0, 1);
      memory.copyFrom(0, MemorySegment.ofArray(new long[]{2}));
      put(memory, 0, 3);
      memory.fill(0, 300, (byte) 0);
    }, left -> seen.add(get(left, 0)));
    assertThat(seen).containsExactly(0L, 1L, 2L, 3L);
  }

  @Test
  void wordsOfALineAreTornBetweenTwoPointsAndInOrderAcrossThem() throws Exception {
    Set<List<Long>> kept = new HashSet<>();
    Set<List<Long>> torn = new HashSet<>();
    PowerFailures.Step program = memory -> {
      put(memory, 0, 1);
      put(memory, 8, 1);
      memory.storeFence();
      put(memory, 16, 1);
    };
    PAGE.during(program, left -> kept.add(List.of(get(left, 0), get(left, 8), get(left, 16))));
    PAGE.withTornLines().during(program, left -> torn.add(List.of(get(left, 0), get(left, 8), get(left, 16))));
    assertThat(kept).hasSize(5).doesNotContain(List.of(0L, 1L, 1L));
    assertThat(torn).hasSize(8);
  }

  @Test
  void ofManyCutsSomeAreDrawnAndTheOutcomeSaysSo() throws Exception {
    Outcome outcome = PAGE.withSeed(1).withCuts(100, 50).during(memory -> {
      memory.segment().fill((byte) 1);
      memory.persist(0, 4096);
    }, left -> {
    });
    assertThat(outcome.seed()).isEqualTo(1);
    assertThat(outcome.points()).isEqualTo(2);
    assertThat(outcome.sampledPoints()).isEqualTo(1);
    assertThat(outcome.cuts()).isBetween(100L, 300L);
  }

  @Test
  void aFailureThatTheProgramSwallowsIsThrownAllTheSame() {
    AtomicInteger swallowed = new AtomicInteger();
    assertThatThrownBy(() -> PAGE.during(memory -> {
      try {
        put(memory, 0, 1);
        memory.persist(0, 8);
      } catch (AssertionError e) {
        swallowed.incrementAndGet();
      }
      memory.persist(0, 8);
    }, left -> assertThat(get(left, 0)).isZero())).isInstanceOf(BrokenByPowerFailure.class);
    assertThat(swallowed).hasValue(1);
  }

  @Test
  void whatTheProgramThrowsIsThrown() {
    IOException thrown = new IOException("of the program");
    assertThat(catchThrowable(() -> PAGE.during(memory -> {
      throw thrown;
    }, left -> {
    }))).isSameAs(thrown);
  }

  @Test
  void recoveryThatNeverEndsIsAFailureWhereItIsARecursion() {
    assertThatThrownBy(() -> PAGE.during(memory -> memory.persist(0, 8), new PowerFailures.Step() {
      @Override
      public void with(DaxMapping left) throws Exception {
        with(left);
      }
    })).isInstanceOf(BrokenByPowerFailure.class).hasCauseInstanceOf(StackOverflowError.class);
  }

  @Test
  void theCheckMayNotFlushTheMemoryOfTheProgram() {
    List<DaxMapping> program = new ArrayList<>();
    assertThatThrownBy(() -> PAGE.during(memory -> {
      program.add(memory);
      memory.drain();
    }, left -> program.getFirst().drain())).isInstanceOf(BrokenByPowerFailure.class)
        .hasMessageContaining("the check used the memory of the program; it has what is left of it to use");
  }

  @Test
  void recoveryIsAProgramThatCanBeCutOffToo() throws Exception {
    AtomicInteger recoveries = new AtomicInteger();
    PAGE.during(memory -> {
      put(memory, 0, 1);
      memory.persist(0, 8);
    }, left -> PAGE.startingWith(again -> again.copyFrom(0, left.segment())).during(again -> {
      put(again, 64, get(again, 0));
      again.persist(64, 8);
    }, twice -> {
      recoveries.incrementAndGet();
      assertThat(get(twice, 64)).isLessThanOrEqualTo(get(twice, 0));
    }));
    assertThat(recoveries).hasValueGreaterThan(5);
  }

  @Test
  void manyThreadsHaveOnePointAtATime() throws Exception {
    long[] acknowledged = new long[4];
    Outcome outcome = PAGE.during(memory -> {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < acknowledged.length; i++) {
        int number = i;
        threads.add(Thread.ofPlatform().start(() -> {
          try {
            for (long n = 1; n <= 20; n++) {
              put(memory, 64L * number, n);
              memory.persist(64L * number, 8);
              acknowledged[number] = n;
            }
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }, left -> {
      for (int i = 0; i < acknowledged.length; i++) {
        assertThat(get(left, 64L * i)).isLessThanOrEqualTo(20);
      }
    });
    assertThat(outcome.points()).isEqualTo(81);
    assertThat(acknowledged).containsOnly(20);
    assertThat(outcome.notes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {-4096, 0, 100})
  void theSizeIsOfWholePages(long size) {
    assertThatThrownBy(() -> PowerFailures.inMemoryOf(size)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("memory of " + size + " bytes: it must be a positive multiple of 4096");
  }

  @Test
  void atLeastOneCutIsLookedAt() {
    assertThatThrownBy(() -> PAGE.withCuts(0, 5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PAGE.withCuts(1, -1)).isInstanceOf(IllegalArgumentException.class);
  }
}
