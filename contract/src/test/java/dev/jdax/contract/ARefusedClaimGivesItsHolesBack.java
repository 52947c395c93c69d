// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static dev.jdax.contract.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import dev.jdax.Errno;
import dev.jdax.platform.StepBeforeACall;
import dev.jdax.spi.FileClaim;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a file system has no room for all of a file, a claim of it leaves as much room as there was. */
class ARefusedClaimGivesItsHolesBack {
  private static final long MIB = 1L << 20;

  @TempDir
  private Path folder;
  private Path mount;
  private Path image;

  @BeforeEach
  void asRoot() {
    assumeTrue(System.getProperty("user.name").equals("root"), "needs root, to mount");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mount != null) {
      run("umount", mount.toString());
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor())
        .as(String.join(" ", command)).isZero();
  }

  private void mount(String... words) throws Exception {
    Path point = Files.createDirectory(folder.resolve("mount"));
    String[] command = new String[words.length + 2];
    command[0] = "mount";
    System.arraycopy(words, 0, command, 1, words.length);
    command[words.length + 1] = point.toString();
    run(command);
    mount = point;
  }

  private void makeImage(long size) throws IOException {
    image = mount.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(size);
    }
  }

  private void store(long at, int value) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(at);
      file.write(value);
    }
  }

  private int load(long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
      file.seek(at);
      return file.read();
    }
  }

  private long allocated() throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", image.toString()).start();
    return Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip()) * 512;
  }

  /** But for what a file system notes down about the file, at most {@code notes} bytes. */
  private void assertNothingIsTaken(long size, long notes) throws Exception {
    long before = allocated();
    long room = mount.toFile().getUsableSpace();
    assertRefused(Errno.ENOSPC, () -> FileClaim.of(image, 0, size, Set.of()), "waive the allocation");
    assertThat(allocated()).isBetween(before, before + notes);
    assertThat(mount.toFile().getUsableSpace()).isBetween(room - notes, room);
  }

  @Test
  void onADisk() throws Exception {
    Path disk = folder.resolve("disk");
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength(64 * MIB);
    }
    run("mkfs.ext4", "-q", disk.toString());
    mount("-o", "loop", disk.toString());
    makeImage(256 * MIB);
    store(5 * MIB, 42);
    store(100 * MIB + 1, 43);
    run("sync", image.toString());
    assertNothingIsTaken(256 * MIB, 16 << 10);
    assertThat(load(5 * MIB)).isEqualTo(42);
    assertThat(load(100 * MIB + 1)).isEqualTo(43);
    FileClaim.of(image, 0, 16 * MIB, Set.of()).close();
    assertNothingIsTaken(256 * MIB, 16 << 10);
  }

  @Test
  void inMemory() throws Exception {
    mount("-t", "tmpfs", "-o", "size=100M,huge=never", "none");
    makeImage(256 * MIB);
    store(5 * MIB, 42);
    assertNothingIsTaken(256 * MIB, 0);
    assertThat(load(5 * MIB)).isEqualTo(42);
    FileClaim.of(image, 32 * MIB, 16 * MIB, Set.of()).close();
  }

  @Test
  void whatOthersWriteMeanwhileStays() throws Exception {
    mount("-t", "tmpfs", "-o", "size=100M,huge=never", "none");
    makeImage(256 * MIB);
    long before = allocated();
    try (StepBeforeACall _ = StepBeforeACall.of("fallocate", 2, () -> store(7 * MIB, 44))) {
      assertRefused(Errno.ENOSPC, () -> FileClaim.of(image, 0, 256 * MIB, Set.of()), "claim");
    }
    assertThat(load(7 * MIB)).isEqualTo(44);
    assertThat(allocated()).isEqualTo(before + 4096);
  }

  @Test
  void inHugePages() throws Exception {
    Backend.HUGETLB_2M.assumeBlocks(8);
    mount("-t", "hugetlbfs", "-o", "pagesize=2M,size=8M", "none");
    makeImage(32 * MIB);
    assertNothingIsTaken(32 * MIB, 0);
    assertThat(allocated()).isZero();
    FileClaim.of(image, 4 * MIB, 4 * MIB, Set.of()).close();
    assertNothingIsTaken(32 * MIB, 0);
    assertThat(allocated()).isEqualTo(4 * MIB);
  }
}
