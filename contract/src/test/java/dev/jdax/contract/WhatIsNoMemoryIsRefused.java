// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static dev.jdax.contract.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.platform.FailingCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes that no region has, nodes that are not there, and files that are not memory, or no longer. */
class WhatIsNoMemoryIsRefused {
  private static final Path TMPFS = Path.of("/dev/shm");
  private static final long MIB = 1L << 20;

  private final DaxBus bus = DaxBus.create();
  private Leftovers before;
  private Path folder;

  @BeforeEach
  void makeAFolderInMemory() throws IOException {
    before = Leftovers.now(Backend.MEMFD_4K);
    folder = Files.createTempDirectory(TMPFS, "jdax-contract-");
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    bus.close();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
    before.assertNothingMore(Backend.MEMFD_4K);
  }

  @ParameterizedTest
  @EnumSource
  void sizesThatNoRegionHas(PageSize pageSize) {
    for (long wrong : new long[]{0, -1, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> HmemRegion.of(wrong, pageSize)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a region of " + wrong + " bytes: the size must be positive");
    }
    for (long misaligned : new long[]{1, 4096, pageSize.sizeGranule() + 4096, Long.MAX_VALUE}) {
      assertRefused(Errno.EINVAL, () -> bus.add(HmemRegion.of(misaligned, pageSize)), "the size must be a multiple of");
    }
    long huge = Long.MAX_VALUE / pageSize.sizeGranule() * pageSize.sizeGranule();
    assertThatThrownBy(() -> bus.add(HmemRegion.of(huge, pageSize))).isInstanceOf(DaxException.class)
        .hasMessageStartingWith("cannot claim ");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void sizesThatNoDeviceHas(long size) throws DaxException {
    DaxRegion region = bus.add(HmemRegion.of(4 * MIB, PageSize.SIZE_4K));
    assertThatThrownBy(() -> region.create(size)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the size must be positive");
    DaxDevice device = region.createEmpty();
    if (size < 0) {
      assertThatThrownBy(() -> device.resize(size)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must not be negative");
    }
    assertRefused(Errno.ENOSPC, () -> region.create(Long.MAX_VALUE / (2 * MIB) * 2 * MIB), "available of its 4 MiB");
    assertRefused(Errno.EINVAL, () -> region.create(3 * MIB), "use 2 MiB or 4 MiB");
    assertRefused(Errno.EINVAL, () -> device.resize(4096), "use 0 bytes or 2 MiB");
  }

  @Test
  void nodesThatAreNotThere() {
    HmemRegion memory = HmemRegion.of(2 * MIB, PageSize.SIZE_4K);
    assertThatThrownBy(() -> memory.onNode(-1)).isInstanceOf(IllegalArgumentException.class);
    assertRefused(Errno.EINVAL, () -> bus.add(memory.onNode(1023)), "node 1023 has no memory, or is not there");
    assertRefused(Errno.EINVAL, () -> bus.add(memory.onNode(Integer.MAX_VALUE)), "has no memory");
  }

  @Test
  void filesThatAreNotThereOrNotFiles(@TempDir Path disk) throws IOException {
    assertRefused(Errno.ENOENT, () -> bus.add(HmemRegion.attach(folder.resolve("none"))), "attach to shared memory in",
        "see that the folder, or the file, is there");
    assertRefused(Errno.EISDIR, () -> bus.add(HmemRegion.attach(folder)), "name a file, not a folder");
    assertRefused(Errno.EINVAL, () -> bus.add(HmemRegion.attach(Path.of("/dev/zero"))), "not an ordinary file");
    HmemRegion memory = HmemRegion.of(2 * MIB, PageSize.SIZE_4K);
    assertRefused(Errno.ENOENT, () -> bus.add(memory.inFile(folder.resolve("none").resolve("file"))), "claim 2 MiB");
    Path onDisk = disk.resolve("file");
    assertRefused(Errno.EOPNOTSUPP, () -> bus.add(memory.inFile(onDisk)), "neither hugetlbfs nor tmpfs");
    assertThat(onDisk).doesNotExist();
    Files.write(onDisk, new byte[4096]);
    assertRefused(Errno.EOPNOTSUPP, () -> bus.add(HmemRegion.attach(onDisk)), "neither hugetlbfs nor tmpfs");
  }

  @Test
  void filesThatAreTooShort() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertRefused(Errno.EINVAL, () -> bus.add(HmemRegion.attach(file)), "its size is 0 bytes");
    Files.write(file, new byte[4095]);
    assertRefused(Errno.EINVAL, () -> bus.add(HmemRegion.attach(file)), "its size is 4095 bytes", "pages of 4 KiB");
    assertRefused(Errno.EEXIST, () -> bus.add(HmemRegion.of(2 * MIB, PageSize.SIZE_4K).inFile(file)),
        "nobody has claimed it", "delete it, or attach to it");
  }

  /** A file that is there and may not be written is {@link WhatMayOnlyBeReadIsMappedForReading}. */
  @Test
  void filesThatMayNotBeMade() throws IOException {
    HmemRegion memory = HmemRegion.of(2 * MIB, PageSize.SIZE_4K).inFile(folder.resolve("file"));
    try (FailingCalls readOnly = FailingCalls.failing(2, Errno.EROFS.number())) {
      assertRefused(Errno.EROFS, () -> bus.add(memory), "the kernel refused openat",
          "name a file on a mount that may be written");
      assertThat(readOnly.hasFailed()).isTrue();
    }
    try (FailingCalls denied = FailingCalls.failing(2, Errno.EACCES.number())) {
      assertRefused(Errno.EACCES, () -> bus.add(memory), "see that you may read and write it");
      assertThat(denied.hasFailed()).isTrue();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aTmpfsPromisesNoHugePagesUnlessTheGranularityIsWaived() throws IOException {
    HmemRegion memory = HmemRegion.of(4 * MIB, PageSize.SIZE_2M).inFile(folder.resolve("file"));
    assertRefused(Errno.EOPNOTSUPP, () -> bus.add(memory), "faulted in blocks of 4 KiB, not of 2 MiB",
        "pagesize=2097152");
    assertThat(folder).isEmptyDirectory();
    DaxDevice device = bus.add(memory.waivingGranularity()).create(2 * MIB);
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 0, 4096), "alignment, 2 MiB");
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.segment().address() % (2 * MIB)).isZero();
      assertThat(mapping.kernelView()).allMatch(part -> part.pageSize() == 4096);
    }
  }

  @Test
  void aFileThatIsTruncatedUnderItsMappingIsNamedAndDoesNotEndTheJvm() throws IOException {
    Path file = folder.resolve("file");
    DaxDevice device = bus.add(HmemRegion.of(4 * MIB, PageSize.SIZE_4K).inFile(file)).create(4 * MIB);
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      MemorySegment memory = mapping.segment();
      assertThat(mapping.firstUnreachable(0, mapping.length())).isEmpty();
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(MIB);
      }
      assertThat(mapping.firstUnreachable(0, mapping.length())).hasValue(MIB);
      assertThat(mapping.firstUnreachable(MIB + 1, 1)).hasValue(MIB);
      assertThat(mapping.firstUnreachable(0, MIB)).isEmpty();
      assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_LONG, 2 * MIB)).isInstanceOf(InternalError.class);
      assertRefused(Errno.EFAULT, () -> device.map(Access.READ_WRITE), "is gone", "who has truncated the file");
    }
  }
}
