// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.function.Function;

import dev.jdax.spi.Seeds;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small structures with a mistake each: every one is caught with any seed, and none is found in what is right. */
class EveryMistakeIsCaught {
  private static final int SEEDS = 5;

  /** A mistake, and the structure that has it or not. */
  enum Mistake {
    A_FLUSH_LEFT_OUT(Logs.FlushLeftOut::new),
    A_DRAIN_LEFT_OUT(Logs.DrainLeftOut::new),
    ONE_LINE_TOO_FEW_FLUSHED(Logs.OneLineTooFew::new),
    THE_LENGTH_BEFORE_THE_RECORD(Logs.LengthFirst::new),
    ACKNOWLEDGED_BEFORE_THE_DRAIN(Logs.AcknowledgedTooEarly::new),
    COPIED_WITHOUT_A_DRAIN(Logs.CopiedWithoutADrain::new),
    DRAINED_BY_ANOTHER_THREAD(Logs.DrainedByAnotherThread::new),
    NO_CHECKSUM(Logs.NoChecksum::new),
    SIXTEEN_BYTES_STORED_AT_ONCE(Values.SixteenBytesAtOnce::new),
    TOGGLED_WITHOUT_A_DRAIN(Values.ToggledWithoutADrain::new),
    THE_WRONG_SLOT_OVERWRITTEN(Values.TheWrongSlot::new),
    THE_UNDO_LOG_TOO_LATE(Values.UndoLogTooLate::new),
    A_COUNTER_ACROSS_LINES(Values.CounterAcrossLines::new),
    AN_UNALIGNED_LONG_ACROSS_LINES(Values.UnalignedLong::new),
    THE_FLAG_BEFORE_ITS_VALUE(Values.FlagBeforeItsValue::new),
    A_FENCE_ACROSS_LINES(Values.FenceAcrossLines::new),
    THE_HEAD_BEFORE_ITS_NODE(Links.HeadBeforeNode::new),
    THE_POINTER_FLUSHED_FOR_ITS_NODE(Links.PointerForItsNode::new),
    STORED_AFTER_ITS_FLUSH(Links.StoredAfterItsFlush::new),
    THE_BIT_BEFORE_ITS_BLOCK(Links.BitBeforeItsBlock::new),
    FREED_BEFORE_UNLINKED(Links.FreedBeforeUnlinked::new),
    FILLED_WITHOUT_A_DRAIN(Links.FilledWithoutADrain::new),
    THE_OLD_NAME_FIRST(Links.OldNameFirst::new);

    private final Function<Boolean, Structure> structure;

    Mistake(Function<Boolean, Structure> structure) {
      this.structure = structure;
    }
  }

  private static Outcome run(Structure structure, PowerFailures failures) throws Exception {
    return failures.startingWith(structure::format).during(structure::use, structure::check);
  }

  @ParameterizedTest
  @EnumSource
  void withAnySeed(Mistake mistake) {
    Seeds.each(SEEDS, random -> {
      PowerFailures failures = PowerFailures.inMemoryOf(4096).withSeed(random.nextLong());
      Structure structure = mistake.structure.apply(true);
      BrokenByPowerFailure broken = catchThrowableOfType(BrokenByPowerFailure.class, () -> run(structure, failures));
      assertThat(broken).describedAs("%s is caught", mistake).isNotNull();
      assertThat(broken.seed()).isEqualTo(failures.seed());
      assertThat(broken.getCause()).isInstanceOf(AssertionError.class);
    });
  }

  @ParameterizedTest
  @EnumSource
  void andSoIsItFromAFewCutsOfMany(Mistake mistake) {
    Seeds.each(SEEDS, random -> {
      PowerFailures few = PowerFailures.inMemoryOf(4096).withSeed(random.nextLong()).withCuts(1, 100);
      Structure structure = mistake.structure.apply(true);
      assertThat(catchThrowableOfType(BrokenByPowerFailure.class, () -> run(structure, few)))
          .describedAs("%s is caught", mistake).isNotNull();
    });
  }

  @ParameterizedTest
  @EnumSource
  void andNoneIsFoundInWhatIsRight(Mistake mistake) {
    Seeds.each(SEEDS, random -> {
      Outcome outcome = run(mistake.structure.apply(false),
          PowerFailures.inMemoryOf(4096).withSeed(random.nextLong()));
      assertThat(outcome.cuts()).isGreaterThan(3);
      assertThat(outcome.notes()).isEmpty();
    });
  }
}
