// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static dev.jdax.contract.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.jdax.Errno;
import dev.jdax.platform.ForkedJvm;
import dev.jdax.spi.EditedFile;
import dev.jdax.spi.FileClaim;
import dev.jdax.spi.Waiver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of a block device, a partition and its disk, a loop device and its file are one thing to claim. */
class ADeviceIsClaimedOnceWhateverItIsCalled {
  private static final long MIB = 1L << 20;
  private static final EditedFile.Unproven ALLOWED = new EditedFile.Unproven(true, "");

  @TempDir
  private Path folder;
  private Path file;
  private final List<String> loops = new ArrayList<>();

  @BeforeEach
  void thereIsAFile() throws IOException {
    assumeTrue(System.getProperty("user.name").equals("root"), "needs root, to make loop devices");
    file = folder.resolve("file");
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.setLength(64 * MIB);
    }
  }

  @AfterEach
  void detach() throws Exception {
    for (String loop : loops.reversed()) {
      done("losetup", "-d", loop);
    }
  }

  private static String done(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes()).strip();
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
    return said;
  }

  private Path loop(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("losetup", "-f", "--show"));
    command.addAll(List.of(options));
    String loop = done(command.toArray(String[]::new));
    loops.add(loop);
    return Path.of(loop);
  }

  private Path node(String name, String numbers) throws Exception {
    Path node = folder.resolve(name);
    String[] halves = numbers.split(":");
    done("mknod", node.toString(), "b", halves[0], halves[1]);
    return node;
  }

  private static String numbersOf(Path loop) throws IOException {
    return Files.readString(Path.of("/sys/block", loop.getFileName().toString(), "dev")).strip();
  }

  private static FileClaim claim(Path path, long offset, long length) throws IOException {
    return FileClaim.of(path, offset, length, Set.of(Waiver.ALLOCATION));
  }

  private static void assertTaken(Path path, long offset, long length) throws Exception {
    String self = ProcessHandle.current().pid() + " (";
    assertRefused(Errno.EBUSY, () -> claim(path, offset, length), "is claimed already, by process " + self,
        "close what has claimed it");
    assertThat(ForkedJvm.run(ForkedJvm.SMALL, Claims.class, path.toString(), Long.toString(offset),
        Long.toString(length)).said()).contains("is claimed already, by process " + self, "(EBUSY)");
  }

  @Test
  void throughTwoNodes() throws Exception {
    Path loop = loop(file.toString());
    Path other = node("other", numbersOf(loop));
    Path third = node("third", numbersOf(loop));
    for (Path first : List.of(loop, other)) {
      try (Claimed _ = new Claimed(claim(first, MIB, 2 * MIB))) {
        assertTaken(third, 2 * MIB, 2 * MIB);
        claim(third, 3 * MIB, 2 * MIB).close();
      }
      claim(third, 2 * MIB, 2 * MIB).close();
    }
    try (EditedFile _ = EditedFile.open(other, "edit it", ALLOWED)) {
      assertTaken(third, 2 * MIB, 2 * MIB);
    }
    try (Claimed _ = new Claimed(claim(third, 0, MIB))) {
      assertRefused(Errno.EBUSY, () -> EditedFile.open(other, "edit it", ALLOWED), "is claimed already");
    }
  }

  @Test
  void asALoopDeviceAndAsItsFile() throws Exception {
    Path loop = loop("-o", "4194304", file.toString()); // it begins at 4 MiB of the file
    try (Claimed _ = new Claimed(claim(loop, MIB, MIB))) {
      assertTaken(file, 5 * MIB, MIB);
      claim(file, 4 * MIB, MIB).close();
      claim(file, 6 * MIB, MIB).close();
    }
    try (Claimed _ = new Claimed(claim(file, 0, 6 * MIB))) {
      assertTaken(loop, MIB, 2 * MIB);
      assertRefused(Errno.EBUSY, () -> claim(loop, 0, MIB), "0x0-0x5fffff of what lies under it is claimed already");
      claim(loop, 2 * MIB, MIB).close();
      assertRefused(Errno.EBUSY, () -> EditedFile.open(loop, "edit it", ALLOWED), "of what lies under it is claimed");
    }
    Path moved = Files.move(file, folder.resolve("moved"));
    try (Claimed _ = new Claimed(claim(loop, MIB, MIB))) {
      assertTaken(moved, 5 * MIB, MIB);
    }
  }

  @Test
  void asALoopDeviceOfALoopDevice() throws Exception {
    Path above = loop("-o", "1048576", loop("-o", "1048576", file.toString()).toString());
    try (Claimed _ = new Claimed(claim(above, 0, MIB))) {
      assertTaken(file, 2 * MIB, MIB);
      assertTaken(Path.of(loops.getFirst()), MIB, MIB);
      claim(file, 3 * MIB, MIB).close();
    }
  }

  @Test
  void asAPartitionAndAsItsDisk() throws Exception {
    Path loop = loop("-P", file.toString());
    done("addpart", loop.toString(), "1", "2048", "16384"); // 8 MiB at 1 MiB
    String name = loop.getFileName().toString();
    Path partition = node("partition", Files.readString(Path.of("/sys/block", name, name + "p1", "dev")).strip());
    try (Claimed _ = new Claimed(claim(partition, MIB, MIB))) {
      assertTaken(loop, 2 * MIB, MIB);
      assertTaken(file, 2 * MIB, MIB);
      claim(loop, MIB, MIB).close();
    }
    try (Claimed _ = new Claimed(claim(loop, 8 * MIB, MIB))) {
      assertTaken(partition, 7 * MIB, MIB);
      claim(partition, 6 * MIB, MIB).close();
    }
  }

  /** A claim that ends with a block. */
  private record Claimed(FileClaim claim) implements AutoCloseable {
    @Override
    public void close() {
      claim.close();
    }
  }
}
