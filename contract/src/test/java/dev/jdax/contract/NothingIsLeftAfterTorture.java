// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import dev.jdax.platform.ForkedJvm;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Eight threads with errors at any step of jdax's: no claim, lock, mapping or descriptor is left, and nobody ends. */
class NothingIsLeftAfterTorture {
  /** How long the torture takes; {@code -Dtorture.seconds=3600} for an hour. */
  private static final int SECONDS = Integer.getInteger("torture.seconds", 10);

  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory(Path.of("/dev/shm"), "jdax-torture-");
  }

  @AfterEach
  void deleteFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void ofEightThreads() {
    Seeds.each(1, random -> {
      ForkedJvm jvm = ForkedJvm.run(List.of("-Xmx48m", "-XX:MaxMetaspaceSize=128m", "-Xlog:os=off"), Torture.class,
          Integer.toString(SECONDS), Long.toString(random.nextLong()), folder.toString());
      assertThat(jvm.said()).endsWith("nothing left");
      assertThat(jvm.status()).isZero();
    });
  }
}
