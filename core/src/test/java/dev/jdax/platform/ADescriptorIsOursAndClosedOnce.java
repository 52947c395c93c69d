// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Fd}: what it opens, how it locks and seals, and how it ends. */
class ADescriptorIsOursAndClosedOnce {
  private static final int EPERM = 1;
  private static final int ENOENT = 2;
  private static final int EINTR = 4;
  private static final int EIO = 5;
  private static final int EBADF = 9;
  private static final int EEXIST = 17;
  private static final int ENODEV = 19;
  private static final int ENOTDIR = 20;
  private static final int EISDIR = 21;
  private static final int EINVAL = 22;
  private static final int O_CLOEXEC = 02000000;

  @TempDir
  private Path folder;
  private Path path;

  @BeforeEach
  void nameAFile() {
    path = folder.resolve("file");
  }

  private static void assertErrno(ThrowingCallable step, String call, int errno) {
    assertThatThrownBy(step).isInstanceOfSatisfying(SystemCallException.class, e -> {
      assertThat(e).hasMessage(call + " failed with errno " + errno);
      assertThat(e.call()).isEqualTo(call);
      assertThat(e.errno()).isEqualTo(errno);
    });
  }

  @Test
  void aNewFileIsEmptyAndItsOwnersAlone() throws Exception {
    try (Fd file = Fd.create(path)) {
      assertThat(file.status().isRegular()).isTrue();
      assertThat(file.status().mode() & 0777).isEqualTo(0600);
      assertThat(file.status().size()).isZero();
      file.truncate(12345);
      assertThat(file.status().size()).isEqualTo(12345).isEqualTo(Files.size(path));
    }
  }

