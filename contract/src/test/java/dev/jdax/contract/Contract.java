// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRange;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.Errno;
import dev.jdax.KernelMapping;
import dev.jdax.PageSize;
import dev.jdax.Removal;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.platform.FailingCalls;
import dev.jdax.platform.KernelProbe;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The contract, a test for each rule of docs/contract.md, on one backend. Around every test, nothing may be left behind.
 *
 * <p>Sizes are in blocks of the backend, two at the most where a block is 1 GiB.
 */
@ExtendWith(Ledger.class)
abstract class Contract {
  private Leftovers before;
  private DaxBus bus;

  abstract Backend backend();

  @BeforeEach
  void lookAtWhatIsThere() throws IOException {
    backend().assumeBlocks(backend().blocks());
    before = Leftovers.now(backend());
    bus = DaxBus.create();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    if (before != null) {
      bus.close();
      backend().deleteFiles();
      before.assertNothingMore(backend());
    }
  }

  // Sizes and regions.

  private long block() {
    return backend().block();
  }

  private PageSize alignment() {
    return backend().alignment();
  }

  private DaxRegion region(long blocks) throws DaxException {
    return bus.add(backend().memory(blocks * block()));
  }

  private DaxDevice device() throws DaxException {
    return region(2).create(2 * block());
  }

