// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The C program: gcc compiles it without a warning, and it does what it is asked. Needs gcc. */
class TheTwinAnswersWhatItIsAsked {
  private static final int SIZE = 1 << 20;

  @Test
  void itWorksInTheMemoryItIsGiven(@TempDir Path folder) throws IOException {
    byte[] content = new byte[SIZE];
    content[7] = 42;
    Path file = Files.write(folder.resolve("memory"), content);
    try (Twin twin = Twin.start()) {
      twin.map(file, SIZE);
      twin.ask("read");
      twin.ask("copy");
      assertThat(Files.readAllBytes(file)[SIZE / 2 + 7]).isEqualTo((byte) 42);
      twin.ask("write"); // what was read: 42 in the highest byte of one long
      assertThat(Files.readAllBytes(file)[SIZE - 1]).isEqualTo((byte) 42);
      twin.ask("fill");
      assertThat(Files.readAllBytes(file)).containsOnly(1);
      assertThat(twin.ask("random")).isPositive();
    }
  }

  @Test
  void whatItCannotDoItSays() throws IOException {
    try (Twin twin = Twin.start()) {
      assertThatIOException().isThrownBy(() -> twin.ask("read")).withMessageContaining("nothing is mapped");
      assertThatIOException().isThrownBy(() -> twin.map(Path.of("/nowhere"), SIZE))
          .withMessageContaining("No such file");
    }
  }
}
