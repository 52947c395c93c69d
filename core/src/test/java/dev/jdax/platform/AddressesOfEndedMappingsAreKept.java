// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link Quarantine}: what is kept, what a stale access finds there, and what is given back when. */
class AddressesOfEndedMappingsAreKept {
  private static final long PAGE = 4096;
  private static final long SIZE = 64 * PAGE;

  private Fd file;

  @BeforeEach
  void makeAFile() throws Exception {
    file = Fd.memfd("jdax-test");
    file.truncate(SIZE);
  }

  @AfterEach
  void closeIt() {
    file.close();
  }

  private MemorySegment placed(Arena arena) throws SystemCallException {
    Reservation run = Reservation.of(List.of(new Piece(file.number(), 0, SIZE)), PAGE);
    run.place(true);
    return run.segment(arena, this);
  }

  /** {@return the memory at the addresses of a mapping, as a library has it that kept its address} */
  @SuppressWarnings("restricted")
  private static MemorySegment raw(MemorySegment memory) {
    return MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize());
  }

  /** {@return the memory of a mapping that has ended} */
  private MemorySegment ended() throws SystemCallException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = placed(arena);
      memory.fill((byte) 1);
      return raw(memory);
    }
  }

  private static boolean overlap(MemorySegment a, MemorySegment b) {
    return a.address() < b.address() + b.byteSize() && b.address() < a.address() + a.byteSize();
  }

  @Test
  void neitherTheNextMappingNorMallocGetsThem() throws Exception {
    List<MemorySegment> ended = new ArrayList<>();
    try (Arena others = Arena.ofConfined()) {
      for (int i = 0; i < 100; i++) {
        MemorySegment memory = ended();
        MemorySegment allocated = others.allocate(SIZE);
        assertThat(ended).noneMatch(old -> overlap(old, memory) || overlap(old, allocated));
        ended.add(memory);
      }
    }
  }

  @Test
  void aStaleAccessFindsZerosAndReachesNothing() throws Exception {
    MemorySegment stale = ended();
    assertThat(stale.get(JAVA_LONG, PAGE)).isZero();
    stale.fill((byte) 2);
    assertThat(stale.get(JAVA_LONG, PAGE)).isEqualTo(0x0202020202020202L);
    try (Arena arena = Arena.ofConfined()) {
      assertThat(placed(arena).get(JAVA_LONG, PAGE)).isEqualTo(0x0101010101010101L);
    }
  }

  @Test
  void whatStaleStoresMadeResidentIsGivenBackAndKeptOutOfCoreDumps() throws Exception {
    MemorySegment stale = ended();
    stale.fill((byte) 2);
    Thread.sleep(1100);
    ended();
    assertThat(stale.get(JAVA_LONG, PAGE)).isZero();
    assertThat(flagsAt(stale.address())).contains("dd").doesNotContain("sh");
  }

  private static Set<String> flagsAt(long address) throws Exception {
    return Vma.smaps().stream().filter(vma -> vma.start() <= address && address < vma.end()).findFirst().orElseThrow()
        .flags();
  }

  /** {@return private memory as that of a mapping, at addresses of the kernel's choice} */
  private static Quarantine.Run mapped(long length) {
    int flags = Abi.MAP_PRIVATE | Abi.MAP_ANONYMOUS | Abi.MAP_NORESERVE;
    long at = Linux.calls().mmap(0, length, Abi.PROT_READ | Abi.PROT_WRITE, flags, -1, 0);
    assertThat(at).isPositive();
    return new Quarantine.Run(at, length);
  }

  private static boolean isMapped(Quarantine.Run run) throws Exception {
    return Vma.maps().stream().anyMatch(vma -> vma.overlaps(run.start(), run.start() + run.length()));
  }

  /** Addresses that are given back here may be given out at once: to whatever thread of the JVM wants some. */
  private static final long ODD = 37 * (1L << 30);

  @Test
  void theOldestAreGivenBackWhenThereAreTooManyBytes() throws Exception {
    Quarantine quarantine = new Quarantine(4 * ODD, 1000);
    List<Quarantine.Run> runs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      runs.add(mapped(ODD));
      quarantine.take(runs.getLast());
    }
    assertThat(runs).allMatch(AddressesOfEndedMappingsAreKept::isMappedNow);
    Quarantine.Run last = mapped(ODD);
    quarantine.take(last);
    assertThat(isMapped(runs.get(0))).isFalse();
    assertThat(isMapped(last)).isTrue();
    assertThat(quarantine.release()).isTrue();
    assertThat(quarantine.release()).isFalse();
    assertThat(runs).noneMatch(AddressesOfEndedMappingsAreKept::isMappedNow);
    assertThat(isMapped(last)).isFalse();
  }

  private static boolean isMappedNow(Quarantine.Run run) {
    try {
      return isMapped(run);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theOldestAreGivenBackWhenThereAreTooManyRuns() throws Exception {
    Quarantine quarantine = new Quarantine(1L << 50, 2);
    Quarantine.Run first = mapped(ODD);
    Quarantine.Run second = mapped(ODD);
    Quarantine.Run third = mapped(ODD);
    quarantine.take(first);
    quarantine.take(second);
    assertThat(isMapped(first)).isTrue();
    quarantine.take(third);
    assertThat(isMapped(first)).isFalse();
    assertThat(isMapped(second)).isTrue();
    assertThat(isMapped(third)).isTrue();
    quarantine.release();
  }

  @Test
  void whatIsLongerThanAllThatIsKeptIsUnmapped() throws Exception {
    for (Quarantine quarantine : List.of(new Quarantine(ODD - 1, 10), new Quarantine(0, 10), new Quarantine(ODD, 0))) {
      Quarantine.Run run = mapped(ODD);
      quarantine.take(run);
      quarantine.take(run);
      assertThat(isMapped(run)).isFalse();
    }
  }

  @Test
  void noneIsKeptWhereTheProcessHasUsedMostOfItsAddresses() throws Exception {
    Quarantine quarantine = new Quarantine(20 * ODD, 10, Abi.PROT_READ | Abi.PROT_WRITE, 16 * ODD);
    Quarantine.Run large = mapped(13 * ODD);
    quarantine.take(large);
    assertThat(isMapped(large)).isTrue();
    quarantine.leaveRoom();
    assertThat(isMapped(large)).isFalse();
    Quarantine.Run next = mapped(ODD);
    quarantine.take(next);
    assertThat(isMapped(next)).isFalse();
    Thread.sleep(1100);
    quarantine.leaveRoom(); // there are enough again
    Quarantine.Run last = mapped(ODD);
    quarantine.take(last);
    assertThat(isMapped(last)).isTrue();
    quarantine.release();
  }

  @Test
  void aRunIsTakenOnce() throws Exception {
    Quarantine quarantine = new Quarantine(4 * ODD, 10);
    Quarantine.Run run = mapped(ODD);
    quarantine.take(run);
    quarantine.take(run);
    assertThat(quarantine.release()).isTrue();
    assertThat(isMapped(run)).isFalse();
    assertThat(quarantine.release()).isFalse();
  }

  @Test
  void whatCanBeEndedInNoWayIsEndedLater() throws Exception {
    Quarantine quarantine = new Quarantine(0, 10);
    Quarantine.Run run = mapped(ODD);
    try (FailingCalls _ = FailingCalls.failing(1, Abi.ENOMEM)) {
      quarantine.take(run); // at whose end it is tried again
    }
    assertThat(isMapped(run)).isFalse();

    Quarantine keeping = new Quarantine(4 * ODD, 10);
    Quarantine.Run kept = mapped(ODD);
    try (FailingCalls calls = FailingCalls.failing(1, Abi.ENOMEM)) {
      keeping.take(kept); // is not kept, and unmapped
      assertThat(calls.calls()).startsWith("mmap", "munmap");
    }
    assertThat(isMapped(kept)).isFalse();
  }

  @Test
  void whereNoMappingIsToBeHadTheEndComesLater() throws Exception {
    ForkedJvm jvm = ForkedJvm.run(ForkedJvm.SMALL, AtTheLimitOfMappings.class);
    assertThat(jvm.said()).contains("neither mmap nor munmap ends a mapping of 4,096 bytes now")
        .endsWith("at the limit kept, then ended");
    assertThat(jvm.status()).isZero();
  }

  @Test
  void addressesThatAreShortComeFromTheQuarantine() throws Exception {
    ForkedJvm jvm = ForkedJvm.run(ForkedJvm.SMALL, ShortOfAddresses.class);
    assertThat(jvm.said()).isEqualTo("100 mappings");
    assertThat(jvm.status()).isZero();
  }

  @Test
  void settingsThatAreNoNumbersAreNamed() throws Exception {
    ForkedJvm jvm = ForkedJvm.run(
        List.of("-Ddev.jdax.quarantine.bytes=1X", "-Ddev.jdax.quarantine.mappings=1K", "-Xint"),
        ShortOfAddresses.class);
    assertThat(jvm.said())
        .contains("the system property dev.jdax.quarantine.bytes: \"1X\" is not a size; write digits and one of K",
            "the system property dev.jdax.quarantine.mappings: \"1K\" is not a number of mappings; write decimal digits")
        .endsWith("100 mappings");
  }

  @Test
  void settingsAreTypedAsOnTheCommandLine() throws Exception {
    ForkedJvm jvm = ForkedJvm.run(List.of("-Ddev.jdax.quarantine.bytes=1G", "-Ddev.jdax.quarantine.mappings=0x10",
        "-Xint"), ShortOfAddresses.class);
    assertThat(jvm.said()).isEqualTo("100 mappings");
  }
}