  private static void assertRefused(Errno errno, ThrowingCallable call, String... words) {
    assertThatThrownBy(call).isInstanceOfSatisfying(DaxException.class, e -> {
      assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno);
      assertThat(e).hasMessageContainingAll(words).hasMessageEndingWith("(" + errno + ")");
    });
  }

  /** The path under which another process finds the region's memory. */
  private Path file() throws IOException {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        String target = Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
        if (target.startsWith("/memfd:jdax ") || target.contains("/jdax-contract-")) {
          return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + link.getFileName());
        }
      }
    }
    throw new AssertionError("no region is open");
  }

  // C1, C2: names, sizes, ranges.

  @Test
  @Rule("C1")
  void namesAreUniqueAndTheLowestFree() throws DaxException {
    DaxRegion first = region(1);
    DaxRegion second = region(1);
    DaxDevice a = first.create(block());
    assertThat(bus.devices()).extracting(DaxDevice::name).containsExactly("dax0.0", "dax0.1", "dax1.0");
    assertThat(bus.device("dax0.1")).isSameAs(a);
    a.destroy();
    assertThat(first.create().name()).isEqualTo("dax0.1");
    assertThat(first.create().name()).isEqualTo("dax0.2");
    first.delete("dax0.1");
    assertThat(first.create().name()).isEqualTo("dax0.1");
    first.close();
    second.close();
    assertThat(region(1).id()).isZero();
  }

  @Test
  @Rule("C2")
  void sizeIsTheSumOfDisjointBlockAlignedRangesInTheRegion() throws DaxException {
    DaxRegion region = region(backend().blocks());
    List<DaxDevice> devices = carveWithAHole(region);
    List<DaxRange> all = new ArrayList<>();
    for (DaxDevice device : devices) {
      long sum = 0;
      for (DaxRange range : device.ranges()) {
        assertThat(range.start() % block()).isZero();
        assertThat(range.length() % block()).isZero();
        assertThat(range.start()).isNotNegative();
        assertThat(range.end()).isLessThan(region.size());
        assertThat(range.offset()).isEqualTo(sum);
        assertThat(all).noneMatch(other -> other.start() <= range.end() && range.start() <= other.end());
        all.add(range);
        sum += range.length();
      }
      assertThat(device.size()).isEqualTo(sum);
    }
    assertThat(devices.getLast().ranges()).hasSizeGreaterThan(1);
  }

  /** Leaves devices of which the last has grown over a hole before it, so that it has several ranges, and is bound. */
  private List<DaxDevice> carveWithAHole(DaxRegion region) throws DaxException {
    DaxDevice hole = region.create(block());
    DaxDevice last = region.create(block());
    hole.destroy();
    last.disable();
    last.resize(2 * block());
    last.enable();
    return List.of(last);
  }

  // C3 to C6: what a mapping is.

  @Test
  @Rule("C3")
  void offsetAndLengthArePositiveMultiplesOfTheAlignment() throws DaxException {
    DaxDevice device = device();
    long align = alignment().bytes();
    for (long wrong : new long[]{1, align / 2, align - 1, align + 1}) {
      assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, wrong, align), "map " + device.name(),
          "the offset must be a multiple of the device's alignment, " + alignment());
      assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 0, wrong),
          "the length must be a positive multiple of the device's alignment, " + alignment());
    }
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 0, 0), "positive");
    assertThatThrownBy(() -> device.map(Access.READ_WRITE, -align, align))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> device.map(Access.READ_WRITE, 0, -align)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> device.map(Access.READ_WRITE, Long.MAX_VALUE, align))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> device.map(null)).isInstanceOf(NullPointerException.class);
    try (DaxMapping mapping = device.map(Access.READ_WRITE, align, align)) {
      assertThat(mapping.offset()).isEqualTo(align);
      assertThat(mapping.segment().byteSize()).isEqualTo(align);
    }
  }

  @Test
  @Rule("C4")
  void aStoreIsSeenThroughEveryMappingHereAndInAnotherProcess() throws Exception {
    DaxDevice device = device();
    try (DaxMapping one = device.map(Access.READ_WRITE); DaxMapping other = device.map(Access.READ_ONLY)) {
      one.segment().set(ValueLayout.JAVA_LONG, block(), 42);
      assertThat(other.segment().get(ValueLayout.JAVA_LONG, block())).isEqualTo(42);
      assertThatThrownBy(() -> other.segment().set(ValueLayout.JAVA_LONG, 0, 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(OtherProcess.ask(OtherProcess.READ_AND_WRITE, file().toString(), Long.toString(block()),
          Long.toString(block()), "43")).isEqualTo("42");
      assertThat(other.segment().get(ValueLayout.JAVA_LONG, block())).isEqualTo(43);
      assertThat(one.kernelView()).allMatch(part -> part.flags().contains("sh"));
    }
  }

  @Test
  @Rule("C5")
  void aMappingLiesInsideTheDevice() throws DaxException {
    DaxDevice device = device();
    long align = alignment().bytes();
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, device.size(), align), "the device ends at 0x");
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 0, device.size() + align), "the device ends at 0x");
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 1L << 62, align), "the device ends at 0x");
    device.map(Access.READ_WRITE, device.size() - align, align).close();
  }

  @Test
  @Rule("C6")
  void theAddressIsAMultipleOfTheAlignment() throws DaxException {
    DaxDevice device = device();
    List<DaxMapping> mappings = new ArrayList<>();
    for (long offset = 0; offset < device.size(); offset += block()) {
      mappings.add(device.map(Access.READ_WRITE, offset, block()));
      mappings.add(device.map(Access.READ_WRITE));
    }
    for (DaxMapping mapping : mappings) {
      assertThat(mapping.segment().address() % alignment().bytes()).isZero();
      mapping.close();
    }
  }

  // C7 to C11: what the kernel makes of it.

  @Test
  @Rule("C7")
  void aChildProcessDoesNotGetTheMapping() throws IOException {
    DaxDevice device = carveWithAHole(region(2)).getLast();
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.kernelView()).hasSize(2).allMatch(KernelMapping::dontFork);
    }
  }

  @Test
  @Rule("C8")
  void eachBlockIsOneFaultAtItsFirstTouchAndNoneAfterwards() throws IOException {
    DaxDevice device = carveWithAHole(region(2)).getLast();
    Touching.warmUp();
    try (DaxMapping one = device.map(Access.READ_WRITE); DaxMapping other = device.map(Access.READ_WRITE)) {
      long blocks = device.size() / alignment().bytes();
      assertThat(Touching.faultsOf(one.segment(), alignment())).isEqualTo(blocks);
      assertThat(Touching.faultsOf(one.segment(), alignment())).isZero();
      assertThat(Touching.faultsOf(other.segment(), alignment())).isEqualTo(blocks);
      assertThat(one.kernelView()).allMatch(part -> part.pageSize() == alignment().bytes());
    }
  }

  @Test
  @Rule("C9")
  void aMappingIsNotCutInsideABlock() throws IOException {
    DaxDevice device = device();
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      long half = alignment().bytes() / 2;
      List<KernelMapping> whole = mapping.kernelView();
      assertThat(KernelProbe.munmap(mapping.segment(), half, half)).isEqualTo(Errno.EINVAL.number());
      assertThat(mapping.kernelView()).isEqualTo(whole);
    }
  }

  @Test
  @Rule("C10")
  void aDeviceWhoseMemoryFaultsInOtherBlocksIsNotMapped() throws IOException {
    for (PageSize other : PageSize.values()) {
      if (other != alignment() && other.sizeGranule() <= block()) {
        DaxDevice device = region(1).create(block());
        device.disable();
        device.setAlignment(other);
        device.enable();
        assertRefused(Errno.EOPNOTSUPP, () -> device.map(Access.READ_WRITE), "its alignment is " + other,
            "faulted in blocks of " + alignment(), "set its alignment to " + alignment());
        device.region().close();
      }
    }
  }

  @Test
  @Rule("C11")
  void allMemoryIsClaimedWhenTheRegionIsMade() throws Exception {
    long free = backend().freePages();
    DaxRegion region = region(2);
    if (backend().isHuge()) {
      assertThat(backend().freePages()).isEqualTo(free - 2);
    }
    assertThat(allocated(file())).isEqualTo(region.size());
    long tooMuch = 1L << 42;
    assertRefused(Errno.ENOMEM, () -> bus.add(backend().memory(tooMuch)), "claim 4 TiB",
        backend().isHuge() ? tooMuch / alignment().bytes() + " pages of " + alignment() + " are needed and" : "MiB by ",
        backend().isHuge() ? "reserve them: echo " : "ask for less, or free memory");
  }

  /** The bytes that the file's memory takes, as stat(1) counts them. */
  private static long allocated(Path file) throws IOException, InterruptedException {
    Process stat = new ProcessBuilder("stat", "-L", "-c", "%b", file.toString()).start();
    String blocks = new String(stat.getInputStream().readAllBytes()).strip();
    stat.waitFor();
    return Long.parseLong(blocks) * 512;
  }

  // C12, C13: whose it is.

  @Test
  @Rule("C12")
  void aSecondClaimIsRefusedAndAMappingIsNotExclusive() throws Exception {
    DaxDevice device = device();
    Path file = file();
    String range = "0x0-0x" + Long.toHexString(2 * block() - 1);
    assertRefused(Errno.EBUSY, () -> bus.add(HmemRegion.of(block(), alignment()).inFile(file)), range,
        "claimed already");
    assertThat(OtherProcess.ask(OtherProcess.LOCK, file.toString())).isEqualTo("false");
    if (backend() == Backend.HUGETLBFS_FILE) {
      DaxRegion attached = bus.add(HmemRegion.attach(file));
      assertThat(attached.isDynamic()).isFalse();
      assertThat(attached.devices()).singleElement().satisfies(whole -> {
        assertThat(whole.size()).isEqualTo(2 * block());
        try (DaxMapping mine = whole.map(Access.READ_WRITE); DaxMapping makers = device.map(Access.READ_ONLY)) {
          mine.segment().set(ValueLayout.JAVA_LONG, 8, 7);
          assertThat(makers.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(7);
        }
      });
    } else {
      assertRefused(Errno.EBUSY, () -> bus.add(HmemRegion.attach(file)), range, "claimed already");
    }
    try (DaxMapping one = device.map(Access.READ_WRITE); DaxMapping other = device.map(Access.READ_WRITE)) {
      assertThat(device.mappings()).containsExactly(one, other);
    }
  }

  @Test
  @Rule("C13")
  void memoryLivesUntilTheLastMappingOfItCloses() throws DaxException {
    long free = backend().freePages();
    DaxDevice device = device();
    DaxMapping one = device.map(Access.READ_WRITE);
    DaxMapping other = device.map(Access.READ_WRITE);
    one.segment().set(ValueLayout.JAVA_LONG, 0, 42);
    device.region().close();
    assertThat(bus.regions()).isEmpty();
    assertRefused(Errno.ENXIO, () -> device.map(Access.READ_WRITE), "its region is closed");
    one.close();
    assertThat(other.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
    if (backend().isHuge()) {
      assertThat(backend().freePages()).isEqualTo(free - 2);
    }
    other.close();
    if (backend() != Backend.HUGETLBFS_FILE) { // a file keeps its memory until it is deleted
      assertThat(backend().freePages()).isEqualTo(free);
    }
  }

  // C14: what fails leaves nothing behind.

  @Test
  @Rule("C14")
  void whateverCallFailsNothingIsLeft() throws IOException {
    int calls;
    try (FailingCalls counting = FailingCalls.counting()) {
      makeMapAndEnd();
      calls = counting.calls().size();
    }
    assertThat(calls).isGreaterThan(10);
    for (int k = 1; k <= calls; k++) {
      for (Errno errno : backend() == Backend.HUGETLB_1G ? List.of(Errno.ENOMEM) : List.of(Errno.ENOMEM, Errno.EINTR)) {
        String failed = null;
        try (FailingCalls failing = FailingCalls.failing(k, errno.number())) {
          try {
            makeMapAndEnd();
          } catch (DaxException e) {
            assertThat(e).hasMessageStartingWith("cannot ");
            failed = e.getMessage();
          }
          assertThat(failing.hasFailed()).isTrue();
          if (errno == Errno.EINTR) {
            assertThat(failed).as("call %s of %s, interrupted", k, failing.calls()).isNull();
          }
        }
        assertThat(bus.regions()).isEmpty();
        backend().deleteFiles();
        before.assertNothingMore(backend());
      }
    }
  }

  private void makeMapAndEnd() throws DaxException {
    try (DaxRegion region = region(1)) {
      DaxDevice device = region.create(block());
      try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
        mapping.check(0, mapping.length());
      }
      device.destroy();
    }
  }

  // C15, C16: carving up.

  @Test
  @Rule("C15")
  void rangesArePlacedAsOnLinux() throws IOException {
    DaxRegion region = region(backend().blocks());
    if (backend().blocks() < 32) {
      DaxDevice last = carveWithAHole(region).getLast();
      assertThat(last.ranges()).containsExactly(new DaxRange(0, block(), block()),
          new DaxRange(block() >> 12, 0, block()));
      assertRefused(Errno.ENOSPC, region::create, "nothing of its");
      return;
    }
    // kernel.md R-50, an eighth of its size: four devices of four blocks each
    List<DaxDevice> d = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      DaxDevice device = region.create();
      device.resize(4 * block());
      d.add(device);
    }
    d.get(1).resize(0);
    d.get(2).resize(6 * block());
    d.get(3).resize(8 * block());
    d.get(2).resize(9 * block());
    assertThat(d.get(2).ranges()).containsExactly(range(0, 8, 4), range(4, 4, 2), range(6, 18, 3));
    assertThat(d.get(3).ranges()).containsExactly(range(0, 12, 4), range(4, 6, 2), range(6, 16, 2));
    d.get(2).resize(7 * block());
    assertThat(d.get(2).ranges()).containsExactly(range(0, 8, 4), range(4, 4, 2), range(6, 18, 1));
    d.get(2).resize(2 * block());
    assertThat(d.get(2).ranges()).containsExactly(range(0, 8, 2));
    assertRefused(Errno.ENOSPC, () -> d.get(0).resize(32 * block()), "available");
    assertRefused(Errno.EINVAL, () -> d.get(0).resize(block() + 4096), "must be a multiple of");
    d.get(3).enable();
    try (DaxMapping mapping = d.get(3).map(Access.READ_WRITE)) { // three ranges, one run
      for (long at = 0; at < 8 * block(); at += alignment().bytes()) {
        mapping.segment().set(ValueLayout.JAVA_LONG, at, at);
      }
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 7 * block())).isEqualTo(7 * block());
      assertThat(mapping.kernelView()).hasSize(3);
    }
  }

  private DaxRange range(long offset, long start, long length) {
    return new DaxRange(offset * block() >> 12, start * block(), length * block());
  }

  @Test
  @Rule("C16")
  void whatADeviceAllowsDependsOnItsState() throws DaxException {
    DaxRegion region = region(2);
    DaxDevice device = region.create();
    assertThat(device.state()).isEqualTo(DeviceState.EMPTY);
    assertRefused(Errno.ENXIO, device::enable, "its size is 0");
    assertRefused(Errno.ENXIO, () -> device.map(Access.READ_WRITE), "its size is 0");
    assertRefused(Errno.ENODEV, device::disable, "not bound");
    device.setAlignment(alignment());

    device.resize(block());
    assertThat(device.state()).isEqualTo(DeviceState.SIZED);
    assertRefused(Errno.ENXIO, () -> device.map(Access.READ_WRITE), "not bound");
    assertRefused(Errno.EBUSY, () -> region.delete(device.name()), "its size is");

    device.enable();
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertRefused(Errno.EBUSY, device::enable, "bound already");
    assertRefused(Errno.EBUSY, () -> device.resize(2 * block()), "disable it first");
    assertRefused(Errno.EINVAL, () -> device.resize(block() + 1), "multiple");
    assertRefused(Errno.EBUSY, () -> device.setAlignment(alignment()), "disable it first");
    assertRefused(Errno.EBUSY, () -> region.delete(device.name()), "bound");

    DaxDevice zero = bus.device("dax0.0");
    assertRefused(Errno.EBUSY, zero::destroy, "never deleted");
    assertRefused(Errno.EBUSY, () -> region.delete("dax0.0"), "never deleted");
    assertRefused(Errno.ENXIO, () -> region.delete("dax0.7"), "no device of that name");
    device.destroy();
    assertThat(device.state()).isEqualTo(DeviceState.DEAD);
  }

  // C17: who ends what.

  @Test
  @Rule("C17")
  void whileItIsMappedADeviceIsEndedOnlyByForce() throws DaxException {
    DaxDevice device = device();
    DaxMapping mapping = device.map(Access.READ_WRITE);
    MemorySegment memory = mapping.segment();
    assertRefused(Errno.EBUSY, device::destroy, "1 mapping of it is open");
    assertRefused(Errno.EBUSY, device::disable, "1 mapping of it is open");
    assertRefused(Errno.EBUSY, () -> device.resize(block()), "bound");
    device.resize(block(), Removal.FORCE);
    assertThat(mapping.isOpen()).isFalse();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(mapping::segment).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("taken from it by force");
    mapping.close();

    DaxMapping again = device.map(Access.READ_WRITE);
    device.region().remove();
    assertThat(again.isOpen()).isFalse();
    device.region().remove();
    device.region().close();
  }

  @Test
  @Rule("C17")
  void aCallThatHoldsTheMemoryIsWaitedForAndNotForEver() throws Exception {
    DaxDevice device = device();
    DaxMapping mapping = device.map(Access.READ_WRITE);
    Pipe pipe = Pipe.open();
    Thread reader = Thread.ofPlatform().start(() -> {
      try {
        pipe.source().read(mapping.segment().asSlice(0, 64).asByteBuffer());
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    });
    while (!isInRead(reader)) {
      Thread.onSpinWait();
    }
    assertThatThrownBy(mapping::close).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("mapping of " + device).hasMessageContaining("close it again");
    assertRefused(Errno.EBUSY, () -> device.destroy(Removal.FORCE), "has held the memory of mapping of " + device);
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 0)).isZero();
    assertRefused(Errno.EBUSY, () -> device.region().remove(), "has held the memory");
    assertRefused(Errno.ENXIO, () -> device.map(Access.READ_WRITE), "its region is closed");
    pipe.sink().write(ByteBuffer.wrap(new byte[]{1}));
    reader.join();
    assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
    device.region().remove();
    assertThat(mapping.isOpen()).isFalse();
    pipe.sink().close();
    pipe.source().close();
  }

  private static boolean isInRead(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getMethodName().equals("read0")) {
        return true;
      }
    }
    return false;
  }

  // C21 to C26.

  @Test
  @Rule("C21")
  void aDestroyedDeviceStaysDeadWhenItsNameIsGivenAgain() throws DaxException {
    DaxRegion region = region(1);
    DaxDevice old = region.create(block());
    old.destroy();
    DaxDevice young = region.create(block());
    assertThat(young.name()).isEqualTo(old.name());
    List<ThrowingCallable> calls = List.of(old::size, old::alignment, old::ranges, old::attributes, old::mappings,
        old::enable, old::disable, old::destroy, () -> old.resize(0), () -> old.setAlignment(alignment()),
        () -> old.map(Access.READ_WRITE), () -> old.map(Access.READ_ONLY, 0, alignment().bytes()));
    calls.forEach(call -> assertRefused(Errno.ENXIO, call, old.name(), "the device was destroyed"));
    assertThat(old.state()).isEqualTo(DeviceState.DEAD);
    assertThat(young.size()).isEqualTo(block());
  }

  @Test
  @Rule("C22")
  void memoryIsPinnedOrSaysThatItIsNot() throws IOException {
    DaxDevice device = device();
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      boolean locked = Files.readAllLines(Path.of("/proc/self/smaps")).stream()
          .anyMatch(line -> line.startsWith("VmFlags:") && line.contains(" lo"));
      assertThat(mapping.isPinned()).isEqualTo(backend().isHuge() || locked);
      assertThat(device.region().attribute("pinned").show()).isEqualTo(mapping.isPinned() ? "1\n" : "0\n");
      Touching.faultsOf(mapping.segment(), alignment());
      assertThat(mapping.kernelView()).allMatch(part -> part.pageSize() == alignment().bytes());
    }
  }

  @Test
  @Rule("C23")
  void aFreshRegionReadsZeroAndCreateDoesNotClearUnlessAsked() throws DaxException {
    long last = block() - Long.BYTES;
    for (boolean clear : new boolean[]{false, true}) {
      HmemRegion memory = backend().memory(block());
      try (DaxRegion region = bus.add(clear ? memory.clearedOnCreate() : memory)) {
        assertThat(region.attribute("clear").show()).isEqualTo(clear ? "on-create\n" : "never\n");
        DaxDevice device = region.create(block());
        try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
          for (long at = 0; at < block(); at += 4096) {
            assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, at)).isZero();
          }
          mapping.segment().set(ValueLayout.JAVA_LONG, last, 42);
        }
        device.destroy();
        try (DaxMapping mapping = region.create(block()).map(Access.READ_ONLY)) {
          assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, last)).isEqualTo(clear ? 0 : 42);
        }
      }
      deleteFilesQuietly();
    }
  }

  private void deleteFilesQuietly() {
    try {
      backend().deleteFiles();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @Rule("C24")
  void aRevokedMappingNeverComesBack() throws DaxException {
    DaxDevice device = device();
    DaxMapping old = device.map(Access.READ_WRITE);
    MemorySegment memory = old.segment();
    memory.set(ValueLayout.JAVA_LONG, 0, 42);
    device.disable(Removal.FORCE);
    device.enable();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(old::segment).isInstanceOf(IllegalStateException.class);
    try (DaxMapping young = device.map(Access.READ_WRITE)) {
      assertThat(young.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
      assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  @Rule("C25")
  void aBlockThatLiesInTwoRangesIsRefusedBeforeItIsMapped() throws DaxException {
    if (backend() == Backend.HUGETLB_1G) { // its ranges are of whole blocks, and no alignment is larger
      assertRefused(Errno.EINVAL, () -> region(1).create(block() / 2), "must be a multiple of 1 GiB");
      return;
    }
    long gib = PageSize.SIZE_1G.bytes();
    backend().assumeBlocks(gib / alignment().bytes() + 1);
    DaxRegion region = bus.add(backend().memory(gib + block()));
    region.create(block());
    DaxDevice device = region.create();
    device.setAlignment(PageSize.SIZE_1G);
    device.resize(gib);
    device.enable();
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE), "begins or ends inside a block of 1 GiB");
  }

  @Test
  @Rule("C26")
  void theNodeAskedForIsTheNodeOfTheMemory() throws IOException {
    DaxRegion region = bus.add(backend().memory(block()).onNode(0));
    assertThat(bus.device("dax0.0").attribute("target_node").show()).isEqualTo("0\n");
    DaxDevice device = region.create(block());
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      Touching.faultsOf(mapping.segment(), alignment());
      String address = Long.toHexString(mapping.segment().address());
      assertThat(Files.readAllLines(Path.of("/proc/self/numa_maps")))
          .anyMatch(line -> line.startsWith(address) && line.contains(" N0=") && !line.contains(" N1="));
    }
    assertRefused(Errno.EINVAL, () -> bus.add(backend().memory(block()).onNode(999)), "node 999 has no memory",
        "nodes with memory are 0");
  }
}
