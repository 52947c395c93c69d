// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link FaultHandler}, in JVMs of their own: without it they would end. */
class AFaultInMachineCodeIsAnError {
  private static final String[] ALL = {"flush-truncated", "copy-truncated", "copy-past-the-cache-truncated",
      "fill-truncated", "fill-past-the-cache-truncated", "source-truncated", "flush-unmapped", "race", "null-checks",
      "stack-overflow", "internal-error"};

  private static ForkedJvm run(String option, String... words) throws Exception {
    return ForkedJvm.run(List.of(option, "-Xmx64m"), Vanishing.class, words);
  }

  private static String[] and(String first, String... rest) {
    String[] all = new String[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }

  @ParameterizedTest
  @CsvSource({"-Xint, critical", "-XX:TieredStopAtLevel=1, ordinary", "-XX:-TieredCompilation, critical",
      "-XX:-TieredCompilation, ordinary"})
  void andTheFaultsOfTheJvmAreItsOwn(String option, String call) throws Exception {
    ForkedJvm jvm = run(option, and(call, ALL));
    assertThat(jvm.said().lines()).containsExactly(
        "flush-truncated: gone at 4096", "copy-truncated: gone at 4096", "copy-past-the-cache-truncated: gone at 4096",
        "fill-truncated: gone at 4096", "fill-past-the-cache-truncated: gone at 4096", "source-truncated: gone at 4096",
        "flush-unmapped: gone at 0", "race: 2000 times, faults seen", "null-checks: 33333 of 200000",
        "stack-overflow: 20 of 20", "internal-error: 20000 of 20000", "alive");
    assertThat(jvm.status()).isZero();
  }

  @Test
  void aJvmThatChecksItsHandlersSaysSoOnceAndGoesOn() throws Exception {
    ForkedJvm jvm = run("-Xcheck:jni", "critical", "race", "null-checks", "internal-error");
    assertThat(jvm.said()).contains("null-checks: 33333 of 200000", "internal-error: 20000 of 20000", "alive");
    assertThat(jvm.said().split("SIGSEGV handler modified!", -1)).hasSizeLessThanOrEqualTo(2);
    assertThat(jvm.status()).isZero();
  }
}
