// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

import dev.jdax.Access;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.FailingCalls;
import dev.jdax.platform.KernelProbe;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The claim of a part of a file: exclusive, allocated, read, and undone as one. */
class APartOfAFileIsClaimedOnce {
  private static final Set<Waiver> NONE = Set.of();

  @TempDir
  private Path folder;
  private Path file;

  @BeforeEach
  void makeAFile() throws IOException {
    file = folder.resolve("image");
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.setLength(64 << 10);
      image.seek(8192);
      image.writeLong(42);
    }
  }

  private static void assertRefused(Errno errno, ThrowingCallable call, String... words) {
    assertThatThrownBy(call).isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessageContainingAll(words);
  }

  @Test
  void overlappingClaimsExcludeEachOtherAndOthersDoNot() throws DaxException {
    FileClaim first = FileClaim.of(file, 4096, 8192, NONE);
    assertRefused(Errno.EBUSY, () -> FileClaim.of(file, 8192, 8192, NONE), "claim 0x2000-0x3fff of " + file,
        "0x1000-0x2fff of it is claimed already", "close what has claimed it");
    FileClaim second = FileClaim.of(file, 12288, 4096, NONE);
    first.close();
    FileClaim.of(file, 0, 12288, NONE).close();
    second.close();
    FileClaim.of(file, 0, 64 << 10, NONE).close();
  }

  @Test
  void aPartIsReadWhereItStands() throws DaxException {
    FileClaim claim = FileClaim.of(file, 4096, 16384, NONE);
    assertThat(claim.read(4096, 8)).containsExactly(0, 0, 0, 0, 0, 0, 0, 42);
    FileClaim part = claim.part(4096, 4096);
    assertThat(part.extents()).containsExactly(new Extent(8192, 4096));
    assertThat(part.size()).isEqualTo(4096);
    assertThat(part.read(7, 1)).containsExactly(42);
    assertThat(part.granularity()).isEqualTo(PageSize.SIZE_4K);
    assertThat(part.mayVanish()).isTrue();
    assertRefused(Errno.EIO, () -> claim.read(60 << 10, 1), "read 1 bytes at 0x10000", "the file ends before");
    for (long[] wrong : new long[][]{{-1, 1}, {0, 16385}, {16384, 1}, {0, -1}, {Long.MAX_VALUE, 1}}) {
      assertThatThrownBy(() -> claim.part(wrong[0], wrong[1])).isInstanceOf(IndexOutOfBoundsException.class);
    }
    part.close();
  }

  @Test
  void holesAreFilledUnlessThatIsWaived() throws Exception {
    FileClaim.of(file, 16384, 16384, Set.of(Waiver.ALLOCATION)).close();
    long before = allocated();
    FileClaim.of(file, 16384, 16384, NONE).close();
    assertThat(allocated()).isEqualTo(before + 16384);
  }

  private long allocated() throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip()) * 512;
  }

  private FileClaim claimWhereWritingIsDenied() throws DaxException {
    // The file is found and looked at; the third call opens it.
    try (FailingCalls denying = FailingCalls.failing(3, Errno.EACCES.number())) {
      FileClaim claim = FileClaim.of(file, 4096, 8192, NONE);
      assertThat(denying.calls()).as("what is done to a file that may not be written").doesNotContain("fallocate");
      return claim;
    }
  }

  @Test
  void aReaderIsKeptOutAndKeepsNobodyOut() throws DaxException {
    FileClaim owner = FileClaim.of(file, 8192, 4096, NONE);
    assertRefused(Errno.EBUSY, this::claimWhereWritingIsDenied, "claim 0x1000-0x2fff of " + file,
        "0x2000-0x2fff of it is claimed already");
    owner.close();
    FileClaim reader = claimWhereWritingIsDenied();
    FileClaim second = claimWhereWritingIsDenied();
    assertThat(reader.read(4096, 8)).containsExactly(0, 0, 0, 0, 0, 0, 0, 42);
    assertThat(reader.part(0, 4096).properties()).containsExactly(Map.entry("read_only", "1"));
    FileClaim writer = FileClaim.of(file, 0, 64 << 10, NONE);
    assertThat(writer.properties()).isEmpty();
    for (FileClaim claim : new FileClaim[]{reader, second, writer}) {
      claim.close();
    }
  }

  @Test
  void aReaderMapsForReading() throws DaxException {
    FileClaim reader = claimWhereWritingIsDenied();
    reader.open(Access.READ_ONLY).close();
    assertThatThrownBy(() -> reader.open(Access.READ_WRITE)).hasMessage("cannot map " + file
        + " for writing: it could only "
        + "be opened for reading: Permission denied; map it READ_ONLY; or get the right to write to it, and make the region "
        + "again (EACCES)");
    reader.close();
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertRefused(Errno.ENOENT, () -> FileClaim.of(folder.resolve("none"), 0, 4096, NONE),
        "see that the file is there");
    assertRefused(Errno.EISDIR, () -> FileClaim.of(folder, 0, 4096, NONE), "it is a folder");
    assertRefused(Errno.EINVAL, () -> FileClaim.of(file, 60 << 10, 8192, NONE), "the file ends at 0x10000");
    assertRefused(Errno.EINVAL, () -> FileClaim.of(file, Long.MAX_VALUE - 4096, 4096, NONE), "the file ends at");
  }

  @Test
  void whatIsNoMediaIsRefusedUnopened() throws Exception {
    for (String device : new String[]{"/dev/null", "/dev/zero"}) {
      assertRefused(Errno.EINVAL, () -> FileClaim.of(Path.of(device), 0, 4096, NONE),
          "it is neither a file nor a block device");
    }
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertRefused(Errno.EINVAL,
        () -> FileClaim.of(pipe, 0, 4096, NONE), "it is neither a file nor a block device"));
  }

  @Test
  void aPartIsNotEmptyAndBeginsInTheFile() throws DaxException {
    for (long[] wrong : new long[][]{{0, 0}, {4096, 0}, {0, -1}, {-4096, 4096}, {Long.MAX_VALUE, 1},
        {1, Long.MAX_VALUE}}) {
      assertThatThrownBy(() -> FileClaim.of(file, wrong[0], wrong[1], NONE))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(wrong[1] + " bytes at " + wrong[0]);
    }
    FileClaim.of(file, 0, 64 << 10, NONE).close(); // nothing is locked
  }

  @Test
  void whoHasClaimedItIsNamed() throws Exception {
    String self = ProcessHandle.current().pid() + " (";
    FileClaim claim = FileClaim.of(file, 0, 8192, NONE);
    assertRefused(Errno.EBUSY, () -> FileClaim.of(file, 4096, 8192, NONE),
        "0x0-0x1fff of it is claimed already, by process " + self);
    claim.close();
    // The other kind of lock, which belongs to the process; it has no claim, and is in the way all the same.
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        FileLock _ = channel.lock(4096, 4096, true)) {
      assertRefused(Errno.EBUSY, () -> FileClaim.of(file, 0, 8192, NONE),
          "0x1000-0x1fff of it is claimed already, by process " + self);
    }
    FileClaim.of(file, 0, 8192, NONE).close();
  }

  @Test
  void whateverCallFailsNothingIsLeft() throws IOException {
    claimAndRead(); // so that the holes are filled, and each turn makes the same calls
    var before = KernelProbe.openFds();
    int calls;
    try (FailingCalls counting = FailingCalls.counting()) {
      claimAndRead();
      calls = counting.calls().size();
    }
    for (int k = 1; k <= calls; k++) {
      try (FailingCalls failing = FailingCalls.failing(k, Errno.EIO.number())) {
        Errno told = catchErrno();
        boolean isEnding = failing.calls().get(k - 1).equals("close") || k == calls - 1; // before the last close: unlock
        assertThat(told).as("call %s of %s", k, failing.calls()).isEqualTo(isEnding ? null : Errno.EIO);
        assertThat(failing.hasFailed()).isTrue();
      }
      assertThat(KernelProbe.openFds()).isEqualTo(before);
    }
  }

  private Errno catchErrno() {
    try {
      claimAndRead();
      return null;
    } catch (DaxException e) {
      return e.errno();
    }
  }

  private void claimAndRead() throws DaxException {
    FileClaim claim = FileClaim.of(file, 0, 8192, NONE);
    try {
      claim.read(0, 16);
    } finally {
      claim.close();
    }
  }
}
