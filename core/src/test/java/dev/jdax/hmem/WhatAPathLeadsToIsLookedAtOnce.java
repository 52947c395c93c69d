// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.FailingCalls;
import dev.jdax.platform.StepBeforeACall;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Whatever others do with names, a claim opens what it has looked at, and removes what it has made. */
class WhatAPathLeadsToIsLookedAtOnce {
  private static final HmemRegion MEMORY = HmemRegion.of(2 << 20, PageSize.SIZE_4K);

  private final DaxBus bus = DaxBus.create();
  private Path folder;
  private Path file;

  @BeforeEach
  void inMemory() throws IOException {
    folder = Files.createTempDirectory(Path.of("/dev/shm"), "jdax-paths-");
    file = folder.resolve("file");
  }

  @AfterEach
  void removeWhatWasMade() throws IOException {
    bus.close();
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Makes one that fails when it is given its size, after a step of somebody else's. */
  private void makeInVain(StepBeforeACall.Step meanwhile) throws IOException {
    try (FailingCalls _ = FailingCalls.failingFirst("ftruncate", Errno.EFBIG.number());
        StepBeforeACall _ = StepBeforeACall.of("ftruncate", meanwhile)) {
      assertThatThrownBy(() -> bus.add(MEMORY.inFile(file))).hasMessageContaining("(EFBIG)");
    }
  }

  @Test
  void aFileThatWasMadeInVainIsRemoved() throws IOException {
    makeInVain(() -> {
    });
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anotherFileOfThatNameStays() throws IOException {
    makeInVain(() -> {
      Files.move(file, folder.resolve("moved"));
      Files.writeString(file, "another's");
    });
    assertThat(file).hasContent("another's");
    assertThat(folder.resolve("moved")).as("is ours, and not to be found under the name").isEmptyFile();
  }

  @Test
  void aFileOfThatNameInAnotherFolderStays() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Path target = Files.createDirectory(folder.resolve("target"));
    Path victim = Files.writeString(target.resolve("file"), "another's");
    file = inner.resolve("file");
    makeInVain(() -> {
      Files.move(inner, folder.resolve("moved"));
      Files.createSymbolicLink(inner, target);
    });
    assertThat(victim).hasContent("another's");
    assertThat(folder.resolve("moved")).isEmptyDirectory();
  }

  /** A thread exchanges the file for a link to another one and back, as fast as it can. */
  @Test
  void noNameThatAThreadExchangesIsRemoved() throws Exception {
    Path victim = Files.writeString(folder.resolve("victim"), "another's");
    Path spare = folder.resolve("spare");
    Thread renaming = Thread.ofPlatform().start(() -> {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          Files.createLink(spare, victim);
          Files.move(spare, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
          Files.deleteIfExists(file);
        } catch (IOException e) {
          // the next time
        }
      }
    });
    try {
      for (int i = 0; i < 300; i++) {
        try {
          bus.add(HmemRegion.of(1L << 60, PageSize.SIZE_4K).inFile(file)); // more than there is
        } catch (DaxException e) {
          assertThat(e.errno()).isIn(Errno.EEXIST, Errno.ENOMEM, Errno.EFBIG, Errno.ENOENT, Errno.EBUSY);
        }
      }
    } finally {
      renaming.interrupt();
      renaming.join();
    }
    assertThat(victim).hasContent("another's");
    Files.deleteIfExists(spare);
  }

  private static void assertAtOnce(Executable call) {
    assertTimeoutPreemptively(Duration.ofSeconds(10), call);
  }

  @Test
  void aPipeADeviceAndAFolderAreNotOpened() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    assertAtOnce(() -> {
      assertThatThrownBy(() -> bus.add(MEMORY.inFile(file))).hasMessageContaining("it is not an ordinary file")
          .hasMessageEndingWith("(EINVAL)");
      assertThatThrownBy(() -> bus.add(HmemRegion.attach(file))).hasMessageContaining("it is not an ordinary file")
          .hasMessageEndingWith("(EINVAL)");
    });
    for (Path path : new Path[]{folder, Path.of("/dev/null"), Path.of("/dev/zero")}) {
      String reason = path == folder ? "it is a folder" : "it is not an ordinary file";
      assertThatThrownBy(() -> bus.add(HmemRegion.attach(path))).hasMessageContaining(reason);
      assertThatThrownBy(() -> bus.add(MEMORY.inFile(path))).hasMessageContaining(reason);
    }
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    assertAtOnce(() -> assertThatThrownBy(() -> bus.add(HmemRegion.attach(link)))
        .hasMessageContaining("it is not an ordinary file"));
  }

  @Test
  void whatIsAttachedToIsWhatWasLookedAt() throws IOException {
    bus.add(MEMORY.inFile(file));
    Path other = folder.resolve("other");
    try (RandomAccessFile image = new RandomAccessFile(other.toFile(), "rw")) {
      image.setLength(8 << 20);
    }
    // Between the look and the opening the name comes to mean another file.
    try (StepBeforeACall _ = StepBeforeACall.of("openat", 2,
        () -> Files.move(other, file, StandardCopyOption.REPLACE_EXISTING))) {
      assertThat(bus.add(HmemRegion.attach(file)).size()).isEqualTo(2 << 20);
    }
  }
}
