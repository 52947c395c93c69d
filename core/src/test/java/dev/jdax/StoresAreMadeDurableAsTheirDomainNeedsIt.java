// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import dev.jdax.platform.CacheRoute;
import dev.jdax.platform.CpuCache;
import dev.jdax.platform.FailingCalls;
import dev.jdax.spi.MemoryInADomain;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Flush, drain, persist, copy and fill, in each domain, on memory that may vanish and on memory that cannot. */
@ParameterizedClass(name = "{0}, may vanish: {1}")
@MethodSource("domains")
class StoresAreMadeDurableAsTheirDomainNeedsIt {
  private static final int SIZE = 3 << 20;
  private static final int PAGE = 4096;

  @Parameter(0)
  private PersistenceDomain domain;
  @Parameter(1)
  private boolean mayVanish;

  private MemoryInADomain memory;
  private DaxBus bus;
  private DaxDevice device;
  private DaxMapping mapping;

  static List<Arguments> domains() {
    return Stream.of(PersistenceDomain.values())
        .flatMap(domain -> Stream.of(true, false).map(vanish -> Arguments.of(domain, vanish))).toList();
  }

  @BeforeEach
  void map() throws Exception {
    memory = new MemoryInADomain(domain, mayVanish, SIZE);
    bus = DaxBus.withDrivers(memory);
    device = bus.add(memory).devices().getFirst();
    mapping = device.map(Access.READ_WRITE);
  }

  @AfterEach
  void unmap() {
    mapping.close();
    bus.close();
  }

  @Test
  void theMappingSaysWhichItIs() {
    assertThat(mapping.persistenceDomain()).isEqualTo(domain);
    assertThat(domain.isDurable()).isEqualTo(domain != PersistenceDomain.NONE && domain != PersistenceDomain.UNKNOWN);
    assertThat(CpuCache.route()).isEqualTo(CacheRoute.GUARDED);
  }

  @Test
  void onlyADomainOfPagesAsksTheKernel() throws Exception {
    mapping.persist(0, 8); // so that what is made once is there
    try (FailingCalls counted = FailingCalls.counting()) {
      mapping.flush(100, 1000);
      mapping.drain();
      mapping.persist(5, 10_000);
      mapping.copyFrom(7, MemorySegment.ofArray(new byte[500]));
      mapping.fill(9, 50, (byte) 1);
      String[] expected = domain == PersistenceDomain.PAGE
          ? new String[]{"msync", "msync", "msync", "msync"}
          : new String[0];
      assertThat(counted.calls()).containsExactly(expected);
    }
  }

  @Test
  void aMediumThatFailsIsASentence() throws Exception {
    if (domain == PersistenceDomain.PAGE) {
      try (FailingCalls _ = FailingCalls.failing(1, Errno.EIO.number())) {
        assertRefused(() -> mapping.persist(4097, 8), Errno.EIO,
            "cannot persist 8 bytes at 0x1001 of the " + mapping
                + ": the kernel refused msync: Input/output error; look at its"
                + " log: the medium may be failing (EIO)");
      }
      mapping.persist(4097, 8);
    } else {
      try (FailingCalls failing = FailingCalls.failing(1, Errno.EIO.number())) {
        mapping.persist(4097, 8);
        assertThat(failing.hasFailed()).isFalse();
      }
    }
  }

