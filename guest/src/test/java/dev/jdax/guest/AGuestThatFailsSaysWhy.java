// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import org.junit.jupiter.api.Test;

@BootsAGuest
class AGuestThatFailsSaysWhy {
  private static final Guest GUEST = Guest.of(Kernel.LINUX_6_12);

  @Test
  void aScriptFailsWithItsStatus() throws Exception {
    Outcome outcome = GUEST.boot("status", """
        echo 'the kernel may know why' >/dev/kmsg
        echo 'what came before'
        sh -c 'exit 42'
        echo 'what comes after'
        """);
    assertThat(outcome.status()).isEqualTo(42);
    assertThat(outcome.output()).isEqualTo("what came before\n");
    assertThatThrownBy(outcome::succeeded).isInstanceOf(GuestFailure.class)
        .hasMessageStartingWith("the guest with Linux 6.12 ran its script, which ended with status 42; what it said is "
            + "in " + outcome.folder())
        .hasMessageContainingAll("the kernel may know why", "what came before");
  }

  @Test
  void aScriptThatHangsIsKilled() throws Exception {
    Outcome outcome = GUEST.limit(Duration.ofSeconds(12)).boot("hangs", "echo waiting >/dev/console; sleep 1000");
    assertThat(outcome.timedOut()).isTrue();
    assertThat(outcome.crashed()).isFalse();
    assertThat(outcome.console()).exists();
    assertThatThrownBy(outcome::status).isInstanceOf(GuestFailure.class)
        .hasMessageStartingWith("the guest with Linux 6.12 was killed: its script did not end in 12 s; what it said");
  }

  @Test
  void aGuestThatEndsBeforeItsScriptIsNoScriptThatFails() throws Exception {
    Outcome outcome = GUEST.boot("ends", "poweroff -f");
    assertThat(outcome.crashed()).isTrue();
    assertThat(outcome.exited()).isFalse();
    assertThat(outcome.timedOut()).isFalse();
    assertThatThrownBy(outcome::succeeded).isInstanceOf(GuestFailure.class)
        .hasMessageStartingWith("the guest with Linux 6.12 crashed: it ended before its script did");
  }

  /** Three times: what a kernel does at its start may go better the next time. */
  @Test
  void aGuestThatNeverComesToItsScriptIsNoScriptThatFails() throws Exception {
    Outcome outcome = GUEST.append("rdinit=/bin/poweroff -- -f").boot("no-init", "true");
    assertThat(outcome.began()).isFalse();
    assertThatThrownBy(outcome::succeeded).isInstanceOf(GuestFailure.class)
        .hasMessageStartingWith("the guest with Linux 6.12 crashed three times before its script began: it ended ");
  }

  @Test
  void aMachineThatQemuDoesNotKnowDoesNotBoot() throws Exception {
    Outcome outcome = GUEST.machine("wings=2").boot("wings", "true");
    assertThat(outcome.crashed()).isFalse();
    assertThatThrownBy(outcome::succeeded).isInstanceOf(GuestFailure.class)
        .hasMessageStartingWith("the guest with Linux 6.12 did not boot: QEMU ended with status 1")
        .hasMessageContaining("wings");
  }
}
