// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.guest.TestReport.Line;
import dev.jdax.guest.TestReport.Status;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AReportSaysWhatBecameOfTests {
  @TempDir
  Path folder;

  @Test
  void aLineIsReadAsItWasWritten() {
    Line line = new Line(Status.FAILED, "a.B", "c [1] \\t", "why:\n\tat here \\n\r");
    assertThat(line.toString().lines()).hasSize(1);
    assertThat(Line.parse(line.toString())).isEqualTo(line);
  }

  @Test
  void aGuestWithoutTestsFails() throws IOException {
    Files.writeString(folder.resolve("status"), "0\n");
    assertThatThrownBy(() -> run(nodes().getFirst())).isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("no test was found in the guest");
  }

  @Test
  void aGuestThatFailsAfterItsTestsFails() throws IOException {
    Files.writeString(folder.resolve("tests"), new Line(Status.PASSED, "a.B", "c", "") + "\n");
    Files.writeString(folder.resolve("status"), "3\n");
    List<DynamicNode> nodes = nodes();
    assertThat(nodes).extracting(DynamicNode::getDisplayName).containsExactly("B", "the guest runs its tests");
    assertThatThrownBy(() -> run(nodes.getLast())).isInstanceOf(GuestFailure.class)
        .hasMessageContaining("ended with status 3");
  }

  @Test
  void theLastLineOfATestHolds() throws Throwable {
    Files.writeString(folder.resolve("tests"),
        new Line(Status.STARTED, "a.B", "c", "") + "\n" + new Line(Status.PASSED, "a.B", "c", "") + "\n");
    Files.writeString(folder.resolve("status"), "0\n");
    List<? extends DynamicNode> tests = ((DynamicContainer) nodes().getFirst()).getChildren().toList();
    assertThat(tests).hasSize(1);
    run(tests.getFirst());
  }

  @Test
  void whatTheKernelSaidLastIsTheReason() throws IOException {
    Files.writeString(folder.resolve(Outcome.CONSOLE), "[ 5.1] all is well\n[ 5.2] Kernel panic - not syncing: why\n");
    assertThatThrownBy(() -> run(nodes().getLast())).isInstanceOf(GuestFailure.class).hasMessageStartingWith(
        "the guest with Linux 6.1 crashed three times before its script began: Kernel panic - not syncing: why");
    Files.writeString(folder.resolve("output.log"), "begun");
    assertThatThrownBy(() -> run(nodes().getLast())).isInstanceOf(GuestFailure.class)
        .hasMessageStartingWith("the guest with Linux 6.1 crashed: Kernel panic - not syncing: why");
  }

  private List<DynamicNode> nodes() {
    return TestReport.nodes(new Outcome(Guest.of(Kernel.LINUX_6_1), folder, true, 0));
  }

  private static void run(DynamicNode node) throws Throwable {
    ((DynamicTest) node).getExecutable().execute();
  }
}