  /** The bytes of a name: of UTF-8, of Latin-1, and a percent sign, which stands for itself. */
  @ParameterizedTest
  @ValueSource(strings = {"gr%C3%BCn", "gr%FCn", "100%25%FC", "a%20b%E2%82%AC"})
  void aNameIsTheBytesThatTheJdkGivesToTheKernel(String bytes) throws Exception {
    Path named = Path.of(URI.create(folder.toUri() + bytes));
    Files.writeString(named, "text");
    try (Fd file = Fd.open(named, true)) {
      assertThat(file.status().id().inode()).isEqualTo(Files.getAttribute(named, "unix:ino"));
    }
    Files.delete(named);
    Fd.create(named).close();
    assertThat(named).exists();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.toList()).containsExactly(named);
    }
    assertErrno(() -> Fd.open(Path.of(URI.create(folder.toUri() + bytes + "/x")), false), "openat", ENOTDIR);
  }

  @Test
  void aFileThatIsThereIsNotMade() throws Exception {
    Fd.create(path).close();
    assertErrno(() -> Fd.create(path), "openat", EEXIST);
  }

  @Test
  void aFileThatIsNotThereIsNotOpened() {
    assertErrno(() -> Fd.open(path, true), "openat", ENOENT);
    assertThat(path).doesNotExist();
  }

  @Test
  void aFolderIsNotOpenedForWriting() throws Exception {
    assertErrno(() -> Fd.open(folder, true), "openat", EISDIR);
    try (Fd opened = Fd.open(folder, false)) {
      assertThat(opened.status().isRegular()).isFalse();
    }
  }

  @Test
  void aFileThatIsOpenForReadingIsNotWritten() throws Exception {
    Files.writeString(path, "text");
    try (Fd file = Fd.open(path, false)) {
      assertErrno(() -> file.truncate(0), "ftruncate", EINVAL);
    }
    assertThat(path).hasContent("text");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 30}) // EPERM, EACCES, EROFS
  void whatMayNotBeWrittenIsOpenedForReading(int errno) throws Exception {
    Files.writeString(path, "text");
    try (Fd writable = Fd.openAsAllowed(path)) {
      assertThat(writable.writeRefusal()).isZero();
      writable.truncate(3);
    }
    try (FailingCalls _ = FailingCalls.failing(1, errno); Fd file = Fd.openAsAllowed(path)) {
      assertThat(file.writeRefusal()).isEqualTo(errno);
      assertThat(file.read(0, 9)).asString().isEqualTo("tex");
      assertErrno(() -> file.truncate(0), "ftruncate", EINVAL);
      assertThat(FileLock.EXCLUSIVE.inTheWay(file, FileLock.Range.ALL)).isEmpty();
      try (Fd owner = Fd.open(path, true)) {
        assertThat(FileLock.EXCLUSIVE.take(owner)).isTrue();
        assertThat(FileLock.EXCLUSIVE.inTheWay(file, FileLock.Range.ALL)).contains(FileLock.Range.ALL);
      }
    }
  }

  @Test
  void whatCannotBeOpenedForAnotherReasonIsNotOpenedForReading() throws Exception {
    Files.writeString(path, "text");
    try (FailingCalls failing = FailingCalls.failing(1, EIO)) {
      assertErrno(() -> Fd.openAsAllowed(path), "openat", EIO);
      assertThat(failing.calls()).containsExactly("openat");
    }
    assertErrno(() -> Fd.openAsAllowed(folder.resolve("none")), "openat", ENOENT);
  }

  @Test
  void twoOpeningsAreOneFileAndTwoFilesAreNot() throws Exception {
    try (Fd file = Fd.create(path); Fd again = Fd.open(path, false); Fd other = Fd.create(folder.resolve("other"))) {
      assertThat(again.status().id()).isEqualTo(file.status().id());
      assertThat(other.status().id()).isNotEqualTo(file.status().id());
      assertThat(file.status().id().inode()).isEqualTo(Files.getAttribute(path, "unix:ino"));
      assertThat(file.status().id().device()).isEqualTo(Files.getAttribute(path, "unix:dev"));
    }
  }

  @Test
  void everyDescriptorIsClosedOnExec() throws Exception {
    Fd.create(path).close();
    try (Fd opened = Fd.open(path, false);
        Fd memory = Fd.memfd("jdax-test");
        Fd made = Fd.create(folder.resolve("made"))) {
      for (Fd file : List.of(opened, memory, made)) {
        assertThat(flags(file) & O_CLOEXEC).isEqualTo(O_CLOEXEC);
      }
    }
  }

  private static int flags(Fd file) throws Exception {
    return Files.readAllLines(Path.of("/proc/self/fdinfo/" + file.number())).stream()
        .filter(line -> line.startsWith("flags:"))
        .mapToInt(line -> Integer.parseInt(line.substring("flags:".length()).strip(), 8)).findFirst().orElseThrow();
  }

  @Test
  void aSecondCloseLeavesTheNextOwnerOfTheNumberAlone() throws Exception {
    Fd first = Fd.create(path);
    first.close();
    assertErrno(first::status, "fstat", EBADF);
    try (FailingCalls counted = FailingCalls.counting()) {
      first.close();
      assertThat(counted.calls()).isEmpty();
    }
  }

  @Test
  void aCloseThatComplainsIsNotRepeated() throws Exception {
    for (int errno : List.of(EINTR, EIO)) {
      Fd file = Fd.memfd("jdax-test");
      try (FailingCalls failing = FailingCalls.failing(1, errno)) {
        file.close();
        assertThat(failing.calls()).containsExactly("close");
        assertThat(failing.hasFailed()).isTrue();
      }
    }
  }

  @Test
  void memoryHasANameAndIsOnTmpfs() throws Exception {
    try (Fd memory = Fd.memfd("jdax-test-name")) {
      assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + memory.number())))
          .hasToString("/memfd:jdax-test-name (deleted)");
      assertThat(memory.fileSystem().isTmpfs()).isTrue();
      assertThat(memory.fileSystem().isHugetlbfs()).isFalse();
      assertThat(memory.fileSystem().blockSize()).isEqualTo(4096);
    }
  }

  @Test
  void memoryIsMadeOnKernelsThatDoNotKnowTheNewestFlag() throws Exception {
    try (FailingCalls failing = FailingCalls.failing(1, EINVAL); Fd memory = Fd.memfd("jdax-test")) {
      assertThat(failing.calls()).containsExactly("memfd_create", "memfd_create");
      assertThat(memory.status().size()).isZero();
    }
  }

  @Test
  void noPagesAreMadeOfASizeThatNoMachineHas() {
    assertErrno(() -> Fd.hugeMemfd("jdax-test", 8L << 20), "memfd_create", ENODEV);
  }

  @Test
  void allocatedMemoryIsThere() throws Exception {
    try (Fd file = Fd.create(path)) {
      file.allocate(0, 1 << 20);
      assertThat(file.status().size()).isEqualTo(1 << 20);
      assertErrno(() -> file.allocate(0, 0), "fallocate", EINVAL);
    }
  }

  @Test
  void aSealedSizeStays() throws Exception {
    try (Fd memory = Fd.memfd("jdax-test")) {
      memory.truncate(8192);
      memory.sealSize();
      assertErrno(() -> memory.truncate(4096), "ftruncate", EPERM);
      assertErrno(() -> memory.truncate(12288), "ftruncate", EPERM);
      assertErrno(memory::sealSize, "fcntl", EPERM);
      memory.truncate(8192);
      assertThat(memory.status().size()).isEqualTo(8192);
    }
  }

  @Test
  void aFileOnDiskCannotBeSealed() throws Exception {
    try (Fd file = Fd.create(path)) {
      assertErrno(file::sealSize, "fcntl", EINVAL);
    }
  }

  @Test
  void manyShareALockAndOneExcludes() throws Exception {
    try (Fd first = Fd.create(path)) {
      assertThat(FileLock.SHARED.take(first)).isTrue();
      try (Fd second = Fd.open(path, true)) {
        assertThat(FileLock.SHARED.take(second)).isTrue();
        assertThat(FileLock.EXCLUSIVE.take(first)).isFalse();
      }
      assertThat(FileLock.EXCLUSIVE.take(first)).isTrue();
      try (Fd third = Fd.open(path, true)) {
        assertThat(FileLock.SHARED.take(third)).isFalse();
        assertThat(FileLock.EXCLUSIVE.take(third)).isFalse();
        assertThat(FileLock.SHARED.take(first)).isTrue();
        assertThat(FileLock.SHARED.take(third)).isTrue();
      }
    }
  }

  @Test
  void aRefusedUpgradeKeepsTheLockThereWas() throws Exception {
    try (Fd first = Fd.create(path); Fd third = Fd.open(path, true)) {
      FileLock.SHARED.take(first);
      try (Fd second = Fd.open(path, true)) {
        FileLock.SHARED.take(second);
        assertThat(FileLock.EXCLUSIVE.take(first)).isFalse();
      }
      assertThat(FileLock.EXCLUSIVE.take(third)).isFalse();
    }
  }

  @Test
  void theRangeInTheWayIsTold() throws Exception {
    try (Fd first = Fd.create(path); Fd second = Fd.open(path, true)) {
      assertThat(FileLock.EXCLUSIVE.inTheWay(second, FileLock.Range.ALL)).isEmpty();
      FileLock.SHARED.take(first);
      assertThat(FileLock.SHARED.inTheWay(second, FileLock.Range.ALL)).isEmpty();
      assertThat(FileLock.EXCLUSIVE.inTheWay(second, FileLock.Range.ALL))
          .isEqualTo(Optional.of(new FileLock.Range(0, 0)));
      assertThat(FileLock.EXCLUSIVE.inTheWay(first, FileLock.Range.ALL)).isEmpty();
    }
  }

  @Test
  void aLockThatTheKernelRefusesForAnotherReasonIsAnError() throws Exception {
    Fd.create(path).close();
    try (Fd reader = Fd.open(path, false)) {
      assertErrno(() -> FileLock.EXCLUSIVE.take(reader), "fcntl", EBADF);
    }
  }

  @Test
  void anInterruptedCallIsMadeAgain() throws Exception {
    int calls;
    try (FailingCalls counted = FailingCalls.counting()) {
      everyCallOfAFile(folder.resolve("counted"));
      calls = counted.calls().size();
    }
    for (int k = 1; k <= calls; k++) {
      try (FailingCalls failing = FailingCalls.failing(k, EINTR)) {
        everyCallOfAFile(folder.resolve("interrupted-" + k));
        assertThat(failing.hasFailed()).describedAs("call %d", k).isTrue();
        int repeated = failing.calls().get(k - 1).equals("close") ? 0 : 1;
        assertThat(failing.calls()).describedAs("call %d", k).hasSize(calls + repeated);
      }
    }
  }

  private static void everyCallOfAFile(Path path) throws SystemCallException {
    try (Fd file = Fd.create(path); Fd memory = Fd.memfd("jdax-test")) {
      file.truncate(4096);
      file.allocate(0, 4096);
      assertThat(FileLock.EXCLUSIVE.take(file)).isTrue();
      assertThat(FileLock.EXCLUSIVE.inTheWay(file, FileLock.Range.ALL)).isEmpty();
      assertThat(file.status().size()).isEqualTo(4096);
      assertThat(file.fileSystem().isHugetlbfs()).isFalse();
      memory.sealSize();
    }
  }
}
