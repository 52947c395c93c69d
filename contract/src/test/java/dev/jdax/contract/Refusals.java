// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** How a test says that something is refused. */
final class Refusals {
  private Refusals() {
  }

  /** Fails unless the call is refused with that errno, in one sentence that has all of the words. */
  static void assertRefused(Errno errno, ThrowingCallable call, String... words) {
    assertThatThrownBy(call).isInstanceOfSatisfying(DaxException.class, e -> {
      assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno);
      assertThat(e).hasMessageStartingWith("cannot ").hasMessageContainingAll(words)
          .hasMessageEndingWith("(" + errno + ")");
    });
  }
}
