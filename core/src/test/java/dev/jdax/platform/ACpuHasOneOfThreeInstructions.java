// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which {@link FlushInstruction} is taken. */
class ACpuHasOneOfThreeInstructions {
  @TempDir
  private Path folder;

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      fpu clflush sse2 clflushopt clwb avx | clwb
      fpu clflush sse2 clflushopt avx      | clflushopt
      fpu clflush sse2 avx avx             | clflush
      fpu sse2                             | clflush
      fpu clflush notclwb clwbx            | clflush
      """)
  void theBestThatTheKernelTellsOf(String flags, String expected) throws IOException {
    Path cpuinfo = Files.writeString(folder.resolve("cpuinfo"), """
        processor\t: 0
        model name\t: any
        flags\t\t: %s
        bugs\t\t: spectre_v1

        processor\t: 1
        flags\t\t: fpu clflush clflushopt clwb
        """.formatted(flags));
    assertThat(FlushInstruction.of(cpuinfo)).hasToString(expected);
  }

  @Test
  void theOneThatAllHaveWhereTheKernelDoesNotTell() throws IOException {
    assertThat(FlushInstruction.of(folder.resolve("absent"))).isEqualTo(FlushInstruction.CLFLUSH);
    assertThat(FlushInstruction.of(Files.writeString(folder.resolve("cpuinfo"), "processor\t: 0\n")))
        .isEqualTo(FlushInstruction.CLFLUSH);
  }

  @Test
  void theOneOfThisMachineIsAmongItsFlags() throws IOException {
    assertThat(Files.readString(Path.of("/proc/cpuinfo"))).contains(" " + FlushInstruction.ofThisCpu() + " ")
        .containsPattern("clflush size\\s*: " + FlushInstruction.LINE + "\n");
  }
}
