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

  /** Which is at its end after the first read(2), however little that read. */
  @Test
  void aFileOfTheKernelsSettingsIsReadInOneCall() throws Exception {
    String limit = new String(new ProcessBuilder("cat", "/proc/sys/vm/max_map_count").start().getInputStream()
        .readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(WholeFile.text(Path.of("/proc/sys/vm/max_map_count"), StandardCharsets.US_ASCII)).isEqualTo(limit)
        .hasSizeGreaterThan(2);
  }

  private static FlushInstruction interruptedNoMore() {
    assertThat(Thread.interrupted()).isTrue();
    return FlushInstruction.of(Architecture.X86_64, Path.of("/proc/cpuinfo"));
  }
}
