// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.jdax.platform.StepBeforeACall;
import dev.jdax.spi.MemoryInADomain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who ends a mapping waits for what jdax itself has under way, and lets nothing in that could store afterwards. */
@Timeout(120)
class AMappingEndsUnderItsOperations {
  private static final int SIZE = 2 << 20;
  private static final int ROUNDS = 100;

  private MemoryInADomain memory;
  private DaxBus bus;
  private DaxDevice device;

  private void open(PersistenceDomain domain) throws Exception {
    memory = new MemoryInADomain(domain, true, SIZE);
    bus = DaxBus.withDrivers(memory);
    device = bus.add(memory).devices().getFirst();
  }

  @BeforeEach
  void openUnknown() throws Exception {
    open(PersistenceDomain.UNKNOWN);
  }

  @AfterEach
  void close() {
    bus.close();
  }

  private interface Operation {
    void on(DaxMapping mapping) throws DaxException;
  }

  /** Does it again and again, until the mapping is closed; and nothing else may end it. */
  private static Future<Integer> again(ExecutorService threads, CountDownLatch start, DaxMapping mapping,
      Operation operation) {
    return threads.submit(() -> {
      start.countDown();
      int times = 0;
      try {
        while (!Thread.currentThread().isInterrupted()) {
          operation.on(mapping);
          times++;
        }
        return times;
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("is closed: ");
        return times;
      }
    });
  }

  @ParameterizedTest
  @EnumSource(PersistenceDomain.class)
  void closedUnderFire(PersistenceDomain domain) throws Exception {
    endUnderFire(domain, DaxMapping::close);
  }

  @Test
  void revokedUnderFire() throws Exception {
    endUnderFire(PersistenceDomain.MEMORY_CONTROLLER, mapping -> {
      device.disable(OnMapped.REVOKE);
      device.enable();
    });
  }

  /** What is mapped next has to stay as it is. */
  private void endUnderFire(PersistenceDomain domain, Operation end) throws Exception {
    close();
    open(domain);
    MemoryInADomain other = new MemoryInADomain(domain, true, SIZE);
    try (ExecutorService threads = Executors.newFixedThreadPool(5);
        Arena arena = Arena.ofShared();
        DaxBus another = DaxBus.withDrivers(other)) {
      DaxDevice next = another.add(other).devices().getFirst();
      MemorySegment source = arena.allocate(100_000).fill((byte) 1);
      MemorySegment heap = MemorySegment.ofArray(new byte[10_000]).fill((byte) 1);
      for (int round = 0; round < ROUNDS; round++) {
        DaxMapping mapping = device.map(Access.READ_WRITE);
        CountDownLatch start = new CountDownLatch(5);
        List<Future<Integer>> all = new ArrayList<>();
        all.add(again(threads, start, mapping, m -> m.persist(70, 100)));
        all.add(again(threads, start, mapping, m -> m.flush(0, SIZE)));
        all.add(again(threads, start, mapping, m -> m.copyFrom(11, source)));
        all.add(again(threads, start, mapping, m -> m.copyFrom(500_000, heap)));
        all.add(again(threads, start, mapping, m -> m.fill(1_000_000, 1_000_000, (byte) 1)));
        start.await();
        TimeUnit.MICROSECONDS.sleep(round * 10L);
        try {
          end.on(mapping);
        } catch (Exception e) {
          threads.shutdownNow(); // or they would go on for ever, and the exception be seen by nobody
          throw e;
        }
        try (DaxMapping young = next.map(Access.READ_WRITE)) {
          for (Future<Integer> one : all) {
            one.get();
          }
          assertThat(young.segment().mismatch(MemorySegment.ofArray(new byte[SIZE]))).isEqualTo(-1);
        }
        assertThat(mapping.isOpen()).isFalse();
      }
    }
  }

  /** A check that a thread is in the middle of, until it is let go on. */
  private static final class HeldCheck implements AutoCloseable {
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<?> check;

    HeldCheck(DaxMapping mapping) throws InterruptedException {
      check = thread.submit(() -> {
        try (StepBeforeACall _ = StepBeforeACall.of("madvise", () -> {
          inside.countDown();
          goOn.await();
        })) {
          return mapping.firstUnreachable(0, 4096);
        }
      });
      inside.await();
    }

    @Override
    public void close() {
      goOn.countDown();
      assertThat(check).succeedsWithin(1, TimeUnit.MINUTES);
      thread.close();
    }
  }

