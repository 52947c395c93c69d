// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

class KernelsAreThoseThatArePrepared {
  @Test
  void theFileNamesAPackageForEach() throws IOException {
    try (Stream<String> lines = Files.lines(Boot.repository().resolve("guest/kernels"))) {
      assertThat(lines.filter(line -> !line.startsWith("#")).map(line -> line.split(" +")))
          .allSatisfy(words -> assertThat(words[1]).startsWith("linux-image-" + words[0] + "."))
          .extracting(words -> Kernel.of(words[0])).containsExactly(Kernel.values());
    }
  }

  @Test
  void anotherOneIsRefused() {
    assertThatThrownBy(() -> Kernel.of("5.10")).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no kernel 5.10 to boot; guest/kernels has those that are");
  }
}
