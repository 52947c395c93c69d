// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Between fork and exec a child process has every opening of its parent, and with them their locks, unless those were
 * ended before.
 */
class LocksEndWithTheClaim {
  private static final Duration LONG_ENOUGH = Duration.ofMillis(1500);

  @TempDir
  private Path folder;
  private Path file;

  @BeforeEach
  void thereIsAFile() throws IOException {
    file = folder.resolve("image");
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.setLength(1 << 20);
    }
  }

  private interface Use {
    void run() throws DaxException;
  }

  /** Does it again and again, while another thread starts processes; counts how often it was refused with EBUSY. */
  private static void assertNeverBusy(Use use) throws Exception {
    AtomicInteger started = new AtomicInteger();
    Thread starter = Thread.ofPlatform().start(() -> {
      try {
        while (!Thread.currentThread().isInterrupted()) {
          new ProcessBuilder("/bin/true").start();
          started.incrementAndGet();
        }
      } catch (IOException e) {
        // The number of those that were started shows it.
      }
    });
    int done = 0;
    int busy = 0;
    try {
      for (long end = System.nanoTime() + LONG_ENOUGH.toNanos(); System.nanoTime() < end;) {
        try {
          use.run();
          done++;
        } catch (DaxException e) {
          assertThat(e.errno()).as(e.getMessage()).isEqualTo(Errno.EBUSY);
          busy++;
        }
      }
    } finally {
      starter.interrupt();
      starter.join();
    }
    assertThat(started.get()).as("processes that were started").isGreaterThan(10);
    assertThat(done).isPositive();
    assertThat(busy).as("refused with EBUSY, of " + (done + busy)).isZero();
  }

  @Test
  void whenAPartOfAFileIsClaimed() throws Exception {
    assertNeverBusy(() -> FileClaim.of(file, 0, 1 << 20, Set.of()).close());
  }

  @Test
  void whenAFileIsEdited() throws Exception {
    EditedFile.Unproven unproven = new EditedFile.Unproven(true, "");
    assertNeverBusy(() -> EditedFile.open(file, "edit it", unproven).close());
  }

  @Test
  void whenMemoryIsMadeInAFile() throws Exception {
    Path shared = Path.of("/dev/shm/jdax-" + ProcessHandle.current().pid() + "-locks");
    try (DaxBus bus = DaxBus.create()) {
      assertNeverBusy(() -> {
        bus.add(HmemRegion.of(2 << 20, PageSize.SIZE_4K).inFile(shared)).close();
        bus.add(HmemRegion.attach(shared)).close();
        assertThat(shared.toFile().delete()).isTrue();
      });
    }
  }
}
