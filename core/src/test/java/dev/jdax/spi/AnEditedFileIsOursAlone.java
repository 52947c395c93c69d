// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.platform.FailingCalls;
import dev.jdax.platform.Fd;
import dev.jdax.platform.ForkedJvm;
import dev.jdax.platform.KernelProbe;
import dev.jdax.platform.StepBeforeACall;
import dev.jdax.spi.EditedFile.Unproven;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is open for editing: nobody else uses it, by the kernel's word, and whoever opens it then waits. */
class AnEditedFileIsOursAlone {
  private static final Unproven REFUSED = new Unproven(false, "say that nothing uses it");
  private static final Unproven ALLOWED = new Unproven(true, "");

  @TempDir
  private Path folder;
  private Path file;

  @BeforeEach
  void thereIsAFile() throws Exception {
    file = Files.writeString(folder.resolve("image"), "quarter\n");
    try (Fd open = Fd.open(file, false)) {
      assumeTrue(open.fileSystem().leasesAreProof(), "needs a folder on ext4, XFS, Btrfs, F2FS or tmpfs for its files");
    }
  }

  private EditedFile open(Unproven unproven) throws DaxException {
    return EditedFile.open(file, "edit " + file, unproven);
  }

  private static void assertRefused(Errno errno, ThrowingCallable call, String... words) {
    assertThatThrownBy(call).isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessageContainingAll(words);
  }

  private void assertUsedByThisProcess() {
    assertRefused(Errno.EBUSY, () -> open(ALLOWED), "it is open or mapped in process "
        + ProcessHandle.current().pid() + " (", "close what this program itself has open or mapped of it");
  }

  @Test
  void whoHasItOpenOrMappedIsNamed() throws IOException {
    open(REFUSED).close();
    try (RandomAccessFile _ = new RandomAccessFile(file.toFile(), "r")) {
      assertUsedByThisProcess();
    }
    try (RandomAccessFile _ = new RandomAccessFile(file.toFile(), "rw")) {
      assertUsedByThisProcess();
    }
    try (Arena arena = Arena.ofConfined()) {
      try (FileChannel channel = FileChannel.open(file)) {
        channel.map(FileChannel.MapMode.READ_ONLY, 0, 8, arena);
      }
      assertUsedByThisProcess();
    }
    open(REFUSED).close();
  }

  @Test
  void aProgramThatRunsIsInUse() throws Exception {
    file = Files.copy(Path.of("/bin/sleep"), folder.resolve("sleep"), StandardCopyOption.COPY_ATTRIBUTES);
    Process program = new ProcessBuilder(file.toString(), "60").start();
    try {
      assertRefused(Errno.EBUSY, () -> open(ALLOWED), "it is a program that runs", "end what uses it");
    } finally {
      program.destroyForcibly().waitFor();
    }
    open(REFUSED).close();
  }

  @Test
  void aClaimOfAnyPartIsInTheWay() throws DaxException {
    FileClaim claim = FileClaim.of(file, 4, 2, Set.of(Waiver.ALLOCATION));
    assertRefused(Errno.EBUSY, () -> open(ALLOWED), "0x4-0x5 of it is claimed already", "close what has claimed it");
    claim.close();
    try (EditedFile _ = open(REFUSED)) {
      assertRefused(Errno.EBUSY, () -> open(ALLOWED), ": all of it is claimed already");
      assertRefused(Errno.EBUSY, () -> FileClaim.of(file, 0, 8, Set.of()), "of it is claimed already");
    }
  }

  @Test
  void whoOpensItBetweenTwoEditsIsSeenByTheSecond() throws IOException {
    try (EditedFile edited = open(REFUSED)) {
      edited.begin();
      edited.end();
      try (RandomAccessFile _ = new RandomAccessFile(file.toFile(), "r")) {
        assertRefused(Errno.EBUSY, edited::begin, "it is open or mapped in process " + ProcessHandle.current().pid());
      }
      edited.begin();
      edited.write(7, "!".getBytes(StandardCharsets.UTF_8));
      assertThat(new String(edited.read(0, 8), StandardCharsets.UTF_8)).isEqualTo("quarter!");
      edited.end();
      edited.end();
    }
    assertThat(file).hasContent("quarter!");
  }

  /** In a JVM of its own: the signal that the kernel has for a lease that is asked for would end it. */
  @Test
  void whoOpensItDuringAnEditWaitsAndReadsWhatWasWritten() throws Exception {
    assertThat(ForkedJvm.run(List.of(), EditsAFile.class, file.toString()))
        .isEqualTo(new ForkedJvm(0, "before: quarter\nwaited for: half\nafter: half"));
  }