  @Test
  void anOperationOfItsOwnIsWaitedForASecond() throws Exception {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    try (HeldCheck _ = new HeldCheck(mapping)) {
      assertThatThrownBy(mapping::close).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has held its memory for 1 s");
      assertRefused(() -> device.disable(OnMapped.REVOKE), Errno.EBUSY);
      assertThat(mapping.isOpen()).isTrue();
      mapping.fill(0, 100, (byte) 1); // and is as open as before
    }
    mapping.close();
    assertThatThrownBy(() -> mapping.firstUnreachable(0, 4096)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whileItIsBeingEndedOperationsWait() throws Exception {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> closing;
      Future<?> filling;
      try (HeldCheck _ = new HeldCheck(mapping)) {
        closing = threads.submit(mapping::close);
        do { // until one finds the end under way
          filling = threads.submit(() -> {
            mapping.fill(0, 8, (byte) 1);
            return null;
          });
          TimeUnit.MILLISECONDS.sleep(10);
        } while (filling.isDone());
        assertThat(closing.isDone()).isFalse();
      }
      closing.get();
      assertThat(filling).failsWithin(1, TimeUnit.MINUTES).withThrowableThat()
          .withCauseInstanceOf(IllegalStateException.class).withMessageContaining("it was closed");
    }
  }

  /** The addresses are then those of private memory, so that the flush meets no fault. */
  @Test
  void aFlushDuringWhichTheMappingIsClosedAndItsAddressesAreReusedFails() throws Exception {
    int size = 256 << 20;
    MemoryInADomain large = new MemoryInADomain(PersistenceDomain.MEMORY_CONTROLLER, true, size);
    try (DaxBus another = DaxBus.withDrivers(large); ExecutorService threads = Executors.newSingleThreadExecutor()) {
      DaxDevice larger = another.add(large).devices().getFirst();
      int caught = 0;
      for (int round = 0; round < 20 && caught < 3; round++) {
        DaxMapping mapping = larger.map(Access.READ_WRITE);
        CountDownLatch start = new CountDownLatch(1);
        Future<?> flush = threads.submit(() -> {
          start.countDown();
          mapping.flush(0, size);
          return null;
        });
        start.await();
        TimeUnit.MILLISECONDS.sleep(1 + round % 5);
        mapping.close();
        try (DaxMapping _ = larger.map(Access.READ_WRITE)) {
          TimeUnit.MILLISECONDS.sleep(2);
          if (!flush.isDone()) {
            caught++;
            assertThat(flush).failsWithin(1, TimeUnit.MINUTES).withThrowableThat()
                .withCauseInstanceOf(IllegalStateException.class).withMessageContaining("it was closed");
          }
        }
      }
      assertThat(caught).as("flushes that were under way when the mapping was closed").isPositive();
    }
  }

  @Test
  void aSyncDuringWhichTheMappingIsClosedAndItsAddressesAreReusedFails() throws Exception {
    close();
    open(PersistenceDomain.PAGE);
    DaxMapping mapping = device.map(Access.READ_WRITE);
    List<DaxMapping> next = new ArrayList<>();
    try (StepBeforeACall _ = StepBeforeACall.of("msync", () -> {
      mapping.close();
      next.add(device.map(Access.READ_WRITE));
    })) {
      assertThatThrownBy(() -> mapping.persist(0, 8)).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("it was closed");
    } finally {
      next.forEach(DaxMapping::close);
    }
    assertThat(next).isNotEmpty();
  }

  @Test
  void aCheckLetsTheEndInBetweenItsParts() throws Exception {
    MemoryInADomain large = new MemoryInADomain(PersistenceDomain.NONE, true, 512 << 20);
    try (DaxBus another = DaxBus.withDrivers(large); ExecutorService threads = Executors.newSingleThreadExecutor()) {
      DaxMapping mapping = another.add(large).devices().getFirst().map(Access.READ_ONLY);
      Future<?> checking = again(threads, new CountDownLatch(1), mapping,
          m -> m.firstUnreachable(100, (512 << 20) - 100));
      TimeUnit.MILLISECONDS.sleep(20);
      mapping.close();
      checking.get(); // which says that it is closed
    }
  }

  @Test
  void aCheckOfALongRangeStopsWhenItsThreadIsInterrupted() throws Exception {
    MemoryInADomain large = new MemoryInADomain(PersistenceDomain.NONE, true, 130 << 20);
    try (DaxBus another = DaxBus.withDrivers(large);
        DaxMapping mapping = another.add(large).devices().getFirst().map(Access.READ_ONLY)) {
      Thread.currentThread().interrupt();
      try {
        assertThatThrownBy(() -> mapping.firstUnreachable(4096, (130 << 20) - 4096)).isInstanceOf(DaxException.class)
            .hasMessageContaining("the thread was interrupted at 0x4000000").hasMessageEndingWith("(EINTR)");
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(mapping.firstUnreachable(0, 64 << 20)).as("a short one is done").isEmpty();
      } finally {
        Thread.interrupted();
      }
      assertThat(mapping.firstUnreachable(0, 130 << 20)).isEmpty();
      large.truncate((100 << 20) + 5);
      assertThat(mapping.firstUnreachable(1, (130 << 20) - 1)).hasValue((100 << 20) + 4096);
    }
  }
}
