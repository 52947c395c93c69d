// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.jdax.platform.ForkedJvm;
import org.junit.jupiter.api.Test;
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
      mappings    | ENOMEM cannot map dax0.2 at offset 0x0, 128 MiB: it needs 64 mappings of memory, this process has
      """)
  void isASentenceAndNotTheEnd(String limit, String sentence) throws Exception {
    ForkedJvm jvm = ForkedJvm.run(ForkedJvm.SMALL, RunsOut.class, limit);
    assertThat(jvm.said()).contains(sentence).endsWith("nothing is left");
    assertThat(jvm.status()).isZero();
  }

  @Test
  void theLastMappingsAreLeftToTheJvm() throws Exception {
    ForkedJvm jvm = ForkedJvm.run(ForkedJvm.SMALL, RunsOut.class, "mappings");
    Matcher told = Pattern
        .compile("this process has (\\d+) of the (\\d+) that vm.max_map_count allows, and without the "
            + "last ones the JVM cannot go on; close mappings, or raise the limit \\(sysctl vm.max_map_count\\) \\(ENOMEM\\)")
        .matcher(jvm.said());
    assertThat(told.find()).as(jvm.said()).isTrue();
    assertThat(Long.parseLong(told.group(1))).isGreaterThan(15 * Long.parseLong(told.group(2)) / 16);
  }
}
