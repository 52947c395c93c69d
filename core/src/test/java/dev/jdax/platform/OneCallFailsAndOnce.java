// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

/** {@link FailingCalls}, on which the tests of failure stand. */
class OneCallFailsAndOnce {
  private static final int ENOMEM = 12;
  private static final int EIO = 5;

  private static void twoFiles() throws SystemCallException {
    try (Fd file = Fd.memfd("jdax-test")) {
      file.truncate(4096);
    }
    Fd.memfd("jdax-test").close();
  }

  @Test
  void theCallsAreNamedInOrder() throws Exception {
    try (FailingCalls counted = FailingCalls.none()) {
      twoFiles();
      assertThat(counted.calls()).containsExactly("memfd_create", "ftruncate", "close", "memfd_create", "close");
      assertThat(counted.hasFailed()).isFalse();
    }
  }

  @Test
  void theGivenCallFailsAndTheNextOfItsKindDoesNot() throws Exception {
    try (FailingCalls failing = FailingCalls.failing(2, ENOMEM)) {
      assertThatThrownBy(OneCallFailsAndOnce::twoFiles).isInstanceOf(SystemCallException.class)
          .hasMessage("ftruncate failed with errno 12");
      assertThat(failing.hasFailed()).isTrue();
      twoFiles();
      assertThat(failing.calls()).hasSize(3 + 5);
    }
  }

  @Test
  void aFailedCloseHasClosed() throws Exception {
    Fd file = Fd.memfd("jdax-test");
    try (FailingCalls failing = FailingCalls.failing(1, EIO)) {
      file.close();
      assertThat(failing.hasFailed()).isTrue();
      assertThatThrownBy(file::status).hasMessage("fstat failed with errno 9");
    }
  }

  @Test
  void otherThreadsGoThroughUntold() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Thread other = Thread.ofPlatform().unstarted(() -> done.set(succeeds()));
    try (FailingCalls failing = FailingCalls.failing(1, ENOMEM)) {
      other.start();
      other.join();
      assertThat(done).isTrue();
      assertThat(failing.calls()).isEmpty();
      assertThat(failing.hasFailed()).isFalse();
    }
  }

  @Test
  void aThreadThatIsGivenIsCounted() throws Exception {
    AtomicBoolean done = new AtomicBoolean(true);
    Thread other = Thread.ofPlatform().unstarted(() -> done.set(succeeds()));
    try (FailingCalls failing = FailingCalls.failing(1, ENOMEM, other)) {
      other.start();
      other.join();
      assertThat(done).isFalse();
      assertThat(failing.calls()).containsExactly("memfd_create");
    }
  }

  private static boolean succeeds() {
    try {
      twoFiles();
      return true;
    } catch (SystemCallException e) {
      return false;
    }
  }

  @Test
  void aStepOnANodeIsCounted() throws Exception {
    try (FailingCalls counted = FailingCalls.counting()) {
      NumaPolicy.onNode(0, OneCallFailsAndOnce::twoFiles);
      assertThat(counted.calls()).containsExactly("set_mempolicy", "memfd_create", "ftruncate", "close",
          "memfd_create", "close");
    }
    try (FailingCalls failing = FailingCalls.failing(3, ENOMEM)) {
      assertThatThrownBy(() -> NumaPolicy.onNode(0, OneCallFailsAndOnce::twoFiles))
          .hasMessage("ftruncate failed with errno 12");
      assertThat(failing.hasFailed()).isTrue();
    }
  }

  @Test
  void theKernelIsBackAfterwards() throws Exception {
    FailingCalls failing = FailingCalls.failing(1, ENOMEM);
    failing.close();
    failing.close();
    twoFiles();
    assertThat(failing.calls()).isEmpty();
  }

  @Test
  void aSecondOneOnTheSameThreadIsRefused() {
    try (FailingCalls first = FailingCalls.counting()) {
      assertThatThrownBy(FailingCalls::counting).isInstanceOf(IllegalStateException.class)
          .hasMessage("this thread has one in place already; close that first");
      assertThat(first.calls()).isEmpty();
    }
  }

  @Test
  void callsAndErrorsCountFromOne() {
    assertThatThrownBy(() -> FailingCalls.failing(0, ENOMEM)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FailingCalls.failing(1, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
