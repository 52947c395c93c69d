// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link KernelProbe}, with which tests look behind jdax. */
class AProbeAsksTheKernelItself {
  private static final int EBADF = 9;
  private static final int EINVAL = 22;

  @Test
  void aPartOfSmallPagesCanBeCutOut() throws Exception {
    try (Fd file = Fd.memfd("jdax-test"); Arena arena = Arena.ofConfined()) {
      file.truncate(3 * 4096);
      Reservation run = Reservation.of(List.of(new Piece(file.number(), 0, 3 * 4096)), 4096);
      run.place(true);
      MemorySegment memory = run.segment(arena);
      assertThat(KernelProbe.munmap(memory, 100, 4096)).isEqualTo(EINVAL);
      assertThat(run.kernelView()).hasSize(1);
      assertThat(KernelProbe.munmap(memory, 4096, 4096)).isZero();
      assertThat(run.kernelView()).hasSize(2);
      assertThat(memory.get(JAVA_BYTE, 0)).isZero();
    }
  }

  @Test
  void aPartMayBeKeptFromChildren() throws Exception {
    try (Fd file = Fd.memfd("jdax-test"); Arena arena = Arena.ofConfined()) {
      file.truncate(4096);
      Reservation run = Reservation.of(List.of(new Piece(file.number(), 0, 4096)), 4096);
      run.place(true);
      MemorySegment memory = run.segment(arena);
      assertThat(KernelProbe.dontFork(memory, 0, 4096)).isZero();
      assertThatThrownBy(() -> KernelProbe.dontFork(memory, 0, 8192)).isInstanceOf(IndexOutOfBoundsException.class);
      try (Arena heap = Arena.ofConfined()) {
        assertThat(KernelProbe.dontFork(heap.allocate(64, 64).asSlice(1), 0, 8)).isEqualTo(EINVAL);
      }
    }
  }

  @Test
  void aPrivateMappingOfAnOrdinaryFileIsGivenAndTakenBack() throws Exception {
    try (Fd file = Fd.memfd("jdax-test")) {
      file.truncate(4096);
      List<String> before = KernelProbe.jdaxMappings();
      assertThat(KernelProbe.mapPrivate(file.number(), 4096)).isZero();
      assertThat(KernelProbe.mapPrivate(file.number(), 0)).isEqualTo(EINVAL);
      assertThat(KernelProbe.jdaxMappings()).isEqualTo(before);
    }
    assertThat(KernelProbe.mapPrivate(1_000_000, 4096)).isEqualTo(EBADF);
  }

  @Test
  void whatIsOpenAndMappedIsListed() throws Exception {
    List<String> descriptors = KernelProbe.openFds();
    List<String> mappings = KernelProbe.jdaxMappings();
    try (Fd file = Fd.memfd("jdax-probe")) {
      assertThat(KernelProbe.openFds()).isSorted().hasSize(descriptors.size() + 1)
          .contains("/memfd:jdax-probe (deleted)");
      file.truncate(4096);
      try (Reservation run = Reservation.of(List.of(new Piece(file.number(), 0, 4096)), 4096)) {
        run.place(true);
        assertThat(KernelProbe.jdaxMappings()).hasSize(mappings.size() + 1);
        assertThat(KernelProbe.mappingsOf("memfd:jdax-probe")).singleElement().asString().contains(" rw-s ");
      }
    }
    assertThat(KernelProbe.openFds()).isEqualTo(descriptors);
    assertThat(KernelProbe.jdaxMappings()).isEqualTo(mappings);
  }

  @Test
  void freePagesAreFreeUntilTheyAreReserved() throws Exception {
    long huge = 2 << 20;
    assertThat(KernelProbe.freeHugePages(8 << 20)).isZero();
    assumeTrue(KernelProbe.freeHugePages(huge) > 0, "needs a free page of 2 MiB");
    long pages = Long.parseLong(
        Files.readString(Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")).strip());
    assertThat(KernelProbe.freeHugePages(huge)).isLessThanOrEqualTo(pages);
  }

  @Test
  void aLockIsTriedAndLetGo(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("file");
    try (Fd holder = Fd.create(path)) {
      assertThat(KernelProbe.tryLock(path, true)).isTrue();
      assertThat(FileLock.SHARED.take(holder)).isTrue();
      assertThat(KernelProbe.tryLock(path, true)).isFalse();
      assertThat(KernelProbe.tryLock(path, false)).isTrue();
      assertThat(FileLock.EXCLUSIVE.take(holder)).isTrue();
      assertThat(KernelProbe.tryLock(path, false)).isFalse();
    }
    assertThat(KernelProbe.tryLock(path, true)).isTrue();
    assertThatThrownBy(() -> KernelProbe.tryLock(folder.resolve("other"), true)).isInstanceOf(IOException.class)
        .hasMessageContaining("cannot lock");
  }
}