  @Test
  void whereThereAreNoLeasesTheCallerHasToKnow() throws Exception {
    int setsLease = callsUntilTheLease();
    for (Errno errno : List.of(Errno.EINVAL, Errno.EACCES)) {
      try (FailingCalls failing = FailingCalls.failing(setsLease, errno.number())) {
        assertRefused(Errno.EBUSY, () -> open(REFUSED), "it may be in use, and that cannot be seen",
            "say that nothing uses it",
            errno == Errno.EACCES ? "to the file's owner and to root only" : "the file system has no leases (EINVAL)");
        assertThat(failing.calls().subList(setsLease, failing.calls().size()))
            .as("the lock ends, and no lease is given back").containsOnlyOnce("fcntl");
      }
      try (FailingCalls _ = FailingCalls.failing(setsLease, errno.number())) {
        open(ALLOWED).close();
      }
      try (RandomAccessFile _ = new RandomAccessFile(file.toFile(), "rw");
          FailingCalls _ = FailingCalls.failing(setsLease, errno.number())) {
        assertRefused(Errno.EBUSY, () -> open(ALLOWED), "is mapped or open for writing in process "
            + ProcessHandle.current().pid());
      }
    }
  }

  @Test
  void whatIsOnAReadOnlyFileSystemIsRefusedWithWhatToDo() throws DaxException {
    try (FailingCalls _ = FailingCalls.failingFirst("openat", Errno.EROFS.number())) {
      assertRefused(Errno.EROFS, () -> open(ALLOWED), "remount its file system to be writable, or edit a copy");
    }
  }

  /** F_SETSIG comes first, and F_OFD_SETLK for the lock before both. */
  private int callsUntilTheLease() throws DaxException {
    try (FailingCalls counting = FailingCalls.counting()) {
      open(REFUSED).close();
      List<String> calls = counting.calls();
      return calls.subList(calls.indexOf("fstatfs"), calls.size()).indexOf("fcntl") + calls.indexOf("fstatfs") + 2;
    }
  }

  @Test
  void whatIsNoMediaIsRefused() throws IOException {
    file = folder;
    assertRefused(Errno.EISDIR, () -> open(ALLOWED), "it is a folder");
    file = Files.createSymbolicLink(folder.resolve("link"), Path.of("link"));
    assertRefused(Errno.ELOOP, () -> open(ALLOWED), "see that its path leads to a file");
    file = Path.of("/dev/null");
    assertRefused(Errno.EINVAL, () -> open(ALLOWED), "it is neither a file nor a block device");
    file = folder.resolve("none");
    assertRefused(Errno.ENOENT, () -> open(ALLOWED), "there is no such file");
    Files.createFile(file);
    assertRefused(Errno.EINVAL, () -> open(ALLOWED), "it is empty");
  }

  /** Between the look and the opening, and after it, the name comes to mean another file. */
  @Test
  void whatIsEditedIsTheFileThatWasLookedAt() throws Exception {
    Path moved = folder.resolve("moved");
    try (StepBeforeACall _ = StepBeforeACall.of("openat", 2, () -> {
      Files.move(file, moved);
      Files.writeString(file, "another\n");
    }); EditedFile edited = open(REFUSED)) {
      assertThat(edited.link().toRealPath()).isEqualTo(moved.toRealPath());
      edited.begin();
      edited.write(0, "Q".getBytes(StandardCharsets.UTF_8));
      edited.end();
      assertThat(KernelProbe.tryLock(moved, true)).isFalse();
      assertThat(KernelProbe.tryLock(file, true)).isTrue();
    }
    assertThat(file).hasContent("another\n");
    assertThat(moved).hasContent("Quarter\n");
  }

  @Test
  void aPipeIsNotWaitedFor() throws Exception {
    Files.delete(file);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    assertTimeoutPreemptively(Duration.ofSeconds(10),
        () -> assertRefused(Errno.EINVAL, () -> open(ALLOWED), "it is neither a file nor a block device"));
  }

  @Test
  void whateverCallFailsNothingIsLeft() throws IOException {
    var before = KernelProbe.openFds();
    int calls;
    try (FailingCalls counting = FailingCalls.counting()) {
      edit();
      calls = counting.calls().size();
    }
    for (int k = 1; k <= calls; k++) {
      try (FailingCalls failing = FailingCalls.failing(k, Errno.EIO.number())) {
        boolean withoutEffect = failsWithoutEffect(failing);
        assertThat(failing.hasFailed()).isTrue();
        assertThat(withoutEffect).as("call %s of %s", k, failing.calls()).isTrue();
      }
      assertThat(KernelProbe.openFds()).isEqualTo(before);
      edit(); // no lock and no lease is left
    }
  }

  /** {@return whether the edit was done, or refused with the error, or because of a lease that was not to be had} */
  private boolean failsWithoutEffect(FailingCalls failing) {
    try {
      edit();
      return failing.calls().contains("close"); // a failed close, or a failed end of a lease, is logged
    } catch (DaxException e) {
      return e.errno() == Errno.EIO || e.errno() == Errno.EBUSY && e.getMessage().contains("no leases (EIO)");
    }
  }

  private void edit() throws DaxException {
    try (EditedFile edited = open(REFUSED)) {
      edited.begin();
      edited.write(0, edited.read(0, 4));
      edited.barrier();
      edited.end();
    }
  }
}
