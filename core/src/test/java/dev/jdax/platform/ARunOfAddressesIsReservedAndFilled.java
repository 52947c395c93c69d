// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Reservation}: aligned, in order, and gone without a trace when it ends or fails. */
class ARunOfAddressesIsReservedAndFilled {
  private static final long PAGE = 4096;
  private static final int EINTR = 4;
  private static final int EBADF = 9;
  private static final int ENOMEM = 12;
  private static final int NO_DESCRIPTOR = 1_000_000;

  private Fd file;
  private List<String> mappings;
  private List<String> descriptors;

  @BeforeEach
  void makeAFileOfEightPages() throws Exception {
    file = Fd.memfd("jdax-test");
    file.truncate(8 * PAGE);
    mappings = KernelProbe.jdaxMappings();
    descriptors = KernelProbe.openFds();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    assertThat(KernelProbe.jdaxMappings()).isEqualTo(mappings);
    assertThat(KernelProbe.openFds()).isEqualTo(descriptors);
    file.close();
  }

  private Piece pages(long first, long count) {
    return new Piece(file.number(), first * PAGE, count * PAGE);
  }

  private static MemorySegment placed(Arena arena, long alignment, Piece... pieces) throws SystemCallException {
    Reservation run = Reservation.of(List.of(pieces), alignment);
    run.place(true);
    return run.segment(arena);
  }

  @ParameterizedTest
  @ValueSource(longs = {4096, 2 << 20, 1 << 30})
  void theAddressIsAMultipleOfTheAlignment(long alignment) throws Exception {
    try (Fd sparse = Fd.memfd("jdax-test"); Arena arena = Arena.ofConfined()) {
      sparse.truncate(2 * alignment);
      for (int i = 0; i < 3; i++) {
        MemorySegment memory = placed(arena, alignment, new Piece(sparse.number(), 0, 2 * alignment));
        assertThat(memory.address() % alignment).isZero();
        assertThat(memory.byteSize()).isEqualTo(2 * alignment);
        memory.set(JAVA_LONG, 2 * alignment - 8, i);
      }
    }
  }

