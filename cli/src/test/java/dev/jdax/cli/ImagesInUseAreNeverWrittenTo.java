// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that write, on files and block devices that are in use or hold something, as this kernel has them. */
@Tag("class-path") // what the kernel says does not depend on how this JVM was started
class ImagesInUseAreNeverWrittenTo {
  private static final long MIB = 1L << 20;
  private static final List<List<String>> VERBS = List.of(List.of("create-namespace", "-m", "devdax"),
      List.of("init-labels"), List.of("write-infoblock", "-m", "devdax"),
      List.of("destroy-namespace", "-n", "namespace0.0"), List.of("check-labels", "--repair"));

  @TempDir
  private Path folder;
  private Path file;
  private final List<List<Object>> undo = new ArrayList<>();

  @BeforeEach
  void thereIsAFile() throws IOException {
    file = folder.resolve("disk.img");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(32 * MIB);
    }
    assumeTrue(List.of("ext4", "xfs", "btrfs", "f2fs", "tmpfs").contains(Files.getFileStore(file).type()),
        "needs a folder on ext4, XFS, Btrfs, F2FS or tmpfs for its files");
  }

  @AfterEach
  void undo() throws Exception {
    for (List<Object> command : undo.reversed()) {
      OtherProcess.run(command.toArray());
    }
  }

  private static String done(Object... words) throws Exception {
    OtherProcess run = OtherProcess.run(words);
    assertThat(run.status()).as(Arrays.toString(words) + ": " + run.said()).isZero();
    return run.said();
  }

  private static void assumeRoot() {
    assumeTrue("root".equals(System.getProperty("user.name")) && Files.exists(Path.of("/dev/loop-control")),
        "needs root, and loop devices");
  }

  private Path loop() throws Exception {
    assumeRoot();
    Path device = Path.of(done("losetup", "-f", "--show", file));
    undo.add(List.of("losetup", "-d", device));
    return device;
  }

  private Path mount(Path device) throws Exception {
    Path point = Files.createDirectory(folder.resolve("a mount"));
    done("mount", "-o", "ro,noload", device, point); // so that nothing else writes to it
    undo.add(List.of("umount", point));
    return point;
  }

  /** Each verb fails with that, and what it was to write to is as it was. */
  private static void assertRefused(Path image, List<String> options, String errno, String... words) throws Exception {
    for (List<String> verb : VERBS) {
      List<Object> all = new ArrayList<>(verb);
      all.addAll(options);
      all.add(image);
      String before = done("sha256sum", image);
      CommandRun run = CommandRun.of(all.toArray());
      assertThat(run.exitCode()).as(all + ": " + run).isEqualTo(1);
      assertThat(run.err()).startsWith("jdax: cannot ").hasLineCount(1).contains("(" + errno + ")").contains(words);
      assertThat(done("sha256sum", image)).isEqualTo(before);
    }
  }

  @Test
  void aMountedLoopDeviceAndTheFileUnderIt() throws Exception {
    Path device = loop();
    done("mkfs.ext4", "-q", device);
    Path point = mount(device);
    assertRefused(device, List.of("--force"), "EBUSY", "it is mounted at " + point);
    assertRefused(file, List.of("--force"), "EBUSY", "it lies under " + device);
  }

  @Test
  void aPartitionOfADiskThatIsMountedAndTheDisk() throws Exception {
    assumeRoot();
    Path device = Path.of(done("losetup", "-f", "--show", "-P", file));
    undo.add(List.of("losetup", "-d", device));
    done("addpart", device, 1, 2048, 16384); // 8 MiB at 1 MiB; not every kernel reads partition tables
    String name = device.getFileName().toString();
    String[] number = Files.readString(Path.of("/sys/block", name, name + "p1", "dev")).strip().split(":");
    Path partition = folder.resolve("partition"); // not in every container does /dev show the kernel's own nodes
    done("mknod", partition, "b", number[0], number[1]);
    done("mkfs.ext4", "-q", partition);
    Path point = mount(partition);
    assertRefused(device, List.of("--force"), "EBUSY", "it is mounted at " + point);
    assertRefused(partition, List.of("--force"), "EBUSY", "it is mounted at " + point);
  }

  @Test
  void aLoopDeviceUnderAnother() throws Exception {
    Path device = loop();
    Path above = Path.of(done("losetup", "-f", "--show", device));
    undo.add(List.of("losetup", "-d", above));
    assertRefused(device, List.of("--force"), "EBUSY", "it lies under " + above);
  }

  @Test
  void aBlockDeviceNeedsTheWordOfItsUser() throws Exception {
    Path device = loop();
    assertRefused(device, List.of(), "EBUSY", "the kernel does not say which processes have a block device open",
        "--assume-unused");
    assertThat(CommandRun.of("init-labels", "--assume-unused", device).exitCode()).isZero();
    assertThat(CommandRun.of("create-namespace", "--assume-unused", "--slot", "0", "-s", "16M", device).exitCode())
        .isZero();
    try (Arena arena = Arena.ofShared()) {
      try (FileChannel channel = FileChannel.open(device)) {
        channel.map(MapMode.READ_ONLY, 0, 4096, arena);
      }
      assertRefused(device, List.of("--force"), "EBUSY", "it is mapped or open for writing in process "
          + ProcessHandle.current().pid() + " (");
    }
  }

  @Test
  void aFileSystemThatIsNotMounted() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/sbin/mkfs.ext4")), "needs mkfs.ext4; run .ci/prepare as root");
    done("/usr/sbin/mkfs.ext4", "-q", file);
    assertHeld("ext4 (filesystem)");
  }

  @Test
  void anArchive() throws Exception {
    Files.writeString(file, "PK\003\004");
    try (RandomAccessFile archive = new RandomAccessFile(file.toFile(), "rw")) {
      archive.setLength(32 * MIB);
    }
    assertHeld("data");
  }

  /** All that would write over it are refused; check-labels finds nothing that it could repair. */
  private void assertHeld(String what) throws Exception {
    String before = done("sha256sum", file);
    for (List<String> verb : VERBS.subList(0, 4)) {
      List<Object> words = new ArrayList<>(verb);
      words.add(file);
      CommandRun run = CommandRun.of(words.toArray());
      assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
      assertThat(run.err()).contains("it holds " + what + ", which would be lost", "add --force", "(EEXIST)");
    }
    assertThat(done("sha256sum", file)).isEqualTo(before);
    assertThat(CommandRun.of("create-namespace", "-m", "devdax", "--force", file).exitCode()).isZero();
  }

  @Test
  void whatAProcessOutsideOfAContainerHasMapped() throws Exception {
    assumeRoot();
    List<String> container = List.of("unshare", "--pid", "--fork", "--mount-proc");
    Path classes = Files.createDirectory(folder.resolve("classes"));
    try (Arena arena = Arena.ofShared()) {
      try (FileChannel channel = FileChannel.open(file)) {
        channel.map(MapMode.READ_ONLY, 0, 4096, arena);
      }
      OtherProcess run = OtherProcess.jdax(classes, container, "init-labels", "--force", file);
      assertThat(run.status()).as(run.said()).isEqualTo(1);
      assertThat(run.said()).contains("it is open or mapped where /proc does not show it", "(EBUSY)");
    }
    OtherProcess run = OtherProcess.jdax(classes, container, "init-labels", file);
    assertThat(run.status()).as(run.said()).isZero();
  }

  @Test
  void whatIsSeenThroughAnOverlayOnly() throws Exception {
    assumeRoot();
    for (String name : List.of("lower", "work", "merged")) {
      Files.createDirectory(folder.resolve(name));
    }
    Path upper = Files.createDirectory(folder.resolve("upper"));
    Files.move(file, upper.resolve("disk.img"));
    done("mount", "-t", "overlay", "-o",
        "lowerdir=" + folder.resolve("lower") + ",upperdir=" + upper + ",workdir=" + folder.resolve("work"), "overlay",
        folder.resolve("merged"));
    undo.add(List.of("umount", folder.resolve("merged")));
    Path seen = folder.resolve("merged/disk.img");
    assertRefused(seen, List.of(), "EBUSY",
        "on this file system the kernel does not know all processes that use a file",
        "--assume-unused");
    assertThat(CommandRun.of("init-labels", "--assume-unused", seen).exitCode()).isZero();
    try (FileChannel _ = FileChannel.open(seen)) {
      assertRefused(seen, List.of("--force"), "EBUSY", "it is open or mapped in process ");
    }
  }

  @Test
  void swap() throws Exception {
    assumeRoot();
    assumeTrue(List.of("ext4", "xfs").contains(Files.getFileStore(file).type()), "needs a folder that swap can be in");
    done("chmod", "600", file);
    done("dd", "if=/dev/zero", "of=" + file, "bs=1M", "count=32", "status=none"); // swap has no holes
    done("mkswap", file);
    done("swapon", file);
    undo.add(List.of("swapoff", file));
    assertRefused(file, List.of("--force"), "EBUSY", "it is swap");
  }

  /** The README's first steps, in a folder of his own, while /proc hides all processes but his from him. */
  @Test
  void anOrdinaryUserMakesAnImageWithoutAFlag() throws Exception {
    assumeRoot();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path classes = Files.createDirectory(folder.resolve("classes"));
    Path own = Files.createDirectory(folder.resolve("own"));
    done("chown", "65534:65534", own);
    List<String> user = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    List<Object> truncate = new ArrayList<>(user);
    Path image = own.resolve("nv.img");
    truncate.addAll(List.of("truncate", "-s", 256 * MIB + (128 << 10), image));
    done(truncate.toArray());
    for (List<Object> verb : List.<List<Object>>of(
        List.of("init-labels", "--image", image, "--label-size", "128K", "-V", "1.2", "--slot", 0),
        List.of("create-namespace", "--image", image, "-m", "devdax", "-a", "2M", "-M", "dev", "-s", "64M", "-n",
            "alpha", "--slot", 0))) {
      OtherProcess run = OtherProcess.jdax(classes, user, verb.toArray());
      assertThat(run.status()).as(run.said()).isZero();
    }
    // Somebody else's file, which he may write to: the kernel tells its owner only.
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    OtherProcess run = OtherProcess.jdax(classes, user, "init-labels", file);
    assertThat(run.status()).as(run.said()).isEqualTo(1);
    assertThat(run.said()).contains("the kernel says it to the file's owner and to root only", "add --assume-unused",
        "(EBUSY)");
    assertThat(OtherProcess.jdax(classes, user, "init-labels", "--assume-unused", file).status()).isZero();
  }
}
