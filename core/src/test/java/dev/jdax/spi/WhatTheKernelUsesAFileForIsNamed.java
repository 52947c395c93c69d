// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.jdax.platform.DeviceNumber;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileId;
import dev.jdax.platform.FileStatus;
import dev.jdax.platform.Machine;
import dev.jdax.platform.ProcPath;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts, swap, loop devices and devices over a device, as files that look like those of proc and sysfs say it. */
class WhatTheKernelUsesAFileForIsNamed {
  private static final int BLOCK_DEVICE = 0x6000;

  @TempDir
  private Path folder;
  private Path file;
  private Path other;
  private KernelUses machine;

  @BeforeEach
  void thereIsAMachine() throws IOException {
    file = Files.createFile(folder.resolve("an image"));
    other = Files.createFile(folder.resolve("other"));
    machine = new KernelUses(new Machine(folder));
    write("proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
  }

  private void write(String name, String text) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static FileStatus disk(int minor) {
    return new FileStatus(new FileId(5, 100 + minor), BLOCK_DEVICE, 0, DeviceNumber.of(8, minor).encoded(), 0);
  }

  private String escaped(Path path) {
    return path.toString().replace(" ", "\\040");
  }

  @Test
  void aFileThatNothingIsDoneWithHasNoUse() throws Exception {
    write("sys/block/loop0/loop/backing_file", other + "\n");
    write("proc/swaps", "Filename Type Size\n" + other + " file 1 0 -2\n/none file 1 0 -2\n");
    write("proc/self/mountinfo", "43 27 7:0 / /mnt rw - ext4 " + other + " rw\n44 27 0:5 / /proc rw - proc proc rw\n");
    assertThat(machine.of(Fd.statusOf(file))).isEmpty();
    assertThat(new KernelUses(new Machine(folder.resolve("none"))).of(Fd.statusOf(file))).isEmpty();
  }

  @Test
  void aFileIsUnderALoopDeviceOrIsSwapOrIsMounted() throws Exception {
    write("sys/block/loop0/loop/backing_file", other + "\n");
    write("sys/block/loop12/loop/backing_file", file + "\n");
    assertThat(machine.of(Fd.statusOf(file))).containsExactly("lies under /dev/loop12");
    // A path is bytes: those of "grün" in ISO 8859-1 are no text in UTF-8, nor in the locale C.
    String odd = folder + "/two\nlines \\012 gr\u00fcn\r\n";
    Files.createLink(new ProcPath(odd).path(), file);
    Files.writeString(folder.resolve("sys/block/loop12/loop/backing_file"), odd + "\n", StandardCharsets.ISO_8859_1);
    assertThat(machine.of(Fd.statusOf(file))).containsExactly("lies under /dev/loop12");
    write("proc/swaps", "Filename Type Size\n" + escaped(file) + "\t file\t\t1024 0 -2\n");
    assertThat(machine.of(Fd.statusOf(file))).containsExactly("is swap", "lies under /dev/loop12");
    write("proc/self/mountinfo", "43 27 0:50 / /a\\040mount rw shared:1 master:2 - erofs " + escaped(file) + " ro\n");
    assertThat(machine.of(Fd.statusOf(file))).contains("is mounted at /a mount");
    assertThat(machine.of(Fd.statusOf(other))).containsExactly("lies under /dev/loop0");
  }

  @Test
  void aDiskAndItsPartitionsAreOneDevice() throws IOException {
    write("sys/devices/sda/dev", "8:0\n");
    write("sys/devices/sda/size", "4096\n");
    write("sys/devices/sda/holders/dm-0/dev", "253:0\n");
    write("sys/devices/sda/sda1/partition", "1\n");
    write("sys/devices/sda/sda1/dev", "8:1\n");
    write("sys/devices/sda/sda2/partition", "2\n");
    write("sys/devices/sda/sda2/dev", "8:2\n");
    Path numbers = Files.createDirectories(folder.resolve("sys/dev/block"));
    Files.createSymbolicLink(numbers.resolve("8:0"), folder.resolve("sys/devices/sda"));
    Files.createSymbolicLink(numbers.resolve("8:1"), folder.resolve("sys/devices/sda/sda1"));
    Files.createSymbolicLink(numbers.resolve("8:2"), folder.resolve("sys/devices/sda/sda2"));
    write("proc/self/mountinfo",
        "43 27 8:1 / /mnt rw - ext4 /dev/sda1 rw\n43 27 8:16 / /other rw - ext4 /dev/sdb rw\n");
    assertThat(machine.of(disk(0))).containsExactly("is mounted at /mnt", "is held by /dev/dm-0");
    assertThat(machine.of(disk(1))).containsExactly("is mounted at /mnt", "is held by /dev/dm-0");
    assertThat(machine.of(disk(2))).containsExactly("is held by /dev/dm-0");
    assertThat(machine.of(disk(16))).containsExactly("is mounted at /other");
    assertThat(machine.of(disk(32))).isEmpty();
  }
}
