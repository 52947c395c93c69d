// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.FailingCalls;
import dev.jdax.platform.KernelProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each step of {@link PmemDriver#probe} is made to fail, and the next probe finds everything free (C14). */
@Tag("class-path") // FailingCalls is in package dev.jdax.platform, which a module path does not show
@Timeout(60)
class AProbeThatFailsLeavesNothing {
  /** Call 1 finds the file, call 2 asks what it is, and this one opens it. */
  private static final int OPENING_TO_WRITE = 3;

  @TempDir
  private Path folder;
  private Path file;
  private NvdimmImage image;
  private Namespace namespace;
  private DaxBus bus;
  private List<String> descriptors;

  @BeforeEach
  void openAnImage() throws IOException {
    file = MadeMedia.labelled(64 * MadeMedia.MIB, LabelVersion.V1_2).namespace(0, 32 * MadeMedia.MIB)
        .namespace(32 * MadeMedia.MIB, 32 * MadeMedia.MIB).in(folder);
    image = NvdimmImage.open(file);
    namespace = image.namespace("n1");
    bus = DaxBus.create();
    bus.add(namespace).close(); // what is loaded and linked once is not missed later
    descriptors = KernelProbe.openFds();
  }

  @AfterEach
  void closeIt() throws IOException {
    bus.close();
    image.close();
  }

  /** No descriptor, no lock, no mapping, no name; and the namespace is to be had. */
  private void assertNothingIsLeft() throws IOException {
    assertThat(bus.regions()).isEmpty();
    assertThat(bus.devices()).isEmpty();
    assertThat(KernelProbe.openFds()).isEqualTo(descriptors);
    assertThat(KernelProbe.mappingsOf(file.toString())).isEmpty();
    assertThat(KernelProbe.tryLock(file, true)).isTrue();
    DaxRegion region = bus.add(namespace);
    try (DaxMapping mapping = bus.device("dax0.1").map(Access.READ_WRITE)) {
      assertThat(mapping.segment().byteSize()).isEqualTo(namespace.size());
    }
    region.close();
    assertThat(KernelProbe.openFds()).isEqualTo(descriptors);
  }

  /** Takes most of the namespace's memory away, which the last claim had filled; the labels after it stay. */
  private void makeAHole() throws IOException {
    long end = namespace.offset() + namespace.rawSize();
    try (RandomAccessFile all = new RandomAccessFile(file.toFile(), "rw")) {
      long length = all.length();
      byte[] after = new byte[Math.toIntExact(length - end)];
      all.seek(end);
      all.readFully(after);
      all.setLength(end - namespace.rawSize() / 2);
      all.setLength(length);
      all.seek(end);
      all.write(after);
    }
  }

  private Errno refusal(Namespace source) {
    try {
      bus.add(source);
      return null;
    } catch (DaxException e) {
      return e.errno();
    }
  }

  /** Makes a hole, and fails a call of a probe; {@code call} is empty if the probe made fewer calls. */
  private record Failed(String call, Errno told) {
  }

  private Failed failCall(int k, Errno errno) throws IOException {
    makeAHole();
    try (FailingCalls failing = FailingCalls.failing(k, errno.number())) {
      Errno told = refusal(namespace);
      return new Failed(failing.hasFailed() ? failing.calls().get(k - 1) : "", told);
    } finally {
      bus.regions().forEach(DaxRegion::close);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EIO", "EACCES", "EMFILE", "ENOSPC", "EINVAL"})
  void whicheverCallFails(Errno errno) throws IOException {
    Set<String> told = new HashSet<>();
    int k = 1;
    for (Failed failed = failCall(k, errno); !failed.call().isEmpty(); failed = failCall(++k, errno)) {
      String call = failed.call();
      if (call.equals("close") || call.equals("ioctl") || errno == Errno.EACCES && k == OPENING_TO_WRITE) {
        // The file is closed all the same; what the file system does not tell of holes is allocated again; and a user
        // who may not write opens the file for reading.
        assertThat(failed.told()).as("when %s, call %s, fails", call, k).isNull();
      } else {
        boolean locked = errno == Errno.EACCES && call.equals("fcntl"); // what POSIX calls a lock in the way
        assertThat(failed.told()).as("when %s, call %s, fails", call, k).isEqualTo(locked ? Errno.EBUSY : errno);
        told.add(call);
      }
      assertNothingIsLeft();
    }
    assertThat(told).contains("openat", "fstat", "fcntl", "fstatfs", "lseek", "fallocate", "pread64");
  }

  @Test
  void aCallThatIsInterruptedIsMadeAgain() throws IOException {
    int k = 1;
    for (Failed failed = failCall(k, Errno.EINTR); !failed.call().isEmpty(); failed = failCall(++k, Errno.EINTR)) {
      assertThat(failed.told()).isIn(null, Errno.EINTR);
      assertNothingIsLeft();
    }
    assertThat(k).isGreaterThan(10);
  }

  @Test
  void aLockOfAnotherIsInTheWay() throws IOException {
    try (DaxBus other = DaxBus.create()) {
      other.add(namespace);
      assertThat(refusal(namespace)).isEqualTo(Errno.EBUSY);
      assertThat(bus.regions()).isEmpty();
    }
    assertNothingIsLeft();
  }

  @Test
  void aFileThatWasCutOff() throws IOException {
    try (RandomAccessFile media = new RandomAccessFile(file.toFile(), "rw")) {
      long before = media.length();
      media.setLength(namespace.offset() + namespace.rawSize() - 1);
      assertThat(refusal(namespace)).isEqualTo(Errno.EINVAL);
      media.setLength(before);
    }
    assertNothingIsLeft();
  }

  @Test
  void anInfoBlockThatHasChanged() throws IOException {
    long at = namespace.offset() + InfoBlock.OFFSET;
    byte[] sound = namespace.infoBlock().orElseThrow().toBytes();
    try (RandomAccessFile media = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] changed = sound.clone();
      changed[InfoBlockField.ALIGN.offset() + 1] ^= 0x30; // 8 KiB
      MediaOfBytes.seal(changed, 0, changed.length, InfoBlockField.CHECKSUM.offset());
      for (byte[] block : List.of(new byte[InfoBlock.SIZE], changed)) {
        media.seek(at);
        media.write(block);
        assertThat(refusal(namespace)).isIn(Errno.ENODEV, Errno.EOPNOTSUPP);
        assertThat(KernelProbe.openFds()).hasSize(descriptors.size() + 1); // and media
        assertThat(KernelProbe.tryLock(file, true)).isTrue();
      }
      media.seek(at);
      media.write(sound);
    }
    assertNothingIsLeft();
  }

  @Test
  void aGranularityThatTheFileDoesNotHave() throws IOException {
    Path large = folder.resolve("large.img");
    InfoBlock block = Plan.ofRaw(32 * MadeMedia.MIB, MadeMedia.BASE, PageSize.SIZE_2M, MapLocation.RAM)
        .toInfoBlock(InfoBlock.Signature.DEVDAX, MadeMedia.uuid(9), Guids.NULL);
    Files.move(MadeMedia.whole(32 * MadeMedia.MIB).infoBlock(0, block).in(folder), large);
    try (NvdimmImage other = NvdimmImage.open(large)) {
      descriptors = KernelProbe.openFds();
      assertThatThrownBy(() -> bus.add(other.namespaces().getFirst())).isInstanceOf(DaxException.class)
          .hasMessageContaining("its alignment is 2 MiB, and the file is faulted in blocks of 4 KiB");
      assertThat(KernelProbe.tryLock(large, true)).isTrue();
      assertNothingIsLeft();
    }
  }

  @Test
  void aNameThatIsTaken() throws IOException {
    Path same = MadeMedia.whole(32 * MadeMedia.MIB)
        .infoBlock(0, MadeMedia.block(0, 32 * MadeMedia.MIB, Guids.NULL)).in(folder);
    try (NvdimmImage other = NvdimmImage.open(same)) {
      DaxRegion first = bus.add(other.namespaces().getFirst());
      List<String> before = KernelProbe.openFds();
      assertThat(refusal(image.namespace("n0"))).isEqualTo(Errno.EEXIST);
      assertThat(KernelProbe.openFds()).isEqualTo(before);
      assertThat(KernelProbe.tryLock(file, true)).isTrue();
      first.close();
      bus.add(image.namespace("n0")).close();
    }
  }

  @Test
  void aBusThatIsClosed() throws IOException {
    DaxBus closed = DaxBus.create();
    closed.close();
    assertThatThrownBy(() -> closed.add(namespace)).isInstanceOf(IllegalStateException.class);
    assertNothingIsLeft();
  }

  @Test
  void whicheverCallOfAMappingFails() throws IOException {
    DaxRegion region = bus.add(namespace);
    List<String> before = KernelProbe.openFds();
    List<String> calls;
    try (FailingCalls counting = FailingCalls.counting()) {
      DaxMapping mapping = bus.device("dax0.1").map(Access.READ_WRITE);
      calls = counting.calls();
      mapping.close();
    }
    for (int k = 1; k <= calls.size(); k++) {
      if (calls.get(k - 1).equals("close")) {
        continue; // it fails nothing, and is only logged
      }
      DaxMapping mapping = null;
      DaxException told = null;
      try (FailingCalls _ = FailingCalls.failing(k, Errno.ENOMEM.number())) {
        mapping = bus.device("dax0.1").map(Access.READ_WRITE);
      } catch (DaxException e) {
        told = e;
      }
      if (mapping != null) { // a call that may fail
        mapping.close();
      } else {
        assertThat(told).hasMessageContaining("dax0.1");
      }
      assertThat(KernelProbe.openFds()).isEqualTo(before);
      assertThat(KernelProbe.mappingsOf(file.toString())).isEmpty();
    }
    region.close();
    assertNothingIsLeft();
  }
}
