// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jdax.platform.ForkedJvm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a process runs out of: each in a JVM of its own, which must get a sentence, go on, and have nothing left over.
 */
class LimitsOfAProcess {
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      descriptors | EMFILE cannot claim 4 MiB in pages of 4 KiB: the kernel refused memfd_create: Too many open files;
      addresses   | ENOMEM cannot map dax0.1 at offset 0x0, 256 MiB: the kernel refused mmap: Cannot allocate memory; raise
      mappings    | ENOMEM cannot map dax0.2 at offset 0x0, 128 MiB: the kernel refused mmap: Cannot allocate memory; raise
      """)
  void isASentenceAndNotTheEnd(String limit, String sentence) throws Exception {
    ForkedJvm jvm = ForkedJvm.run(ForkedJvm.SMALL, RunsOut.class, limit);
    assertThat(jvm.said()).contains(sentence).endsWith("nothing is left");
    assertThat(jvm.status()).isZero();
  }
}
