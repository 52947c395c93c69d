// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhoUsesAFileIsFoundInProc {
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

  private FileUsers users(boolean open) throws IOException {
    return FileUsers.of(proc, file, open);
  }

  @Test
  void aProcThatShowsNoFirstProcessHidesSome() throws IOException {
    assertThat(users(false).unseen()).containsExactly("all that " + proc + " hides");
    process(1, "init", "");
    assertThat(users(false)).isEqualTo(new FileUsers(List.of(), List.of()));
  }

  @Test
  void aProcessWhoseMappingsCannotBeReadIsUnseen() throws IOException {
    Path first = Files.createDirectories(proc.resolve("1"));
    Files.writeString(first.resolve("comm"), "init\n");
    Files.writeString(first.resolve("stat"), "1 (init) S 0 1 1 0 -1 4194560 1 2 3");
    Files.createDirectories(first.resolve("maps")); // cannot be read as a file
    assertThat(users(false).unseen()).containsExactly("1 (init)");
    assertThat(users(false).unseenInWords()).isEqualTo("1 (init)");
  }

  @Test
  void aMappingIsKnownByDeviceAndInodeOrByItsPath() throws IOException {
    process(1, "init", "");
    String path = file.toRealPath().toString();
    String header = "7f0000000000-7f0000001000 rw-s 00000000 ff:ff 12345    ";
    process(2, "qemu", header + path + "\n");
    process(3, "other", header + path + "2\n");
    long inode = (long) Files.getAttribute(file, "unix:ino");
    String device = FileUsers.majorAndMinor((long) Files.getAttribute(file, "unix:dev"));
    process(4, "moved", "7f0000000000-7f0000001000 rw-s 00000000 " + device + " " + inode + "    /elsewhere\n");
    assertThat(users(false).users()).containsExactlyInAnyOrder("2 (qemu)", "4 (moved)");
    assertThat(FileUsers.majorAndMinor(0x10302)).isEqualTo("103:02");
  }

  @Test
  void anOpenFileCountsWhereThatMatters() throws IOException {
    process(1, "init", "");
    Path opener = process(2, "fio", "");
    Files.createSymbolicLink(opener.resolve("fd").resolve("3"), file);
    Files.createSymbolicLink(opener.resolve("fd").resolve("4"), folder.resolve("deleted"));
    assertThat(users(false).users()).isEmpty();
    assertThat(users(true).users()).containsExactly("2 (fio)");
  }

  @Test
  void aDeviceIsKnownByItsNumberWhateverItsNodeIsCalled() throws IOException {
    process(1, "init", "");
    Path opener = process(2, "fio", "");
    Files.createSymbolicLink(opener.resolve("fd").resolve("3"), Path.of("/proc/self/root/dev/null"));
    assertThat(FileUsers.ofDevice(proc, "1:3").users()).containsExactly("2 (fio)");
    assertThat(FileUsers.ofDevice(proc, "1:259").users()).isEmpty();
    assertThat(FileUsers.of(proc, Path.of("/dev/null"), true).users()).containsExactly("2 (fio)");
    assertThat(FileUsers.of(proc, Path.of("/dev/zero"), true).users()).isEmpty();
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
    assertThat(users(false).unseen()).isEmpty();
  }

  @Test
  void thisProcessCountsLikeAnyOther() throws IOException {
    String self = ProcessHandle.current().pid() + " (";
    try (RandomAccessFile _ = new RandomAccessFile(file.toFile(), "r")) {
      assertThat(FileUsers.of(Path.of("/proc"), file, true).users()).anyMatch(user -> user.startsWith(self));
      assertThat(FileUsers.mapping(file).users()).isEmpty();
    }
    assertThat(FileUsers.of(Path.of("/proc"), file, true).users()).isEmpty();
  }
}