  @Test
  void anyRangeInsideCanBeFlushedAndNoneElsewhere() throws Exception {
    for (long from : new long[]{0, 1, 63, 64, 65, 4095, 4096, SIZE - 65, SIZE - 64, SIZE - 1, SIZE}) {
      for (long length : new long[]{0, 1, 63, 64, 65, 4096, 4097, 1 << 20, (1 << 20) + 1, SIZE}) {
        if (from + length <= SIZE) {
          mapping.flush(from, length);
          mapping.persist(from, length);
        } else {
          assertThatThrownBy(() -> mapping.flush(from, length)).isInstanceOf(IndexOutOfBoundsException.class)
              .hasMessage("range at " + from + " of " + length + " bytes in " + mapping);
          assertThatThrownBy(() -> mapping.persist(from, length)).isInstanceOf(IndexOutOfBoundsException.class);
          assertThatThrownBy(() -> mapping.fill(from, length, (byte) 0)).isInstanceOf(IndexOutOfBoundsException.class);
        }
      }
    }
    for (long wrong : new long[]{-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> mapping.flush(wrong, 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> mapping.flush(1, wrong)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> mapping.copyFrom(wrong, MemorySegment.ofArray(new byte[1])))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> mapping.copyFrom(SIZE - 1, MemorySegment.ofArray(new byte[2])))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> mapping.copyFrom(0, null)).isInstanceOf(NullPointerException.class).hasMessage("source");
  }

  @Test
  void copiesAndFillsAreThoseOfAModel() {
    Seeds.each(1, random -> {
      byte[] model = new byte[SIZE];
      try (Arena arena = Arena.ofShared()) {
        MemorySegment source = arena.allocate(SIZE);
        random.nextBytes(model);
        mapping.segment().copyFrom(MemorySegment.ofArray(model));
        for (int i = 0; i < 400; i++) {
          int length = length(random);
          int to = random.nextInt(SIZE - length + 1);
          step(random, model, source.asSlice(random.nextInt(SIZE - length + 1), length), to);
          int around = Math.max(to - 100, 0);
          int end = Math.min(to + length + 100, SIZE);
          assertThat(
              mapping.segment().asSlice(around, end - around).mismatch(MemorySegment.ofArray(model).asSlice(around,
                  end - around)))
              .isEqualTo(-1);
        }
      }
      try (DaxMapping other = device.map(Access.READ_ONLY)) {
        assertThat(other.segment().mismatch(MemorySegment.ofArray(model))).isEqualTo(-1);
      }
    });
  }

  /** Around the sizes where something else is done. */
  private static int length(RandomGenerator random) {
    int[] edges = {0, 8, 64, 256, PAGE, 1 << 20, 2 << 20};
    return Math.max(0, edges[random.nextInt(random.nextInt(4) == 0 ? edges.length : 5)] + random.nextInt(-65, 66));
  }

  private void step(RandomGenerator random, byte[] model, MemorySegment source, int to) throws DaxException {
    int length = (int) source.byteSize();
    switch (random.nextInt(4)) {
      case 0 -> {
        byte value = (byte) random.nextInt();
        mapping.fill(to, length, value);
        MemorySegment.ofArray(model).asSlice(to, length).fill(value);
      }
      case 1 -> {
        byte[] bytes = new byte[length + 3];
        random.nextBytes(bytes);
        mapping.copyFrom(to, MemorySegment.ofArray(bytes).asSlice(3));
        System.arraycopy(bytes, 3, model, to, length);
      }
      case 2 -> {
        source.copyFrom(mapping.segment().asSlice(SIZE - to - length, length));
        mapping.copyFrom(to, source);
        System.arraycopy(source.toArray(ValueLayout.JAVA_BYTE), 0, model, to, length);
      }
      default -> { // overlapping, more often than not
        int from = Math.clamp(to + random.nextInt(-3 * length / 2 - 1, 3 * length / 2 + 1), 0, SIZE - length);
        mapping.copyFrom(to, mapping.segment().asSlice(from, length));
        System.arraycopy(model, from, model, to, length);
      }
    }
  }

  @Test
  void aReadOnlyMappingIsFlushedAndNotCopiedTo() throws Exception {
    try (DaxMapping read = device.map(Access.READ_ONLY)) {
      read.flush(0, SIZE);
      read.persist(0, 8);
      read.drain();
      assertRefused(() -> read.copyFrom(0, MemorySegment.ofArray(new byte[1])), Errno.EACCES,
          "cannot copy to the " + read
              + ": it was mapped to be read only; map the device with READ_WRITE (EACCES)");
      assertRefused(() -> read.fill(0, 1, (byte) 1), Errno.EACCES);
    }
  }

