// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The functions of {@link MachineCode}, with each instruction: what they store, and which lines they touch.
 *
 * <p>Between two pages that nobody may touch lies the one that is worked on. A function that went one byte too far
 * would give the address where it did, as it does when it is asked to.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(value = FlushInstruction.class, names = "CL.*", mode = EnumSource.Mode.MATCH_ALL)
class EachFunctionTouchesWhatItIsAskedTo {
  private static final int PAGE = 4096;
  private static final int LINE = 64;

  @Parameter
  private FlushInstruction instruction;

  private Arena arena;
  private MemorySegment all;
  private CodePage guarded;

  @BeforeEach
  void threePagesOfWhichTheMiddleOneIsThere() throws Exception {
    guarded = FaultHandler.install(MachineCode.of(instruction)).orElseThrow();
    arena = Arena.ofConfined();
    try (Fd file = Fd.memfd("jdax-test")) {
      file.truncate(3 * PAGE);
      Reservation run = Reservation.of(List.of(new Piece(file.number(), 0, 3 * PAGE)), PAGE);
      run.place(true);
      all = run.segment(arena);
    }
    assertThat(KernelProbe.forbid(all, 0, PAGE)).isZero();
    assertThat(KernelProbe.forbid(all, 2 * PAGE, PAGE)).isZero();
  }

  @AfterEach
  void unmap() {
    arena.close();
  }

  /** What another thread would see: the bytes, however they were stored. */
  private byte[] page() {
    return all.asSlice(PAGE, PAGE).toArray(ValueLayout.JAVA_BYTE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFlushTouchesItsLinesAndNoOther(boolean critical) {
    CalledFunctions functions = new CalledFunctions(guarded, critical);
    byte[] before = page();
    for (int from = 0; from < PAGE; from += LINE) {
      assertThat(functions.writeBack(all, PAGE + from, 2 * PAGE, true)).isZero();
      assertThat(functions.writeBack(all, PAGE, PAGE + from + 1, false)).isZero();
      // One line more, at either end, and it is the neighbour's.
      assertThat(functions.writeBack(all, PAGE + from, 2 * PAGE + 1, true)).isEqualTo(all.address() + 2 * PAGE);
      assertThat(functions.writeBack(all, PAGE - LINE, PAGE + from + 1, true)).isEqualTo(all.address() + PAGE - LINE);
    }
    assertThat(functions.drain()).isZero();
    assertThat(page()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyStartAndLengthIsCopiedToTheByte(boolean nonTemporal) {
    Seeds.each(1, random -> copyEverywhere(nonTemporal, random));
  }

  private void copyEverywhere(boolean nonTemporal, RandomGenerator random) {
    CalledFunctions functions = new CalledFunctions(guarded, true);
    MemorySegment source = arena.allocate(PAGE);
    byte[] model = page();
    for (int to = 0; to <= 2 * LINE; to++) {
      for (int length : lengths(random)) {
        MemorySegment from = source.asSlice(random.nextInt(LINE), length);
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        from.copyFrom(MemorySegment.ofArray(bytes));
        assertThat(functions.copy(all, PAGE + to, from, nonTemporal, random.nextBoolean())).isZero();
        System.arraycopy(bytes, 0, model, to, length);
        assertThat(page()).as("%d bytes to %d", length, to).isEqualTo(model);
      }
    }
    for (int length = 0; length <= 3 * LINE; length++) { // up to the last byte before what nobody may touch
      MemorySegment from = source.asSlice(0, length).fill((byte) length);
      assertThat(functions.copy(all, 2 * PAGE - length, from, nonTemporal, true)).isZero();
      assertThat(functions.copy(all, PAGE, from, nonTemporal, true)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyStartAndLengthIsFilledToTheByte(boolean nonTemporal) {
    Seeds.each(1, random -> fillEverywhere(nonTemporal, random));
  }

  private void fillEverywhere(boolean nonTemporal, RandomGenerator random) {
    CalledFunctions functions = new CalledFunctions(guarded, true);
    byte[] model = page();
    for (int to = 0; to <= 2 * LINE; to++) {
      for (int length : lengths(random)) {
        byte value = (byte) random.nextInt();
        assertThat(functions.fill(all, PAGE + to, length, value, nonTemporal, random.nextBoolean())).isZero();
        Arrays.fill(model, to, to + length, value);
        assertThat(page()).as("%d bytes at %d", length, to).isEqualTo(model);
      }
    }
    for (int length = 0; length <= 3 * LINE; length++) {
      assertThat(functions.fill(all, 2 * PAGE - length, length, (byte) 1, nonTemporal, true)).isZero();
      assertThat(functions.fill(all, PAGE, length, (byte) 1, nonTemporal, true)).isZero();
    }
  }

  /** Around each number of lines, and some more. */
  private static int[] lengths(RandomGenerator random) {
    return Stream.of(0, 1, 2, 63, 64, 65, 127, 128, 129, 191, 192, 193, random.nextInt(256, 1024), PAGE - 3 * LINE)
        .mapToInt(Integer::intValue).toArray();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStoreThatGoesTooFarGivesTheAddressAndHasStoredWhatCameBefore(boolean nonTemporal) {
    CalledFunctions functions = new CalledFunctions(guarded, false);
    MemorySegment source = arena.allocate(PAGE).fill((byte) 7);
    for (int over = 1; over <= 2 * LINE; over++) {
      all.asSlice(PAGE, PAGE).fill((byte) 0);
      int length = 3 * LINE + over;
      assertThat(functions.copy(all, 2 * PAGE - 3 * LINE, source.asSlice(0, length), nonTemporal, true))
          .isEqualTo(all.address() + 2 * PAGE);
      assertThat(functions.fill(all, 2 * PAGE - 3 * LINE, length, (byte) 7, nonTemporal, true))
          .isEqualTo(all.address() + 2 * PAGE);
      assertThat(page()).endsWith(source.asSlice(0, 3 * LINE).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSourceThatIsNotThereGivesItsAddress(boolean nonTemporal) {
    CalledFunctions functions = new CalledFunctions(guarded, true);
    MemorySegment source = all.asSlice(PAGE + PAGE / 2, PAGE);
    assertThat(functions.copy(all, PAGE, source, nonTemporal, true)).isEqualTo(all.address() + 2 * PAGE);
  }
}
