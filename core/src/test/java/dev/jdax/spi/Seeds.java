// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Seeds of random tests: fresh ones in every run, or the one to repeat.
 *
 * <p>A failure names its seed; {@code mvn -Djdax.seed=SEED -Dtest=...} runs it again.
 */
public final class Seeds {
  private static final Long GIVEN = Long.getLong("jdax.seed");

  private Seeds() {
  }

  /** A test of one seed. */
  @FunctionalInterface
  public interface Body {
    /**
     * Runs it.
     *
     * @param random numbers from the seed
     * @throws Exception if it fails
     */
    void run(RandomGenerator random) throws Exception;
  }

  /**
   * Runs a test with so many seeds, or with the given one.
   *
   * @param count how many
   * @param body the test
   */
  public static void each(int count, Body body) {
    for (int i = 0; i < (GIVEN == null ? count : 1); i++) {
      long seed = GIVEN == null ? new Random().nextInt() : GIVEN;
      try {
        body.run(new Random(seed));
      } catch (Exception | AssertionError e) {
        throw new AssertionError("with -Djdax.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