  @Test
  void aClosedMappingIsNotTouched() {
    mapping.close();
    MemorySegment source = MemorySegment.ofArray(new byte[8]);
    for (Refusal.Step step : List.<Refusal.Step>of(() -> mapping.flush(0, 8), () -> mapping.persist(0, 8),
        mapping::drain, () -> mapping.copyFrom(0, source), () -> mapping.fill(0, 8, (byte) 1), mapping::deepFlush,
        () -> mapping.firstUnreachable(0, 8))) {
      assertThatThrownBy(step::run).isInstanceOf(IllegalStateException.class)
          .hasMessage("the mapping of " + device + " at 0x0 is closed: it was closed");
    }
    assertThat(mapping.persistenceDomain()).isEqualTo(domain);
  }

  @Test
  void aSourceThatIsClosedIsSaidToBe() {
    Arena arena = Arena.ofShared();
    MemorySegment source = arena.allocate(8);
    arena.close();
    assertThatThrownBy(() -> mapping.copyFrom(0, source)).isInstanceOf(IllegalStateException.class);
    mapping.close(); // nothing is left under way
  }

  @Test
  void memoryThatHasVanishedIsAnErrorWithItsOffset() throws Exception {
    if (!mayVanish) {
      return; // it does not, by its word
    }
    memory.truncate(2 * PAGE);
    String gone = "the memory at 0x2000 of it is gone; see who has truncated the file that it is made of (EFAULT)";
    if (domain.flushesLines()) {
      assertRefused(() -> mapping.flush(2 * PAGE - 64, 65), Errno.EFAULT,
          "cannot flush 65 bytes at 0x1fc0 of the " + mapping + ": " + gone);
      assertRefused(() -> mapping.persist(0, SIZE), Errno.EFAULT,
          "cannot persist 3 MiB at 0x0 of the " + mapping + ": " + gone);
    } else {
      mapping.persist(0, SIZE); // nothing is read, nothing written back
    }
    for (int length : new int[]{65, 300, PAGE, 100_000}) {
      MemorySegment source = MemorySegment.ofArray(new byte[length]).fill((byte) 5);
      assertThat(assertRefused(() -> mapping.copyFrom(2 * PAGE - 64, source), Errno.EFAULT)).hasMessageContaining(gone);
      assertThat(assertRefused(() -> mapping.fill(2 * PAGE - 64, length, (byte) 6), Errno.EFAULT))
          .hasMessageContaining(gone);
    }
    assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 2 * PAGE - 1)).isEqualTo((byte) 6);
    mapping.copyFrom(0, MemorySegment.ofArray(new byte[PAGE]));
    mapping.flush(0, 2 * PAGE);
  }

  @Test
  void aSourceThatHasVanishedIsAnError() throws Exception {
    MemoryInADomain other = new MemoryInADomain(domain, true, SIZE);
    try (DaxBus another = DaxBus.withDrivers(other);
        DaxMapping source = another.add(other).devices().getFirst().map(Access.READ_ONLY)) {
      other.truncate(PAGE);
      for (int length : new int[]{100, 300, PAGE, 1 << 20}) {
        DaxException refusal = assertRefused(() -> mapping.copyFrom(100, source.segment().asSlice(PAGE - 50, length)),
            Errno.EFAULT);
        assertThat(refusal).hasMessageContaining("the memory of its source is gone");
      }
    }
  }

  @Test
  void thereIsNoNvdimmToFlushDeeper() {
    assertRefused(mapping::deepFlush, Errno.EOPNOTSUPP, "cannot deep-flush the " + mapping
        + ": there is no NVDIMM behind it, whose buffers could be flushed; persist what is to survive, where the"
        + " persistence domain is a durable one (EOPNOTSUPP)");
  }
}
