// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import dev.jdax.pmem.InfoBlock.Signature;

/** Info blocks of a seed; a failure names it, and {@code mvn -Djdax.seed=SEED -Dtest=...} runs it again. */
final class RandomBlocks {
  private static final Long GIVEN = Long.getLong("jdax.seed");

  /** What overflows something, and what just does not. */
  private static final long[] EDGES = {0, 1, 4095, 4096, 8191, 8192, 1 << 20, 2 << 20, 6 << 20, 256 << 20, 1 << 30,
      0x80000000L, 0xffe00000L, 0xffffffffL, 1L << 32, 1L << 52, Long.MAX_VALUE, Long.MIN_VALUE, -0x200000, -65536,
      -4096,
      -1};

  private RandomBlocks() {
  }

  static void each(int count, Consumer<RandomGenerator> test) {
    for (int i = 0; i < (GIVEN == null ? count : 1); i++) {
      long seed = GIVEN == null ? new Random().nextInt() : GIVEN;
      try {
        test.accept(new Random(seed));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("with -Djdax.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }

  /** {@return a block that looks like one, with values of every kind} */
  static InfoBlock block(RandomGenerator random) {
    byte[] padding = new byte[InfoBlock.PADDING_LENGTH];
    if (random.nextInt(4) == 0) {
      random.nextBytes(padding);
    }
    InfoBlock block = new InfoBlock(random.nextBoolean() ? Signature.DEVDAX : Signature.FSDAX,
        new UUID(random.nextLong(), random.nextLong()), new UUID(0, random.nextInt(2)),
        number(random) & 0xffffffffL, random.nextInt(3), random.nextInt(6), number(random), number(random),
        random.nextInt(4), number(random) & 0xffffffffL, number(random) & 0xffffffffL, number(random) & 0xffffffffL,
        number(random) & 0xffffffffL, random.nextInt(1 << 16), Bytes.copyOf(padding, 0, padding.length),
        random.nextLong());
    return random.nextInt(4) == 0 ? block : block.withChecksum();
  }

  private static long number(RandomGenerator random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextLong();
      default -> EDGES[random.nextInt(EDGES.length)];
    };
  }
}
