// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** jdax in several class loaders of one JVM, as web applications and plug-ins have it ({@link FaultHandler}). */
class ClassLoadersShareOneHandler {
  /** How many JVMs each number of loaders gets; {@code -Dloaders.runs=100} for more. */
  private static final int RUNS = Integer.getInteger("loaders.runs", 5);

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8, 16})
  void theirFirstFlushesComeAtOnce(int loaders) throws Exception {
    for (int run = 0; run < RUNS; run++) {
      ForkedJvm jvm = ForkedJvm.run(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"), ManyLoaders.class,
          Integer.toString(loaders));
      assertThat(jvm.said()).as("run " + run).isEqualTo(loaders + " applications, 1 handler, 1 file of reservations");
      assertThat(jvm.status()).isZero();
    }
  }
}
