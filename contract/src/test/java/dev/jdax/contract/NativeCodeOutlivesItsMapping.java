// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.platform.ForkedJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Codecs, and a C library, in the middle of a call while their mapping ends: each in a JVM of its own, which lives. */
class NativeCodeOutlivesItsMapping {
  /** Stores as much as it reads. */
  private static final String LIBRARY = """
      long scramble(long *memory, long length) {
        long sum = 0;
        for (int round = 0; round < 4; round++) {
          for (long i = 0; i < length / 8; i++) {
            sum += memory[i];
            memory[i] = ~memory[i] + round;
          }
        }
        return sum;
      }
      """;

  @TempDir
  private Path folder;

  private void lives(String codec, String end) throws Exception {
    ForkedJvm jvm = ForkedJvm.run(List.of("-Xmx256m", "-Dorg.xerial.snappy.tempdir=" + folder,
        "-Djava.io.tmpdir=" + folder), UsesAddresses.class, codec, end);
    assertThat(jvm.said().lines().filter(line -> !line.startsWith("WARNING:"))).containsExactly("alive");
    assertThat(jvm.status()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"lz4, force", "lz4, close", "snappy, force", "snappy, close"})
  void aCodecDoes(String codec, String end) throws Exception {
    lives(codec, end);
  }

  @Test
  void soDoesALibraryThatStores() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "needs gcc");
    Path source = Files.writeString(folder.resolve("scramble.c"), LIBRARY);
    Path library = folder.resolve("libscramble.so");
    Process gcc = new ProcessBuilder("gcc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library.toString(),
        source.toString()).redirectErrorStream(true).start();
    String said = new String(gcc.getInputStream().readAllBytes());
    assertThat(gcc.waitFor()).as(said).isZero();
    lives(library.toString(), "force");
    lives(library.toString(), "close");
  }
}
