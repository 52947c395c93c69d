// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

import dev.jdax.hmem.HmemAttachment;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.Test;

/** Memory that is mapped twice, and copied from one mapping into the other, as memmove would if it knew. */
class ACopyFromAnotherMappingOfTheSameMemory {
  private static final int MIB = 1 << 20;
  private static final int SIZE = 4 * MIB;

  private static byte[] bytes(MemorySegment memory) {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  private static void fillByChance(DaxMapping mapping, RandomGenerator random) {
    byte[] content = new byte[(int) mapping.length()];
    random.nextBytes(content);
    MemorySegment.copy(content, 0, mapping.segment(), ValueLayout.JAVA_BYTE, 0, content.length);
  }

  /** Copies by chance from one mapping into the other, which begins so much later in the file. */
  private static void copyByChance(RandomGenerator random, DaxMapping source, DaxMapping target, long later)
      throws Exception {
    int longest = (int) Math.min(source.length(), target.length());
    for (int i = 0; i < 40; i++) {
      int count = random.nextInt(4) == 0 ? random.nextInt(longest) : random.nextInt(3 * 4096);
      int from = random.nextInt((int) source.length() - count + 1);
      long near = from - later + random.nextInt(2 * count + 1) - count;
      long to = Math.clamp(near, 0, target.length() - count);
      byte[] expected = bytes(target.segment());
      System.arraycopy(bytes(source.segment()), from, expected, (int) to, count);
      target.copyFrom(to, source.segment().asSlice(from, count));
      assertThat(MemorySegment.ofArray(expected).mismatch(target.segment()))
          .as("%d bytes from %d to %d, which is %d later", count, from, to, later).isEqualTo(-1);
    }
  }

  @Test
  void ofOneDeviceInEitherDirection() throws Exception {
    Seeds.each(5, random -> {
      try (DaxBus bus = DaxBus.create();
          DaxRegion region = bus.add(HmemRegion.of(SIZE, PageSize.SIZE_4K));
          DaxMapping first = region.create(SIZE).map(Access.READ_WRITE);
          DaxMapping second = first.device().map(Access.READ_WRITE, MIB, 2 * MIB)) {
        fillByChance(first, random);
        copyByChance(random, first, second, MIB);
        copyByChance(random, second, first, -MIB);
      }
    });
  }

  /** Those that have ended are passed over, and forgotten from time to time. */
  @Test
  void afterManyMappingsHaveEnded() throws Exception {
    try (DaxBus bus = DaxBus.create();
        DaxRegion region = bus.add(HmemRegion.of(SIZE, PageSize.SIZE_4K));
        DaxMapping first = region.create(SIZE).map(Access.READ_WRITE)) {
      Random random = new Random(5);
      fillByChance(first, random);
      for (int i = 0; i < 500; i++) {
        first.device().map(Access.READ_WRITE, 4096L * random.nextInt(100), 4096L * (1 + random.nextInt(400))).close();
      }
      try (DaxMapping second = first.device().map(Access.READ_WRITE)) {
        copyByChance(random, first, second, 0);
        copyByChance(random, second, first, 0);
      }
    }
  }

  @Test
  void ofTwoRegionsOfOneFile() throws Exception {
    Path file = Path.of("/dev/shm", "jdax-twice-" + ProcessHandle.current().pid());
    try (DaxBus bus = DaxBus.create();
        DaxRegion region = bus.add(HmemRegion.of(SIZE, PageSize.SIZE_4K).inFile(file));
        DaxMapping first = region.create(SIZE).map(Access.READ_WRITE);
        DaxRegion again = bus.add(new HmemAttachment(file));
        DaxMapping second = again.devices().getFirst().map(Access.READ_WRITE)) {
      Random random = new Random(3);
      fillByChance(first, random);
      copyByChance(random, first, second, 0);
      copyByChance(random, second, first, 0);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** A device whose ranges stand in another order in the file than in its run: no order of bytes is right for all. */
  @Test
  void ofRangesThatAreCrossed() throws Exception {
    Path file = Path.of("/dev/shm", "jdax-crossed-" + ProcessHandle.current().pid());
    try (DaxBus bus = DaxBus.create();
        DaxRegion region = bus.add(HmemRegion.of(2 * SIZE, PageSize.SIZE_4K).inFile(file));
        DaxRegion again = bus.add(new HmemAttachment(file));
        DaxMapping whole = again.devices().getFirst().map(Access.READ_WRITE)) {
      List<DaxDevice> devices = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        devices.add(region.create(2 * MIB));
      }
      devices.get(0).destroy();
      devices.get(2).destroy();
      DaxDevice crossed = region.create(4 * MIB);
      assertThat(crossed.ranges()).hasSize(2);
      try (DaxMapping mapping = crossed.map(Access.READ_WRITE)) {
        fillByChance(whole, new Random(4));
        byte[] expected = bytes(whole.segment().asSlice(MIB, 4 * MIB));
        mapping.copyFrom(0, whole.segment().asSlice(MIB, 4 * MIB));
        assertThat(bytes(mapping.segment())).isEqualTo(expected);
      }
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
