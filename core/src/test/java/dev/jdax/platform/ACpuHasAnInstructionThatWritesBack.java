// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which {@link FlushInstruction} is taken. */
class ACpuHasAnInstructionThatWritesBack {
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
    assertThat(FlushInstruction.of(Architecture.X86_64, cpuinfo)).hasToString(expected);
  }

  @Test
  void theOneThatAllHaveWhereTheKernelDoesNotTell() throws IOException {
    Path silent = Files.writeString(folder.resolve("cpuinfo"), "processor\t: 0\n");
    for (Path cpuinfo : List.of(folder.resolve("absent"), silent)) {
      assertThat(FlushInstruction.of(Architecture.X86_64, cpuinfo)).isEqualTo(FlushInstruction.CLFLUSH);
      assertThat(FlushInstruction.of(Architecture.AARCH64, cpuinfo)).isEqualTo(FlushInstruction.DC_CVAC);
    }
  }

  @ParameterizedTest
  @CsvSource({"fp asimd dcpop, dc cvap", "fp asimd dcpodp, dc cvac"})
  void theBestThatTheKernelTellsOfOnAArch64(String features, String expected) throws IOException {
    Path cpuinfo = Files.writeString(folder.resolve("cpuinfo"), """
        processor\t: 0
        BogoMIPS\t: 50.00
        Features\t: %s
        CPU implementer\t: 0x41
        """.formatted(features));
    assertThat(FlushInstruction.of(Architecture.AARCH64, cpuinfo)).hasToString(expected);
  }

  @Test
  void theOneOfThisMachineIsAmongItsFlags() throws IOException {
    assertThat(Files.readString(Path.of("/proc/cpuinfo"))).contains(" " + FlushInstruction.ofThisCpu() + " ")
        .containsPattern("clflush size\\s*: " + CpuCache.LINE + "\n");
  }
}
