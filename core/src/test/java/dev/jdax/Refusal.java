// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Asserts that something, which is done once, is refused: with which errno, in which sentence. */
public final class Refusal {
  /** What is to be refused. */
  @FunctionalInterface
  public interface Step {
    /** Does it. */
    void run() throws Throwable;
  }

  private Refusal() {
  }

  public static DaxException assertRefused(Step step, Errno errno) {
    Throwable thrown = catchThrowable(step::run);
    assertThat(thrown).isInstanceOf(DaxException.class);
    DaxException refusal = (DaxException) thrown;
    assertThat(refusal.errno()).describedAs(refusal.getMessage()).isEqualTo(errno);
    assertThat(refusal.getMessage()).matches("(?s)cannot .+: .+; .+ \\(" + errno + "\\)");
    return refusal;
  }

  public static void assertRefused(Step step, Errno errno, String sentence) {
    assertThat(assertRefused(step, errno)).hasMessage(sentence);
  }
}
