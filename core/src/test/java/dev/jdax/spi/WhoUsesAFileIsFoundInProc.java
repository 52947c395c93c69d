// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import dev.jdax.platform.DeviceNumber;
import dev.jdax.spi.FileUsers.Descriptors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhoUsesAFileIsFoundInProc {
  private static final Set<Path> NONE = Set.of();

  @TempDir
  private Path folder;
  private Path file;
  private Path proc;

  @BeforeEach
  void thereIsAFile() throws IOException {
    file = Files.createFile(folder.resolve("file"));
    proc = Files.createDirectories(folder.resolve("proc"));
  }

  /** A process as /proc shows it, with these lines in maps. */
  private Path process(int number, String command, String maps) throws IOException {
    Path process = Files.createDirectories(proc.resolve(Integer.toString(number)));
    Files.writeString(process.resolve("comm"), command + "\n");
    Files.writeString(process.resolve("maps"), maps);
    Files.createDirectories(process.resolve("fd"));
    return process;
  }

  private FileUsers users(Descriptors counting) throws IOException {
    return FileUsers.of(proc, file, counting, NONE);
  }

  @Test
  void aProcThatShowsNoFirstProcessHidesSome() throws IOException {
    assertThat(users(Descriptors.NONE).unseen()).containsExactly("all that " + proc + " hides");
    process(1, "init", "");
    assertThat(users(Descriptors.NONE)).isEqualTo(new FileUsers(List.of(), List.of()));
  }

  @Test
  void aProcessWhoseMappingsCannotBeReadIsUnseen() throws IOException {
    Path first = Files.createDirectories(proc.resolve("1"));
    Files.writeString(first.resolve("comm"), "init\n");
    Files.writeString(first.resolve("stat"), "1 (init) S 0 1 1 0 -1 4194560 1 2 3");
    Files.createDirectories(first.resolve("maps")); // cannot be read as a file
    assertThat(users(Descriptors.NONE).unseen()).containsExactly("1 (init)");
    assertThat(users(Descriptors.NONE).unseenInWords()).isEqualTo("1 (init)");
  }

  @Test
  void aMappingIsKnownByDeviceAndInodeOrByItsPath() throws IOException {
    process(1, "init", "");
    String path = file.toRealPath().toString();
    String header = "7f0000000000-7f0000001000 rw-s 00000000 ff:ff 12345    ";
    process(2, "qemu", header + path + "\n");
    process(3, "other", header + path + "2\n");
    long inode = (long) Files.getAttribute(file, "unix:ino");
    String device = new DeviceNumber((long) Files.getAttribute(file, "unix:dev")).inHex();
    process(4, "moved", "7f0000000000-7f0000001000 rw-s 00000000 " + device + " " + inode + "    /elsewhere\n");
    assertThat(users(Descriptors.NONE).users()).containsExactlyInAnyOrder("2 (qemu)", "4 (moved)");
  }

  @Test
  void anOpenFileCountsWhereThatMatters() throws IOException {
    process(1, "init", "");
    Path opener = process(2, "fio", "");
    Files.createSymbolicLink(opener.resolve("fd").resolve("3"), file);
    Files.createSymbolicLink(opener.resolve("fd").resolve("4"), folder.resolve("deleted"));
    assertThat(users(Descriptors.NONE).users()).isEmpty();
    assertThat(users(Descriptors.ALL).users()).containsExactly("2 (fio)");
    assertThat(FileUsers.of(proc, file, Descriptors.ALL, Set.of(opener.resolve("fd/3"))).users()).isEmpty();
  }

  @Test
  void whoReadsOnlyIsNoneThatWrites() throws IOException {
    process(1, "init", "");
    Path opener = process(2, "udevd", "");
    Files.createSymbolicLink(opener.resolve("fd").resolve("3"), file);
    Path flags = Files.createDirectories(opener.resolve("fdinfo")).resolve("3");
    for (String reading : List.of("0100000", "02100000")) {
      Files.writeString(flags, "pos:\t0\nflags:\t" + reading + "\nmnt_id:\t29\n");
      assertThat(users(Descriptors.WRITABLE).users()).isEmpty();
    }
    for (String writing : List.of("0100001", "02100002")) {
      Files.writeString(flags, "pos:\t0\nflags:\t" + writing + "\nmnt_id:\t29\n");
      assertThat(users(Descriptors.WRITABLE).users()).containsExactly("2 (udevd)");
    }
    Files.delete(flags);
    assertThat(users(Descriptors.WRITABLE).users()).isEmpty();
  }

  @Test
  void aDeviceIsKnownByItsNumberWhateverItsNodeIsCalled() throws IOException {
    process(1, "init", "");
    Path opener = process(2, "fio", "");
    Files.createSymbolicLink(opener.resolve("fd").resolve("3"), Path.of("/proc/self/root/dev/null"));
    assertThat(FileUsers.ofDevice(proc, "1:3").users()).containsExactly("2 (fio)");
    assertThat(FileUsers.ofDevice(proc, "1:259").users()).isEmpty();
    assertThat(FileUsers.of(proc, Path.of("/dev/null"), Descriptors.ALL, NONE).users()).containsExactly("2 (fio)");
    assertThat(FileUsers.of(proc, Path.of("/dev/zero"), Descriptors.ALL, NONE).users()).isEmpty();
  }

  @Test
  void memoryWithoutAFileIsNoDevice() throws IOException {
    process(1, "init", "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n");
    assertThat(FileUsers.ofDevice(proc, "1:3").users()).isEmpty();
  }

  @Test
  void aDeviceThatIsMappedThroughAnotherNodeIsKnownByItsNumber() throws IOException {
    process(1, "init", "");
    Path container = process(2, "java", "00400000-00600000 rw-s 00000000 00:31 7 /dax0.0\n");
    Path link = Files.createDirectory(container.resolve("map_files")).resolve("400000-600000");
    Files.createSymbolicLink(link, Path.of("/dev/null"));
    assertThat(FileUsers.ofDevice(proc, "1:3").users()).containsExactly("2 (java)");
    assertThat(FileUsers.ofDevice(proc, "1:5").users()).isEmpty();
    // A private mapping is none of a dax device, which refuses such; and what is unmapped meanwhile has no link.
    Files.writeString(container.resolve("maps"), "00400000-00600000 r--p 00000000 00:31 7 /dax0.0\n");
    assertThat(FileUsers.ofDevice(proc, "1:3").users()).isEmpty();
    Files.writeString(container.resolve("maps"), "00600000-00800000 rw-s 00000000 00:31 7 /dax0.0\n");
    assertThat(FileUsers.ofDevice(proc, "1:3")).isEqualTo(new FileUsers(List.of(), List.of()));
  }

  @Test
  void aDeviceThatNobodyHasIsUsedByNobody() throws IOException {
    process(1, "init", "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n7f0000001000-7f0000002000 rw-s 0 00:00 0 \n");
    assertThat(FileUsers.ofDevice(proc, "252:0")).isEqualTo(new FileUsers(List.of(), List.of()));
    assertThat(FileUsers.ofDevice(Path.of("/proc"), "4095:1048575").users()).isEmpty();
  }

  @Test
  void whoIsOutsideOfAContainerIsUnseenInIt() throws IOException {
    Path namespaces = Files.createDirectories(process(1, "init", "").resolveSibling("self").resolve("ns"));
    Path namespace = Files.createSymbolicLink(namespaces.resolve("pid"), Path.of("pid:[4026531836]"));
    assertThat(FileUsers.ofDevice(proc, "1:3").unseen()).isEmpty();
    Files.delete(namespace);
    Files.createSymbolicLink(namespace, Path.of("pid:[4026532345]"));
    assertThat(FileUsers.ofDevice(proc, "1:3").unseen()).containsExactly("all outside of this container");
    assertThat(users(Descriptors.NONE).unseen()).isEmpty();
  }

  private List<String> onThisMachine(Descriptors counting) throws IOException {
    return FileUsers.of(Path.of("/proc"), file, counting, NONE).users();
  }

  @Test
  void thisProcessCountsLikeAnyOther() throws IOException {
    String self = ProcessHandle.current().pid() + " (";
    try (RandomAccessFile _ = new RandomAccessFile(file.toFile(), "r")) {
      assertThat(onThisMachine(Descriptors.ALL)).anyMatch(user -> user.startsWith(self));
      assertThat(onThisMachine(Descriptors.WRITABLE)).isEmpty();
      assertThat(onThisMachine(Descriptors.NONE)).isEmpty();
    }
    assertThat(onThisMachine(Descriptors.ALL)).isEmpty();
    try (RandomAccessFile _ = new RandomAccessFile(file.toFile(), "rw")) {
      assertThat(onThisMachine(Descriptors.WRITABLE)).anyMatch(user -> user.startsWith(self));
    }
  }
}
