// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The C program: gcc compiles it without a warning, and it does what it is asked. Needs gcc. */
class TheTwinAnswersWhatItIsAsked {
  private static final int SIZE = 1 << 20;
  private static final int LARGER = 8 << 20;

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

  private static boolean libpmemIsThere() {
    return Stream.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib64")
        .anyMatch(folder -> Files.exists(Path.of(folder, "libpmem.so.1")));
  }

  @Test
  void itStoresDurablyInTheNextPlaceEachTime(@TempDir Path folder) throws IOException {
    assumeTrue(libpmemIsThere(), "needs libpmem.so.1");
    Path file = Files.write(folder.resolve("memory"), new byte[LARGER]);
    try (Twin twin = Twin.start()) {
      twin.map(file, LARGER);
      assertThat(twin.ask("memcpy 3 100")).isPositive();
      byte[] stored = Files.readAllBytes(file);
      assertThat(Arrays.copyOf(stored, 100)).containsOnly(7);
      assertThat(stored[256 + 99]).as("each begins where 128 bytes do").isEqualTo((byte) 7);
      assertThat(stored[100]).isZero();
      assertThat(stored[384]).isZero();
      assertThat(twin.ask("persist 3 64 2")).isPositive();
      assertThat(twin.ask("flush 2 3")).isPositive();
      assertThat(Files.readAllBytes(file)[256 + 2 * 64]).as("of the second, in its third line").isEqualTo((byte) 1);
      assertThat(twin.askForEach("persist 5 4096")).hasSize(5);
      assertThat(twin.askForEach("memcpy 4 4096")).hasSize(4);
      assertThatIOException().isThrownBy(() -> twin.ask("persist 1 " + LARGER + " 1"))
          .withMessageContaining("not that much is mapped");
    }
  }

  @Test
  void whatItCannotDoItSays() throws IOException {
    try (Twin twin = Twin.start()) {
      assertThatIOException().isThrownBy(() -> twin.ask("persist 1 64 1")).withMessageContaining("nothing is mapped");
      assertThatIOException().isThrownBy(() -> twin.ask("read")).withMessageContaining("nothing is mapped");
      assertThatIOException().isThrownBy(() -> twin.map(Path.of("/nowhere"), SIZE))
          .withMessageContaining("No such file");
    }
  }
}
