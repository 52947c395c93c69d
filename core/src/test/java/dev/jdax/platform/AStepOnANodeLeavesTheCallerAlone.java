// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link NumaPolicy}: the policy is the step's own, on a thread of its own. */
class AStepOnANodeLeavesTheCallerAlone {
  private static final int MPOL_DEFAULT = 0;

  /** The policy of the calling thread, and the first 64 of its nodes as bits. */
  private record Policy(int mode, long nodes) {
    static Policy ofThisThread() throws SystemCallException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment mode = arena.allocate(JAVA_INT);
        MemorySegment nodes = arena.allocate(128, 8);
        Linux.check(SystemCall.GET_MEMPOLICY, Linux.calls().get_mempolicy(mode, nodes, 1024, 0, 0));
        return new Policy(mode.get(JAVA_INT, 0), nodes.get(JAVA_LONG, 0));
      }
    }
  }

  @Test
  void theStepIsBoundAndTheCallerIsNot() throws Exception {
    List<Policy> inStep = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    NumaPolicy.onNode(0, () -> {
      inStep.add(Policy.ofThisThread());
      threads.add(Thread.currentThread());
    });
    assertThat(inStep).containsExactly(new Policy(Abi.MPOL_BIND, 1));
    assertThat(Policy.ofThisThread()).isEqualTo(new Policy(MPOL_DEFAULT, 0));
    assertThat(threads).singleElement().satisfies(thread -> {
      assertThat(thread.getName()).isEqualTo("jdax-node-0");
      assertThat(thread.isAlive()).isFalse();
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1023, 1024, Integer.MAX_VALUE})
  void aNodeThatIsNotThereIsInvalidAndTheStepIsNotDone(int node) {
    List<String> done = new ArrayList<>();
    assertThatThrownBy(() -> NumaPolicy.onNode(node, () -> done.add("step")))
        .isInstanceOf(SystemCallException.class).hasMessage("set_mempolicy failed with errno 22");
    assertThat(done).isEmpty();
  }

  @Test
  void whatTheStepThrowsIsThrown() {
    SystemCallException refused = new SystemCallException(SystemCall.FALLOCATE, 28);
    assertThatThrownBy(() -> NumaPolicy.onNode(0, () -> {
      throw refused;
    })).isSameAs(refused);
    IllegalStateException wrong = new IllegalStateException("wrong");
    assertThatThrownBy(() -> NumaPolicy.onNode(0, () -> {
      throw wrong;
    })).isSameAs(wrong);
    AssertionError error = new AssertionError("error");
    assertThatThrownBy(() -> NumaPolicy.onNode(0, () -> {
      throw error;
    })).isSameAs(error);
  }

  @Test
  void anInterruptIsKeptForLater() throws Exception {
    List<String> done = new ArrayList<>();
    Thread.currentThread().interrupt();
    NumaPolicy.onNode(0, () -> done.add("step"));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).containsExactly("step");
  }

  @Test
  void memoryOfAStepIsOnItsNode() throws Exception {
    try (Fd file = Fd.memfd("jdax-test")) {
      file.truncate(4096);
      NumaPolicy.onNode(0, () -> file.allocate(0, 4096));
      try (Reservation run = Reservation.of(List.of(new Piece(file.number(), 0, 4096)), 4096)) {
        run.place(true);
        assertThat(run.nodeAt(0)).isZero();
      }
    }
  }
}
