// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.DaxMapping;
import org.junit.jupiter.api.Test;

/** What a failure says: where, what was lost, what was kept, and how to see it again. */
class AFailureNamesTheLineThatBrokeIt {
  private static final long SEED = 42;

  private static void put(DaxMapping memory, long offset, long value) {
    memory.segment().set(ValueLayout.JAVA_LONG, offset, value);
  }

  private static long get(DaxMapping memory, long offset) {
    return memory.segment().get(ValueLayout.JAVA_LONG, offset);
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new AssertionError("it does not hold");
    }
  }

  private static BrokenByPowerFailure broken(PowerFailures.Step program, PowerFailures.Step check) {
    return catchThrowableOfType(BrokenByPowerFailure.class,
        () -> PowerFailures.inMemoryOf(1 << 16).withSeed(SEED).during(program, check));
  }

  /** A hundred lines of which the last but one is not flushed, and a flag that says that they are there. */
  private static void fillAndForgetOne(DaxMapping memory) throws Exception {
    for (int line = 1; line <= 100; line++) {
      put(memory, 64L * line, line);
      if (line != 99) {
        memory.flush(64L * line, 8);
      }
    }
    memory.drain();
    put(memory, 0, 100);
    memory.persist(0, 8);
  }

  private static void requireAll(DaxMapping left) {
    for (int line = 1; line <= get(left, 0); line++) {
      require(get(left, 64L * line) == line);
    }
  }

  @Test
  void ofAHundredLinesTheOneThatWasNotFlushed() {
    BrokenByPowerFailure broken = broken(AFailureNamesTheLineThatBrokeIt::fillAndForgetOne,
        AFailureNamesTheLineThatBrokeIt::requireAll);
    assertThat(broken.point().number()).isEqualTo(101);
    assertThat(broken.lost()).singleElement().satisfies(word -> {
      assertThat(word.offset()).isEqualTo(64 * 99);
      assertThat(word.durable()).isZero();
      assertThat(word.stored()).isEqualTo(99);
      assertThat(word.left()).isZero();
      assertThat(word.seen().number()).isEqualTo(99);
      assertThat(word.flushed()).isEmpty();
    });
    assertThat(broken.kept()).singleElement().satisfies(word -> assertThat(word.offset()).isZero());
    assertThat(broken).hasCauseInstanceOf(AssertionError.class);
  }

  @Test
  void inASentenceWithTheFileAndLineOfEachPoint() {
    StackTraceElement here = new Throwable().getStackTrace()[0];
    BrokenByPowerFailure broken = broken(memory -> {
      put(memory, 64, 7);
      memory.flush(128, 8);
      memory.drain();
      put(memory, 0, 1);
      memory.persist(0, 8);
    }, left -> require(get(left, 0) == 0 || get(left, 64) == 7));
    String line = " in AFailureNamesTheLineThatBrokeIt.lambda$inASentenceWithTheFileAndLineOfEachPoint$0("
        + "AFailureNamesTheLineThatBrokeIt.java:";
    int first = here.getLineNumber() + 3;
    assertThat(broken).hasMessage("the check fails on what a power failure may leave before point 3, persist of 8 bytes"
        + " at 0x0" + line + (first + 3) + ") has taken effect: java.lang.AssertionError: it does not hold"
        + "\n  if this is lost, and all else is kept:"
        + "\n    8 bytes at 0x40 (0x0, durable 0x0, stored 0x7)"
        + "\n      stored before point 1, flush of 8 bytes at 0x80" + line + first + ")"
        + "\n      not flushed"
        + "\n      so it was not made durable by point 2, drain" + line + (first + 1) + ")"
        + "\n  or if this is kept, and all else is lost that was not durable:"
        + "\n    8 bytes at 0x0 (0x1, durable 0x0, stored 0x1)"
        + "\n      stored after point 2, drain" + line + (first + 1) + "), and before point 3, persist of 8 bytes"
        + " at 0x0" + line + (first + 3) + ")"
        + "\n      not flushed"
        + "\n  this was cut " + broken.cut() + " there; withSeed(42L) gives it again.");
  }

  @Test
  void andTheSameSeedGivesTheSameAgain() {
    List<String> messages = new ArrayList<>();
    List<List<Long>> looked = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      List<Long> sums = new ArrayList<>();
      messages.add(broken(AFailureNamesTheLineThatBrokeIt::fillAndForgetOne, left -> {
        long sum = 0;
        for (int line = 0; line <= 100; line++) {
          sum += get(left, 64L * line);
        }
        sums.add(sum);
        requireAll(left);
      }).getMessage());
      looked.add(sums);
    }
    assertThat(messages.getFirst()).isEqualTo(messages.getLast());
    assertThat(looked.getFirst()).isEqualTo(looked.getLast()).hasSizeGreaterThan(1000);
  }

  @Test
  void orThatNothingWasLost() {
    BrokenByPowerFailure broken = broken(memory -> {
      put(memory, 0, 1);
      memory.persist(0, 8);
    }, left -> require(get(left, 0) == 0));
    assertThat(broken.lost()).isEmpty();
    assertThat(broken.kept()).singleElement().satisfies(word -> assertThat(word.stored()).isEqualTo(1));
    assertThat(broken).hasMessageContaining("although nothing is lost: the program itself had this in memory");
  }

  @Test
  void orThatOnlyWhatWasDurableIsEnough() {
    boolean[] acknowledged = new boolean[1];
    BrokenByPowerFailure broken = broken(memory -> {
      put(memory, 0, 1);
      memory.flush(0, 8);
      acknowledged[0] = true;
    }, left -> require(!acknowledged[0] || get(left, 0) == 1));
    assertThat(broken.point().kind()).isEqualTo(Point.Kind.END);
    assertThat(broken.kept()).isEmpty();
    assertThat(broken.lost()).singleElement()
        .satisfies(word -> assertThat(word.flushed().orElseThrow().number()).isEqualTo(1));
    assertThat(broken).hasMessageContaining("or if all is lost that was not durable")
        .hasMessageContaining("flushed there, and not yet drained by that thread");
  }

  @Test
  void manyWordsOfOneStoreAreOneRange() {
    BrokenByPowerFailure broken = broken(memory -> {
      memory.segment().asSlice(64, 512).fill((byte) 1);
      memory.flush(64, 512);
      memory.drain();
    }, left -> {
      int there = 0;
      for (int word = 0; word < 64; word++) {
        there += get(left, 64 + 8L * word) != 0 ? 1 : 0;
      }
      require(there < 20);
    });
    assertThat(broken.lost()).isEmpty();
    assertThat(broken.kept()).hasSize(20);
    assertThat(broken.getMessage()).hasLineCount(10);
  }

  @Test
  void notesAreNoFailures() throws Exception {
    Outcome outcome = PowerFailures.inMemoryOf(4096).during(memory -> {
      put(memory, 0, 1);
      put(memory, 8, 2);
      put(memory, 72, 3);
      memory.flush(64, 8);
      for (int i = 0; i < 3; i++) {
        memory.flush(1024, 100);
      }
      memory.flush(64, 8);
    }, left -> {
    });
    assertThat(outcome.points()).isEqualTo(6);
    assertThat(outcome.notes()).extracting(Note::kind).containsExactly(Note.Kind.FLUSHED_UNCHANGED,
        Note.Kind.FLUSHED_UNCHANGED, Note.Kind.NOT_FLUSHED, Note.Kind.NOT_DRAINED);
    assertThat(outcome.notes().getFirst().count()).isEqualTo(3);
    assertThat(outcome.notes().getFirst().toString())
        .startsWith("flushed unchanged: point 2, flush of 100 bytes at 0x400 in AFailureNamesTheLineThatBrokeIt.")
        .endsWith(", and 2 more of that line of the program");
    assertThat(outcome.notes().get(2).toString())
        .startsWith("not flushed: 16 bytes at 0x0, stored before point 1, flush of 8 bytes at 0x40 in ");
    assertThat(outcome.notes().getLast().toString()).startsWith("not drained: 8 bytes at 0x48, stored before point 1");
  }
}
