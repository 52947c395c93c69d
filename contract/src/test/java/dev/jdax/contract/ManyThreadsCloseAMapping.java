// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Mappings, devices and regions are ended by several threads at once, while others read: nothing worse than the
 * promised.
 */
@Timeout(60)
class ManyThreadsCloseAMapping {
  private static final long SIZE = 4L << 20;
  private static final int ROUNDS = 300;

  /** Ends what readers are reading. */
  private interface End {
    void of(DaxMapping mapping) throws DaxException;
  }

  @Test
  void byClosingItTwice() throws Exception {
    race(DaxMapping::close, DaxMapping::close);
  }

  @Test
  void byClosingItAndDestroyingItsDevice() throws Exception {
    race(DaxMapping::close, mapping -> mapping.device().destroy(OnMapped.REVOKE));
  }

  @Test
  void byDestroyingItsDeviceTwice() throws Exception {
    race(mapping -> mapping.device().destroy(OnMapped.REVOKE), mapping -> mapping.device().destroy(OnMapped.REVOKE));
  }

  @Test
  void byDisablingAndResizingItsDevice() throws Exception {
    race(mapping -> mapping.device().disable(OnMapped.REVOKE),
        mapping -> mapping.device().resize(SIZE / 2, OnMapped.REVOKE));
  }

  @Test
  void byClosingAndRemovingItsRegion() throws Exception {
    race(mapping -> {
      mapping.device().region().close();
      mapping.close();
    }, mapping -> mapping.device().region().remove());
  }

  private static void race(End one, End other) throws Exception {
    Leftovers before = Leftovers.now(Backend.MEMFD_4K);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < ROUNDS; round++) {
        try (DaxBus bus = DaxBus.create()) {
          DaxRegion region = bus.add(HmemRegion.of(SIZE, PageSize.SIZE_4K));
          DaxDevice device = region.create(SIZE);
          DaxMapping mapping = device.map(Access.READ_WRITE);
          CountDownLatch start = new CountDownLatch(4);
          List<Future<Void>> all = new ArrayList<>();
          all.add(threads.submit(ender(start, one, mapping)));
          all.add(threads.submit(ender(start, other, mapping)));
          all.add(threads.submit(reader(start, mapping)));
          all.add(threads.submit(reader(start, mapping)));
          for (Future<Void> future : all) {
            future.get();
          }
          assertThat(mapping.isOpen()).isFalse();
        }
      }
    }
    before.assertNothingMore(Backend.MEMFD_4K);
  }

  private static Callable<Void> ender(CountDownLatch start, End end, DaxMapping mapping) {
    return () -> {
      start.countDown();
      start.await();
      try {
        end.of(mapping);
      } catch (DaxException e) { // the other one was faster
        assertThat(e.errno()).isIn(Errno.ENXIO, Errno.ENODEV);
      }
      return null;
    };
  }

  private static Callable<Void> reader(CountDownLatch start, DaxMapping mapping) {
    MemorySegment memory = mapping.segment();
    return () -> {
      start.countDown();
      start.await();
      try {
        for (long at = 0;; at = (at + 4096) % SIZE) {
          assertThat(memory.get(ValueLayout.JAVA_LONG, at)).isZero();
        }
      } catch (IllegalStateException e) {
        return null; // that is how it ends
      }
    };
  }
}
