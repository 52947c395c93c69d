// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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

  @ParameterizedTest
  @EnumSource(names = {"EIO", "EACCES", "EMFILE", "ENOSPC", "EINVAL"})
  void whicheverCallFails(Errno errno) throws IOException {
    List<String> calls;
    makeAHole();
    try (FailingCalls counting = FailingCalls.counting()) {
      bus.add(namespace).close();
      calls = counting.calls();
    }
    assertThat(calls).startsWith("openat", "fstat", "openat", "close").contains("fcntl", "fallocate", "pread64")
        .endsWith("fcntl", "close"); // the last two end the claim
    for (int k = 1; k <= calls.size() - 2; k++) {
      if (errno == Errno.EACCES && k == 3) {
        continue; // a user who may not write opens the file for reading
      }
      Errno told;
      boolean failed;
      makeAHole();
      try (FailingCalls failing = FailingCalls.failing(k, errno.number())) {
        told = refusal(namespace);
        failed = failing.hasFailed();
      }
      assertThat(failed).isTrue();
      boolean locked = errno == Errno.EACCES && calls.get(k - 1).equals("fcntl"); // what POSIX calls a lock in the way
      if (calls.get(k - 1).equals("close") || calls.get(k - 1).equals("ioctl")) {
        assertThat(told).isNull(); // closed all the same; and where the file system tells no holes, all is allocated
        bus.regions().getFirst().close();
      } else {
        assertThat(told).as("when %s, call %s, fails", calls.get(k - 1), k).isEqualTo(locked ? Errno.EBUSY : errno);
      }
      assertNothingIsLeft();
    }
  }

  @Test
  void aCallThatIsInterruptedIsMadeAgain() throws IOException {
    int calls;
    makeAHole();
    try (FailingCalls counting = FailingCalls.counting()) {
      bus.add(namespace).close();
      calls = counting.calls().size();
    }
    for (int k = 1; k <= calls - 2; k++) { // the last two end the claim
      Errno told;
      makeAHole();
      try (FailingCalls failing = FailingCalls.failing(k, Errno.EINTR.number())) {
        told = refusal(namespace);
        assertThat(failing.hasFailed()).isTrue();
      }
      if (told == null) {
        bus.regions().getFirst().close();
      }
      assertThat(told).isIn(null, Errno.EINTR);
      assertNothingIsLeft();
    }
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
