// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link WholeFile}: an interrupt does not hide what is in {@code /proc}. */
class AWholeFileIsReadDespiteAnInterrupt {
  @AfterEach
  void theNextTestIsNotInterrupted() {
    Thread.interrupted();
  }

  @Test
  void andTheThreadStaysInterrupted() throws IOException {
    Thread.currentThread().interrupt();
    assertThat(WholeFile.lines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1))
        .anyMatch(line -> line.startsWith("VmRSS:"));
    assertThat(Vma.maps()).isNotEmpty();
    assertThat(FlushInstruction.of(Architecture.X86_64, Path.of("/proc/cpuinfo")))
        .isEqualTo(interruptedNoMore());
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> WholeFile.bytes(Path.of("/proc/none"))).isInstanceOf(NoSuchFileException.class);
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }

  private static FlushInstruction interruptedNoMore() {
    assertThat(Thread.interrupted()).isTrue();
    return FlushInstruction.of(Architecture.X86_64, Path.of("/proc/cpuinfo"));
  }
}
