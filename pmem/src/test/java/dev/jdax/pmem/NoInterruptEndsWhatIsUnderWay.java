// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_2;
import static dev.jdax.pmem.MadeMedia.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thread that is interrupted edits, reads and claims images all the same, and stays interrupted. */
class NoInterruptEndsWhatIsUnderWay {
  private static final long SIZE = 16 * MIB;

  @TempDir
  private Path folder;

  @AfterEach
  void theNextTestIsNotInterrupted() {
    Thread.interrupted();
  }

  /** Interrupts a thread at random moments until it is closed. */
  private static final class Interrupter implements AutoCloseable {
    private final AtomicBoolean done = new AtomicBoolean();
    private final Thread thread;

    Interrupter(Thread interrupted) {
      thread = Thread.ofPlatform().daemon().start(() -> {
        Random random = new Random();
        while (!done.get()) {
          interrupted.interrupt();
          for (int i = random.nextInt(20_000); i > 0; i--) {
            Thread.onSpinWait();
          }
        }
      });
    }

    @Override
    public void close() {
      done.set(true);
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void sixHundredEditsLeaveInMemoryWhatIsInTheFile() throws IOException {
    Path file = MadeMedia.labelled(2 * SIZE, V1_2).in(folder);
    NamespaceRequest request = NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_4K, MapLocation.RAM)
        .withSize(SIZE).withName("again");
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT.withSlot(0), Force.all());
        Interrupter _ = new Interrupter(Thread.currentThread())) {
      for (int edit = 0; edit < 600; edit++) {
        MediaEdit done = edit % 2 == 0 ? editor.createNamespace(request) : editor.destroyNamespace("again");
        assertThat(done.steps()).isNotEmpty();
        try (NvdimmImage image = NvdimmImage.open(file, Attachment.DEFAULT.withSlot(0))) {
          assertThat(editor.image().namespaces()).hasSize(1 - edit % 2)
              .usingRecursiveComparison().isEqualTo(image.namespaces());
          assertThat(editor.image().labelArea()).isEqualTo(image.labelArea());
        }
        Thread.interrupted();
      }
    }
  }

  @Test
  void anImageIsReadAndItsNamespaceClaimedByAThreadThatIsInterrupted() throws IOException {
    Path file = MadeMedia.labelled(2 * SIZE, V1_2).namespace(0, SIZE).in(folder);
    Thread.currentThread().interrupt();
    try (NvdimmImage image = NvdimmImage.open(file); DaxBus bus = DaxBus.create()) {
      DaxRegion region = bus.add(image.namespaces().getFirst());
      try (DaxMapping mapping = region.devices().getFirst().map(Access.READ_WRITE)) {
        mapping.fill(0, 4096, (byte) 7);
        mapping.persist(0, 4096);
      }
      assertThat(image.read(0, 8)).hasSize(8);
    }
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }

  @Test
  void memoryOfThisMachineIsClaimedByAThreadThatIsInterrupted() throws IOException {
    try (Interrupter _ = new Interrupter(Thread.currentThread())) {
      for (int i = 0; i < 50; i++) {
        Thread.currentThread().interrupt();
        try (DaxBus bus = DaxBus.create()) {
          assertThat(bus.add(HmemRegion.of(4 * MIB, PageSize.SIZE_4K)).create(2 * MIB).size()).isEqualTo(2 * MIB);
        }
      }
    }
  }
}