  @Test
  void nothingIsMappedBesideTheRun() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = placed(arena, 1 << 30, pages(0, 8));
      List<String> added = KernelProbe.jdaxMappings().stream().filter(line -> !mappings.contains(line)).toList();
      assertThat(added).singleElement().asString().startsWith(
          Long.toHexString(memory.address()) + "-" + Long.toHexString(memory.address() + 8 * PAGE) + " rw-s");
    }
  }

  @Test
  void severalPiecesAreOneRunInTheirOrder() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment whole = placed(arena, PAGE, pages(0, 8));
      for (int page = 0; page < 8; page++) {
        whole.set(JAVA_BYTE, page * PAGE, (byte) page);
      }
      MemorySegment run = placed(arena, PAGE, pages(5, 1), pages(0, 2), pages(6, 2), pages(3, 1));
      assertThat(run.byteSize()).isEqualTo(6 * PAGE);
      byte[] found = new byte[6];
      for (int page = 0; page < 6; page++) {
        found[page] = run.get(JAVA_BYTE, page * PAGE);
      }
      assertThat(found).containsExactly(5, 0, 1, 6, 7, 3);
      run.set(JAVA_BYTE, 5 * PAGE + 17, (byte) 42);
      assertThat(whole.get(JAVA_BYTE, 3 * PAGE + 17)).describedAs("shared").isEqualTo((byte) 42);
    }
  }

  @Test
  void aRunEndsWithItsArena() throws Exception {
    Arena arena = Arena.ofShared();
    MemorySegment memory = placed(arena, PAGE, pages(0, 1), pages(1, 1));
    assertThat(KernelProbe.jdaxMappings()).hasSizeGreaterThan(mappings.size());
    arena.close();
    assertThat(KernelProbe.jdaxMappings()).isEqualTo(mappings);
    assertThatThrownBy(() -> memory.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aReservationThatIsClosedIsGone() throws Exception {
    Reservation run = Reservation.of(List.of(pages(0, 8)), 2 << 20);
    assertThat(KernelProbe.mappingsOf("jdax-reservation")).singleElement().asString().contains("---s");
    run.close();
    run.close();
    assertThat(KernelProbe.mappingsOf("jdax-reservation")).isEmpty();
  }

  @Test
  void aPieceThatCannotBePlacedTakesTheOthersWithIt() throws Exception {
    Reservation run = Reservation.of(List.of(pages(0, 2), new Piece(NO_DESCRIPTOR, 0, PAGE), pages(2, 1)), PAGE);
    assertThatThrownBy(() -> run.place(true)).isInstanceOf(SystemCallException.class)
        .hasMessage("mmap failed with errno " + EBADF);
    assertThat(KernelProbe.jdaxMappings()).isEqualTo(mappings);
    run.close();
  }

  @Test
  void theChildGetsNoneOfItAndTheKernelSaysSo() throws Exception {
    try (Reservation run = Reservation.of(List.of(pages(0, 1), pages(4, 1)), PAGE)) {
      run.place(false);
      assertThat(run.kernelView()).hasSize(2).allSatisfy(part -> {
        assertThat(part.flags()).contains("sh", "dc", "rd").doesNotContain("wr", "lo");
        assertThat(part.kernelPageSize()).isEqualTo(PAGE);
        assertThat(part.path()).isEqualTo("/memfd:jdax-test (deleted)");
        assertThat(part.inode()).isEqualTo(file.status().id().inode());
      });
      run.lock();
      assertThat(run.kernelView()).allSatisfy(part -> assertThat(part.flags()).contains("lo"));
    }
  }

  @Test
  void whatIsGoneIsFoundWithoutASignal() throws Exception {
    try (Reservation run = Reservation.of(List.of(pages(0, 8)), PAGE)) {
      run.place(true);
      assertThat(run.firstUnreachable(0, 8 * PAGE, PAGE, true)).isEmpty();
      file.truncate(5 * PAGE);
      for (boolean write : new boolean[]{false, true}) {
        assertThat(run.firstUnreachable(0, 8 * PAGE, PAGE, write)).isEqualTo(OptionalLong.of(5 * PAGE));
        assertThat(run.firstUnreachable(6 * PAGE, 2 * PAGE, PAGE, write)).isEqualTo(OptionalLong.of(6 * PAGE));
        assertThat(run.firstUnreachable(0, 5 * PAGE, PAGE, write)).isEmpty();
      }
    }
  }

  @Test
  void whatIsGoneIsFoundInFewSteps() throws Exception {
    long pages = 1 << 14;
    file.truncate(pages * PAGE);
    try (Reservation run = Reservation.of(List.of(pages(0, pages)), PAGE)) {
      run.place(false);
      for (long left : new long[]{0, 1, 5000, pages - 1}) {
        file.truncate(left * PAGE);
        try (FailingCalls counted = FailingCalls.counting()) {
          assertThat(run.firstUnreachable(0, pages * PAGE, PAGE, false)).isEqualTo(OptionalLong.of(left * PAGE));
          assertThat(counted.calls()).containsOnly("madvise").hasSize(1 + 14 + 1);
        }
      }
    }
  }

  @Test
  void theKernelsViewEndsWithTheRun() throws Exception {
    try (Reservation both = Reservation.of(List.of(pages(0, 4), pages(4, 4)), PAGE)) {
      both.place(true);
      assertThat(both.kernelView()).singleElement().satisfies(part -> {
        assertThat(part.start()).isEqualTo(both.address(0));
        assertThat(part.end()).isEqualTo(both.address(8 * PAGE));
      });
      Vma whole = both.kernelView().getFirst();
      Vma half = whole.within(both.address(0) - PAGE, both.address(4 * PAGE));
      assertThat(half.start()).isEqualTo(both.address(0));
      assertThat(half.end()).isEqualTo(both.address(4 * PAGE));
      assertThat(half.flags()).isEqualTo(whole.flags());
    }
  }

  @Test
  void aKernelThatCannotBeAskedIsAnError() throws Exception {
    try (Reservation run = Reservation.of(List.of(pages(0, 8)), PAGE)) {
      run.place(true);
      file.truncate(0);
      try (FailingCalls failing = FailingCalls.failing(2, Abi.EINVAL)) {
        assertThatThrownBy(() -> run.firstUnreachable(0, 8 * PAGE, PAGE, true))
            .hasMessage("madvise failed with errno 22");
        assertThat(failing.hasFailed()).isTrue();
      }
    }
  }

  @Test
  void untouchedMemoryFaultsAgainAndKeepsItsData() throws Exception {
    long pages = 512;
    file.truncate(pages * PAGE);
    try (Arena arena = Arena.ofConfined()) {
      Reservation run = Reservation.of(List.of(pages(0, pages)), PAGE);
      run.place(true);
      MemorySegment memory = run.segment(arena);
      long first = faultsOfTouching(memory, pages);
      long second = faultsOfTouching(memory, pages);
      run.untouch(0, pages * PAGE);
      assertThat(memory.get(JAVA_BYTE, 7 * PAGE)).isEqualTo((byte) 7);
      long third = faultsOfTouching(memory, pages);
      assertThat(first).isGreaterThanOrEqualTo(pages);
      assertThat(second).isLessThan(pages / 2);
      assertThat(third).isGreaterThan(pages / 2);
    }
  }

  private static long faultsOfTouching(MemorySegment memory, long pages) throws SystemCallException {
    long before = ThreadFaults.now().minor();
    for (long page = 0; page < pages; page++) {
      memory.set(JAVA_BYTE, page * PAGE, (byte) page);
    }
    return ThreadFaults.now().minor() - before;
  }

  /** One of everything that makes calls. */
  private void everyCallOfARun() throws SystemCallException {
    try (Arena arena = Arena.ofConfined();
        Reservation run = Reservation.of(List.of(pages(0, 2), pages(4, 2)), 2 << 20)) {
      run.place(true);
      run.untouch(0, PAGE);
      run.lock();
      assertThat(run.firstUnreachable(0, 4 * PAGE, PAGE, true)).isEmpty();
      run.nodeAt(0);
      run.segment(arena).set(JAVA_BYTE, 0, (byte) 1);
    }
  }

  private int countCalls() throws SystemCallException {
    try (FailingCalls counted = FailingCalls.counting()) {
      everyCallOfARun();
      return counted.calls().size();
    }
  }

  @Test
  void anInterruptedCallIsMadeAgainWhicheverItIs() throws Exception {
    int calls = countCalls();
    assertThat(calls).isGreaterThan(10);
    for (int k = 1; k <= calls; k++) {
      try (FailingCalls failing = FailingCalls.failing(k, EINTR)) {
        everyCallOfARun();
        assertThat(failing.hasFailed()).describedAs("call %d", k).isTrue();
      }
      assertThat(KernelProbe.jdaxMappings()).describedAs("after call %d", k).isEqualTo(mappings);
    }
  }

  @Test
  void aFailedCallLeavesNothingWhicheverItIs() throws Exception {
    int calls = countCalls();
    for (int k = 1; k <= calls; k++) {
      try (FailingCalls failing = FailingCalls.failing(k, ENOMEM)) {
        try {
          everyCallOfARun();
          assertThat(failing.calls().get(k - 1)).describedAs("call %d, whose failure nobody noticed", k)
              .isIn("close", "munmap", "madvise");
        } catch (SystemCallException e) {
          assertThat(e.errno()).isEqualTo(ENOMEM);
          assertThat(e.call()).isEqualTo(failing.calls().get(k - 1));
        }
        assertThat(failing.hasFailed()).describedAs("call %d", k).isTrue();
      }
      assertThat(KernelProbe.jdaxMappings()).describedAs("after call %d", k).isEqualTo(mappings);
      assertThat(KernelProbe.openFds()).describedAs("after call %d", k).isEqualTo(descriptors);
    }
  }

  @Test
  void moreThanThereAreAddressesIsRefused() {
    assertThatThrownBy(() -> Reservation.of(List.of(pages(0, 1L << 36)), PAGE))
        .isInstanceOf(SystemCallException.class).hasMessage("mmap failed with errno " + ENOMEM);
    assertThatThrownBy(() -> Reservation.of(List.of(pages(0, 1L << 50), pages(0, 1L << 50)), PAGE))
        .isInstanceOf(ArithmeticException.class);
  }
}
