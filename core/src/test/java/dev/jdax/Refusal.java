// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Asserts that something, which is done once, is refused: with which errno, in which sentence. */
final class Refusal {
  private Refusal() {
  }

  static DaxException assertRefused(ThrowingCallable step, Errno errno) {
    Throwable thrown = catchThrowable(step);
    assertThat(thrown).isInstanceOf(DaxException.class);
    DaxException refusal = (DaxException) thrown;
    assertThat(refusal.errno()).describedAs(refusal.getMessage()).isEqualTo(errno);
    assertThat(refusal.getMessage()).matches("(?s)cannot .+: .+; .+ \\(" + errno + "\\)");
    return refusal;
  }

  static void assertRefused(ThrowingCallable step, Errno errno, String sentence) {
    assertThat(assertRefused(step, errno)).hasMessage(sentence);
  }
}
