// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.platform.ForkedJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HotSpot throws errors at places that are jdax's own. Whatever one of them has stopped, a further {@code close()}
 * succeeds, and other threads go on. More often with {@code -Derrors.runs=N}.
 */
@Timeout(600)
class WhatAnErrorStopsCanBeClosed {

  /** Those in which an error is to come before each instruction: what maps, operates on a mapping, and ends it. */
  private static final List<String> STOPPED = List.of("dev/jdax/DaxBus", "dev/jdax/DaxDevice", "dev/jdax/DaxMapping",
      "dev/jdax/DaxRegion", "dev/jdax/DeviceHandles", "dev/jdax/InFlight", "dev/jdax/LiveMappings",
      "dev/jdax/MappingStores", "dev/jdax/Persistence", "dev/jdax/Placement", "dev/jdax/StackTraces",
      "dev/jdax/platform/Fd", "dev/jdax/platform/Reservation", "dev/jdax/spi/InProcessRegion",
      "dev/jdax/spi/InProcessRegion$Taken", "dev/jdax/spi/Unwind");

  private static void assertWellDone(Class<?> program, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of(options));
    String runs = System.getProperty("errors.runs");
    if (runs != null) {
      all.add("-Derrors.runs=" + runs);
    }
    ForkedJvm jvm = ForkedJvm.run(all, program);
    assertThat(jvm.said()).isEqualTo(Trial.wellDone(jvm.said()));
    assertThat(jvm.status()).isZero();
  }

  /** Each operation, stopped before each of its instructions. */
  @Test
  void anErrorAtEachStep(@TempDir Path folder) throws Exception {
    StepsBeforeInstructions.write(Path.of("target/classes"), STOPPED, folder);
    ForkedJvm jvm = ForkedJvm.runOnTheClassPath(folder, List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
        ErrorsAtEachStep.class);
    assertThat(jvm.said().lines()).hasSize(17).allMatch(line -> line.matches(".*: \\d{2,}"),
        "an operation, and its steps");
    assertThat(jvm.status()).isZero();
  }

  /** Where the error comes depends on what the JIT compiler has inlined. */
  @ParameterizedTest
  @ValueSource(strings = {"-XX:+TieredCompilation", "-XX:TieredStopAtLevel=1",
      "-XX:-TieredCompilation -XX:CompileCommand=quiet -XX:CompileCommand=inline,dev.jdax.*::* "
          + "-XX:CompileCommand=dontinline,dev.jdax.InFlight::enter"})
  void anErrorOfAPageThatIsGone(String options) throws Exception {
    assertWellDone(ErrorsOfDeadPages.class, ("-Xmx256m " + options).split(" "));
  }

  @Test
  void anErrorOfAHeapThatIsFull() throws Exception {
    assertWellDone(ErrorsOfLittleHeap.class, "-Xmx24m");
  }

  @Test
  void anErrorOfAStackThatHasNoRoom() throws Exception {
    assertWellDone(ErrorsOfDeepStacks.class, "-Xmx256m", "-Xint");
  }
}
