// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import dev.jdax.hmem.HmemRegion;
import dev.jdax.spi.AddressesOnly;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Other threads use a region, and end it, while one clears memory for a device of it. */
@Timeout(60)
class ClearingKeepsNoOtherThreadWaiting {
  private static final long MIB = 1L << 20;

  private final AddressesOnly driver = new AddressesOnly();
  private final ExecutorService other = Executors.newSingleThreadExecutor();
  private final CountDownLatch clearing = new CountDownLatch(1);
  private final CountDownLatch mayGoOn = new CountDownLatch(1);
  private final List<DaxEvent> events = new ArrayList<>();
  private DaxBus bus;
  private DaxRegion region;

  @BeforeEach
  void aRegion() throws Exception {
    bus = DaxBus.withDrivers(driver);
    region = bus.add(AddressesOnly.dynamic(64 * MIB, PageSize.SIZE_4K));
  }

  @AfterEach
  void end() {
    mayGoOn.countDown();
    other.close();
    bus.close();
    assertThat(driver.closed()).hasSize(1);
  }

  /** What another thread does; returns while it clears memory, and until {@link #mayGoOn} it does so. */
  private <T> Future<T> clears(Callable<T> change) throws InterruptedException {
    return clears(change, () -> {
    });
  }

  private <T> Future<T> clears(Callable<T> change, Runnable then) throws InterruptedException {
    driver.atNextPrepare(() -> {
      clearing.countDown();
      try {
        mayGoOn.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      then.run();
    });
    Future<T> done = other.submit(change);
    clearing.await();
    return done;
  }

  private static void assertEndsWith(Future<?> done, Errno errno, String sentence) {
    assertRefused(() -> {
      try {
        done.get();
      } catch (ExecutionException e) {
        throw e.getCause();
      }
    }, errno, sentence);
  }

  @Test
  void whileADeviceIsMadeOthersAreMadeMappedAndDestroyed() throws Exception {
    bus.addListener(events::add);
    Future<DaxDevice> large = clears(() -> region.create(32 * MIB));
    assertThat(region.availableSize()).isEqualTo(32 * MIB);
    assertThat(region.devices()).hasSize(1);
    assertRefused(() -> region.create(34 * MIB), Errno.ENOSPC,
        "cannot create a device of 34 MiB in region 0 (addresses:"
            + " 64 MiB of addresses): the region has 32 MiB available of its 64 MiB; ask for no more, or shrink or destroy a"
            + " device first (ENOSPC)");
    DaxDevice small = region.create(4 * MIB);
    assertThat(small.ranges()).containsExactly(new DaxRange(0, 32 * MIB, 4 * MIB));
    small.map(Access.READ_WRITE).close();
    small.disable();
    small.resize(8 * MIB);
    DaxDevice third = region.create(2 * MIB);
    small.destroy();
    assertThat(events).noneMatch(event -> event.device().id() > 2);
    int before = events.size();
    mayGoOn.countDown();
    DaxDevice made = large.get();
    assertThat(made.ranges()).containsExactly(new DaxRange(0, 0, 32 * MIB));
    assertThat(List.of(made.name(), third.name())).containsExactly("dax0.1", "dax0.2");
    assertThat(events).hasSize(before + 1).last().isEqualTo(new DaxEvent(DaxEvent.Kind.ADD, made));
    assertThat(region.availableSize()).isEqualTo(30 * MIB);
  }

  @Test
  void aRegionThatIsClosedKeepsItsMemoryUntilItIsCleared() throws Exception {
    Future<DaxDevice> made = clears(() -> region.create(32 * MIB));
    region.close();
    assertThat(driver.closed()).isEmpty();
    mayGoOn.countDown();
    assertEndsWith(made, Errno.ENXIO, "cannot create a device of 32 MiB in region 0 (addresses: 64 MiB of addresses):"
        + " the region is closed; add its memory to a bus again (ENXIO)");
    assertThat(driver.closed()).hasSize(1);
  }

  @Test
  void aRegionThatIsClosedHasItsMemoryGivenBackAfterAnError() throws Exception {
    Future<DaxDevice> made = clears(() -> region.create(32 * MIB), () -> {
      throw new InternalError("a test says so");
    });
    region.close();
    mayGoOn.countDown();
    assertThatThrownBy(made::get).hasRootCauseInstanceOf(InternalError.class);
    assertThat(driver.closed()).hasSize(1);
  }

  @Test
  void aRegionThatIsRemovedWaitsForASecond() throws Exception {
    Future<DaxDevice> made = clears(() -> region.create(32 * MIB));
    assertRefused(region::remove, Errno.EBUSY, "cannot remove region 0 (addresses: 64 MiB of addresses): another thread"
        + " clears memory for a device of it; nothing is left to do: the memory goes back when that has ended (EBUSY)");
    assertThat(driver.closed()).isEmpty();
    Thread.startVirtualThread(() -> {
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      mayGoOn.countDown();
    });
    region.remove();
    assertThat(driver.closed()).hasSize(1);
    assertThatThrownBy(made::get).hasRootCauseInstanceOf(DaxException.class);
  }

  @Test
  void anErrorReturnsWhatWasTaken() throws Exception {
    Future<DaxDevice> made = clears(() -> region.create(32 * MIB), () -> {
      throw new OutOfMemoryError("a test says so");
    });
    assertThat(region.availableSize()).isEqualTo(32 * MIB);
    mayGoOn.countDown();
    assertThatThrownBy(made::get).hasRootCauseInstanceOf(OutOfMemoryError.class);
    assertThat(region.availableSize()).isEqualTo(64 * MIB);
    assertThat(region.devices()).hasSize(1);
    assertThat(region.create(64 * MIB).ranges()).containsExactly(new DaxRange(0, 0, 64 * MIB));
  }

  @Test
  void ofTwoThreadsThatResizeADeviceOneIsRefused() throws Exception {
    DaxDevice device = region.create(4 * MIB);
    device.disable();
    Future<Void> grown = clears(() -> {
      device.resize(16 * MIB);
      return null;
    });
    device.resize(8 * MIB);
    mayGoOn.countDown();
    assertEndsWith(grown, Errno.EBUSY, "cannot grow device 1 to 16 MiB: another thread has resized it at the same time;"
        + " look at its size, and try again (EBUSY)");
    assertThat(device.ranges()).containsExactly(new DaxRange(0, 0, 4 * MIB), new DaxRange(1024, 16 * MIB, 4 * MIB));
    assertThat(region.availableSize()).isEqualTo(56 * MIB);
  }

  @Test
  void aDeviceThatIsDestroyedGrowsNoMore() throws Exception {
    DaxDevice device = region.create(4 * MIB);
    device.disable();
    Future<Void> grown = clears(() -> {
      device.resize(16 * MIB);
      return null;
    });
    device.destroy();
    DaxDevice next = region.create(4 * MIB);
    assertThat(next.name()).isEqualTo(device.name());
    mayGoOn.countDown();
    assertEndsWith(grown, Errno.ENXIO, "cannot resize dax0.1 to 16 MiB: the device was destroyed; ask its bus for the"
        + " devices there are (ENXIO)");
    assertThat(next.ranges()).containsExactly(new DaxRange(0, 0, 4 * MIB));
    assertThat(region.availableSize()).isEqualTo(60 * MIB);
  }

  @Test
  void aMappingLivesUntilWhatItsDeviceGrowsByIsCleared() throws Exception {
    DaxDevice device = region.create(4 * MIB);
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      Future<Void> grown = clears(() -> {
        device.resize(16 * MIB, OnMapped.REVOKE);
        return null;
      });
      assertThat(mapping.isOpen()).isTrue();
      assertThat(device.state()).isEqualTo(DeviceState.BOUND);
      mayGoOn.countDown();
      grown.get();
      assertThat(mapping.isOpen()).isFalse();
      assertThat(device.state()).isEqualTo(DeviceState.BOUND);
      assertThat(device.size()).isEqualTo(16 * MIB);
    }
  }

  /** Of real memory: whatever a thread has left there, no other finds it. */
  @Test
  void nobodySeesWhatAnotherHasWritten() throws Exception {
    AtomicInteger made = new AtomicInteger();
    try (DaxBus real = DaxBus.create();
        DaxRegion memory = real.add(HmemRegion.of(32 * MIB, PageSize.SIZE_4K).clearedOnCreate());
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        long size = (thread + 1) * 2 * MIB;
        all.add(threads.submit(() -> {
          for (int k = 0; k < 100; k++) {
            DaxDevice device = memory.create(size);
            try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
              assertThat(mapping.segment().mismatch(MemorySegment.ofArray(new byte[(int) size])))
                  .isEqualTo(-1);
              mapping.segment().fill((byte) 0x5A);
            }
            device.destroy();
            made.incrementAndGet();
          }
          return null;
        }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(memory.availableSize()).isEqualTo(32 * MIB);
    }
    assertThat(made).hasValue(400);
  }
}
