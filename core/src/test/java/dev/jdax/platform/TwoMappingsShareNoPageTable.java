// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

import org.junit.jupiter.api.Test;

/** {@link PageTableColours}: two mappings of one hugetlb file are not congruent modulo 1 GiB. */
class TwoMappingsShareNoPageTable {
  private static final long GIB = 1L << 30;
  private static final long HUGE = 2L << 20;
  private static final FileId FILE = new FileId(-1, 1);

  @Test
  void aColourIsTheAddressLessTheOffsetModuloAGibibyte() {
    assertThat(PageTableColours.of(FILE, new Piece(0, 3 * HUGE, GIB), 5 * GIB + 7 * HUGE).residue())
        .isEqualTo(4 * HUGE);
    assertThat(PageTableColours.of(FILE, new Piece(0, GIB, GIB), HUGE).residue()).isEqualTo(HUGE);
    assertThat(PageTableColours.of(FILE, new Piece(0, 3 * HUGE, GIB), 0).residue()).isEqualTo(GIB - 3 * HUGE);
  }

  @Test
  void aColourIsTakenOnceUntilItIsGivenBack() {
    List<PageTableColours.Colour> red = List.of(new PageTableColours.Colour(FILE, 0));
    List<PageTableColours.Colour> redOfAnother = List.of(new PageTableColours.Colour(new FileId(-1, 2), 0));
    assertThat(PageTableColours.takeIfFree(red)).isTrue();
    assertThat(PageTableColours.takeIfFree(red)).isFalse();
    assertThat(PageTableColours.takeIfFree(redOfAnother)).isTrue();
    PageTableColours.give(redOfAnother);
    PageTableColours.give(red);
    assertThat(PageTableColours.takeIfFree(red)).isTrue();
    PageTableColours.give(red);
  }

  @Test
  void ofSeveralColoursAllAreTakenOrNone() {
    PageTableColours.Colour red = new PageTableColours.Colour(FILE, 0);
    PageTableColours.Colour blue = new PageTableColours.Colour(FILE, HUGE);
    assertThat(PageTableColours.takeIfFree(List.of(red))).isTrue();
    assertThat(PageTableColours.takeIfFree(List.of(blue, red))).isFalse();
    assertThat(PageTableColours.takeIfFree(List.of(blue))).isTrue();
    PageTableColours.give(List.of(red, blue));
  }

  @Test
  void aColourThatIsTakenTwiceIsGivenTwice() {
    List<PageTableColours.Colour> red = List.of(new PageTableColours.Colour(FILE, 0));
    PageTableColours.take(red);
    PageTableColours.take(red);
    PageTableColours.give(red);
    assertThat(PageTableColours.takeIfFree(red)).isFalse();
    PageTableColours.give(red);
    assertThat(PageTableColours.takeIfFree(red)).isTrue();
    PageTableColours.give(red);
  }

  @Test
  void onlyAGibibyteOfAHugetlbFileOfSmallHugePagesIsSharable() throws Exception {
    try (Fd small = Fd.memfd("jdax-test")) {
      assertThat(PageTableColours.sharable(new Piece(small.number(), 0, GIB))).isNull();
    }
    assumeTrue(KernelProbe.freeHugePages(HUGE) > 0, "needs a free page of 2 MiB, to have 2 MiB pages at all");
    try (Fd huge = Fd.hugeMemfd("jdax-test", HUGE)) {
      assertThat(PageTableColours.sharable(new Piece(huge.number(), 0, GIB - HUGE))).isNull();
      assertThat(PageTableColours.sharable(new Piece(huge.number(), 0, GIB))).isEqualTo(huge.status().id());
    }
  }

  @Test
  void theSecondMappingOfAGibibyteFaultsAsOftenAsTheFirst() throws Exception {
    assumeTrue(KernelProbe.freeHugePages(HUGE) >= GIB / HUGE, "needs 512 free 2 MiB pages");
    try (Fd huge = Fd.hugeMemfd("jdax-test", HUGE)) {
      huge.truncate(GIB);
      Piece whole = new Piece(huge.number(), 0, GIB);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment first = placed(arena, whole);
        MemorySegment second = placed(arena, whole);
        MemorySegment third = placed(arena, whole);
        assertThat(List.of(first.address() % GIB, second.address() % GIB, third.address() % GIB))
            .doesNotHaveDuplicates().allMatch(residue -> residue % HUGE == 0);
        assertThat(faultsOfTouching(first)).isGreaterThanOrEqualTo(GIB / HUGE);
        assertThat(faultsOfTouching(second)).isGreaterThanOrEqualTo(GIB / HUGE);
      }
    }
  }

  @Test
  void aMappingThatEndedGivesItsColoursBack() throws Exception {
    assumeTrue(KernelProbe.freeHugePages(HUGE) >= GIB / HUGE, "needs 512 free 2 MiB pages");
    try (Fd huge = Fd.hugeMemfd("jdax-test", HUGE)) {
      huge.truncate(GIB);
      FileId id = huge.status().id();
      long residue;
      try (Arena arena = Arena.ofConfined()) {
        residue = placed(arena, new Piece(huge.number(), 0, GIB)).address() % GIB;
        assertThat(PageTableColours.takeIfFree(List.of(new PageTableColours.Colour(id, residue)))).isFalse();
      }
      List<PageTableColours.Colour> again = List.of(new PageTableColours.Colour(id, residue));
      assertThat(PageTableColours.takeIfFree(again)).isTrue();
      PageTableColours.give(again);
    }
  }

  private static MemorySegment placed(Arena arena, Piece piece) throws SystemCallException {
    Reservation run = Reservation.of(List.of(piece), HUGE);
    run.place(true);
    return run.segment(arena);
  }

  private static long faultsOfTouching(MemorySegment memory) throws SystemCallException {
    long before = ThreadFaults.now().minor();
    for (long at = 0; at < memory.byteSize(); at += HUGE) {
      memory.set(JAVA_BYTE, at, (byte) 1);
    }
    return ThreadFaults.now().minor() - before;
  }
}
