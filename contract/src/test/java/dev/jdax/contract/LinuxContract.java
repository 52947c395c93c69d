// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static dev.jdax.contract.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRange;
import dev.jdax.DeviceState;
import dev.jdax.Errno;
import dev.jdax.KernelMapping;
import dev.jdax.OnMapped;
import dev.jdax.PersistenceDomain;
import dev.jdax.kernel.Dax;
import dev.jdax.platform.FailingCalls;
import dev.jdax.platform.KernelProbe;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract on the devices of Linux: what the kernel does there, and what jdax sees to. */
@ParameterizedClass(name = "{0}", allowZeroInvocations = true)
@MethodSource("dev.jdax.contract.LinuxDevice#all")
@ExtendWith(Ledger.class)
class LinuxContract implements HeldAgainst {
  /** How many failing calls are tried where a call costs a bind, which takes long. */
  private static final int SAMPLE = 6;

  @Parameter
  private LinuxDevice kind;
  private Leftovers before;
  private DaxBus bus;
  private DaxDevice device;

  @Override
  public String memory() {
    return kind.toString();
  }

  @BeforeEach
  void takeADevice() throws IOException {
    before = Leftovers.now(Backend.LINUX_HMEM);
    bus = DaxBus.create();
    device = kind.device(bus);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    if (device != null && !kind.isDynamic() && device.state() == DeviceState.SIZED) {
      device.enable();
    }
    bus.close();
    LinuxRegion.resetAll();
    before.assertNothingMore(Backend.LINUX_HMEM);
  }

  private long align() {
    return kind.alignment().bytes();
  }

  @Test
  @Rule("C1")
  void namesAreThoseOfTheKernel() throws IOException {
    assertThat(device.name()).isEqualTo("dax" + device.region().id() + "." + device.id());
    assertThat(Path.of("/sys/bus/dax/devices", device.name())).exists();
    assertThat(Dax.open(device.name()).ranges()).isEqualTo(device.ranges());
    assertThat(Dax.open("/dev/" + device.name()).name()).isEqualTo(device.name());
    assertThat(device.attribute("dev").show())
        .isEqualTo(Files.readString(Path.of("/sys/bus/dax/devices", device.name(), "dev")));
    if (!kind.isDynamic()) { // the names are those of the namespaces
      assertThat(device.region().attribute("namespace").show())
          .isEqualTo(device.name().replace("dax", "namespace") + "\n");
      assertThat(Dax.open(device.region().attribute("uuid").show().strip())).isSameAs(device);
    }
  }

  @Test
  @Rule("C2")
  void sizeIsTheSumOfTheRanges() throws DaxException {
    List<DaxRange> ranges = device.ranges();
    assertThat(ranges).hasSize(1);
    assertThat(ranges.getFirst().length()).isEqualTo(device.size());
    assertThat(ranges.getFirst().start() % align()).isZero();
    assertThat(device.size() % align()).isZero();
    assertThat(device.size()).isLessThanOrEqualTo(device.region().size());
  }

  @Test
  @Rule("C3")
  void offsetAndLengthArePositiveMultiplesOfTheAlignment() throws DaxException {
    for (long wrong : new long[]{1, align() / 2, align() + 1}) {
      assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, wrong, align()), "the offset must be a multiple");
      assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 0, wrong), "the length must be a positive");
    }
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 0, 0), "positive");
    device.map(Access.READ_WRITE, align(), align()).close();
  }

  @Test
  @Rule("C4")
  void aStoreIsSeenThroughEveryMappingHereAndInAnotherProcess() throws Exception {
    try (DaxMapping one = device.map(Access.READ_WRITE); DaxMapping other = device.map(Access.READ_ONLY)) {
      one.segment().set(ValueLayout.JAVA_LONG, align(), 42);
      assertThat(other.segment().get(ValueLayout.JAVA_LONG, align())).isEqualTo(42);
      assertThat(OtherProcess.ask(OtherProcess.READ_AND_WRITE, "/dev/" + device.name(), Long.toString(align()),
          Long.toString(align()), "43")).isEqualTo("42");
      assertThat(other.segment().get(ValueLayout.JAVA_LONG, align())).isEqualTo(43);
      assertThat(one.kernelView()).allMatch(part -> part.flags().contains("sh") && part.flags().contains("sf"));
    }
  }

  @Test
  @Rule("C5")
  void aMappingLiesInsideTheDevice() throws DaxException {
    long size = device.size();
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, size, align()), "the device ends at 0x");
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 0, size + align()), "the device ends at 0x");
    device.map(Access.READ_WRITE, size - align(), align()).close();
  }

  @Test
  @Rule("C6")
  void theAddressIsAMultipleOfTheAlignment() throws DaxException {
    try (DaxMapping whole = device.map(Access.READ_WRITE);
        DaxMapping part = device.map(Access.READ_WRITE, align(), align())) {
      assertThat(whole.segment().address() % align()).isZero();
      assertThat(part.segment().address() % align()).isZero();
    }
  }

  @Test
  @Rule("C7")
  void aChildProcessDoesNotGetTheMapping() throws IOException {
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.kernelView()).isNotEmpty().allMatch(KernelMapping::dontFork);
    }
  }

  @Test
  @Rule("C8")
  void eachBlockIsOneFaultAtItsFirstTouchAndNoneAfterwards() throws IOException {
    Touching.warmUp();
    long blocks = device.size() / align();
    assertThat(Touching.leastFaultsOf(() -> device.map(Access.READ_WRITE), kind.alignment(), blocks)).isEqualTo(blocks);
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(Touching.faultsOf(mapping.segment(), kind.alignment())).isGreaterThanOrEqualTo(blocks);
      assertThat(Touching.leastFaultsAgain(mapping.segment(), kind.alignment())).isZero();
      assertThat(mapping.kernelView()).allMatch(part -> part.pageSize() == align());
    }
  }

  @Test
  @Rule("C9")
  void aMappingIsNotCutInsideABlock() throws IOException {
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(KernelProbe.munmap(mapping.segment(), align() / 2, align() / 2)).isEqualTo(Errno.EINVAL.number());
    }
  }

  @Test
  @Rule("C10")
  void theAlignmentIsTheGranularityOfFaults() throws IOException {
    assertThat(device.alignment()).isEqualTo(kind.alignment());
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.kernelView()).allMatch(part -> part.pageSize() == align());
    }
  }

  @Test
  @Rule("C11")
  void noTouchCanFailForWantOfPages() throws DaxException {
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.firstUnreachable(0, mapping.length())).isEmpty();
    }
  }

  @Test
  @Rule("C12")
  void nothingIsClaimedAndNeitherOpeningNorMappingIsExclusive() throws Exception {
    try (DaxMapping one = device.map(Access.READ_WRITE); DaxMapping other = device.map(Access.READ_WRITE)) {
      assertThat(device.mappings()).containsExactly(one, other);
      assertThat(Dax.open(device.name()).size()).isEqualTo(device.size()); // another handle, on another bus
      OtherProcess.ask(OtherProcess.READ_AND_WRITE, "/dev/" + device.name(), "0", Long.toString(align()), "1");
    }
  }

  @Test
  @Rule("C13")
  void aMappingOutlivesTheRegionsHandle() throws DaxException {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    mapping.segment().set(ValueLayout.JAVA_LONG, 0, 42);
    device.region().close();
    assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
    assertRefused(Errno.ENXIO, () -> device.map(Access.READ_WRITE), "its region is closed");
    mapping.close();
    assertThat(Dax.open(device.name()).state()).isEqualTo(DeviceState.BOUND); // Linux has it still
  }

  @Test
  @Rule("C14")
  void whateverCallFailsNothingIsLeft() throws IOException {
    ThrowingCallable mapAndEnd = () -> {
      try (DaxMapping mapping = device.map(Access.READ_WRITE, 0, align())) {
        mapping.firstUnreachable(0, align());
      }
    };
    int calls = failEachCall(mapAndEnd, Integer.MAX_VALUE);
    assertThat(calls).isGreaterThan(10);
    if (kind.isDynamic()) {
      device.destroy();
      failEachCall(() -> device.region().create(align()), SAMPLE);
      assertThat(device.region().devices()).extracting(DaxDevice::id).containsExactly(0);
      assertThat(device.region().availableSize()).isEqualTo(2 * align());
    }
  }

  /** Fails each of the calls that an action makes, or a sample of them; {@return how many it makes}. */
  private int failEachCall(ThrowingCallable action, int atMost) throws IOException {
    Leftovers now = Leftovers.now(Backend.LINUX_HMEM);
    int calls;
    try (FailingCalls counting = FailingCalls.counting()) {
      assertThat(attempt(action)).isNull();
      calls = counting.calls().size();
    }
    destroyWhatWasMade();
    long seed = Long.getLong("jdax.seed", System.nanoTime());
    List<Integer> failing = new ArrayList<>(new Random(seed).ints(1, calls + 1).distinct().limit(calls).boxed()
        .limit(atMost).toList());
    for (int k : failing) {
      try (FailingCalls fails = FailingCalls.failing(k, Errno.EIO.number())) {
        Throwable thrown = attempt(action);
        if (thrown != null) {
          assertThat(thrown).as("call %s of %s, -Djdax.seed=%s", k, fails.calls(), seed)
              .isInstanceOf(DaxException.class).hasMessageStartingWith("cannot ").hasMessageEndingWith(")");
        }
      }
      destroyWhatWasMade();
      now.assertNothingMore(Backend.LINUX_HMEM);
    }
    return calls;
  }

  /** Where the action has made a device: a call that failed may have been one that no longer mattered. */
  private void destroyWhatWasMade() throws DaxException {
    if (device.state() == DeviceState.DEAD) {
      for (DaxDevice made : device.region().devices().reversed()) {
        if (made.id() != 0) {
          made.destroy(OnMapped.REVOKE);
        }
      }
    }
  }

  private static Throwable attempt(ThrowingCallable action) {
    try {
      action.call();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  @Test
  @Rule("C15")
  void theLayoutOfAStaticRegionIsThatOfTheMedia() throws IOException {
    if (kind.isDynamic()) { // whose layout DeviceContract is about
      assertThat(device.region().availableSize()).isZero();
      assertRefused(Errno.ENOSPC, () -> device.resize(3 * align(), OnMapped.REVOKE), "available");
      return;
    }
    assertRefused(Errno.ENOENT, () -> device.region().create(align()), "static region");
    assertRefused(Errno.EACCES, () -> device.resize(0), "layout of a static region");
    assertRefused(Errno.EACCES, device::destroy, "layout of a static region");
    Path folder = Path.of("/sys/bus/dax/devices", device.name()).toRealPath();
    assertThat(KernelProbe.openForWriting(folder.resolve("size"))).isEqualTo(Errno.EACCES.number());
    assertThat(KernelProbe.openForWriting(folder.resolve("align"))).isEqualTo(Errno.EACCES.number());
    assertThat(KernelProbe.openForWriting(folder.resolveSibling("dax_region").resolve("create")))
        .isEqualTo(Errno.ENOENT.number());
  }

  @Test
  @Rule("C16")
  void whatADeviceAllowsDependsOnItsState() throws IOException {
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertRefused(Errno.EBUSY, device::enable, "bound already");
    device.disable();
    assertThat(device.state()).isEqualTo(DeviceState.SIZED);
    assertRefused(Errno.ENXIO, () -> device.map(Access.READ_WRITE), "not bound");
    assertRefused(Errno.ENODEV, device::disable, "not bound");
    device.enable();
    device.map(Access.READ_WRITE, 0, align()).close();
  }

  @Test
  @Rule("C17")
  void removingTheRegionsHandleRevokesItsMappings() throws IOException {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    MemorySegment memory = mapping.segment();
    assertRefused(Errno.EBUSY, device::disable, "1 mapping of it is open");
    device.region().remove();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    mapping.close();
    assertThat(Dax.open(device.name()).state()).isEqualTo(DeviceState.BOUND);
  }

  @Test
  @Rule("C21")
  void aDeviceThatWasMadeAnewIsAnother() throws Exception {
    Path folder = Path.of("/sys/bus/dax/devices", device.name()).toRealPath().getParent();
    Path driver = folder.resolve("driver").toRealPath(); // of the region: dax_pmem or hmem
    Files.writeString(driver.resolve("unbind"), folder.getFileName().toString());
    assertRefused(Errno.ENXIO, device::size, device.name());
    assertThat(device.state()).isEqualTo(DeviceState.DEAD);
    Files.writeString(driver.resolve("bind"), folder.getFileName().toString());
    List<ThrowingCallable> calls = List.of(device::size, device::ranges, device::disable,
        () -> device.map(Access.READ_ONLY));
    calls.forEach(call -> assertRefused(Errno.ENXIO, call, "cannot "));
    assertThat(device.state()).isEqualTo(DeviceState.DEAD);
    assertThat(Dax.open(firstDevice(folder)).size()).isPositive();
  }

  /** The first device of a region's folder. */
  private static String firstDevice(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).filter(name -> name.matches("dax\\d+\\.\\d+"))
          .sorted().findFirst().orElseThrow();
    }
  }

  @Test
  @Rule("C22")
  void aMappingIsPinned() throws IOException {
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.isPinned()).isTrue();
    }
  }

  @Test
  @Rule("C23")
  void whatTheMemoryHoldsStays() throws IOException {
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      mapping.segment().set(ValueLayout.JAVA_LONG, 8, 42);
    }
    device.disable();
    device.enable();
    try (DaxMapping mapping = device.map(Access.READ_ONLY)) {
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
    }
  }

  @Test
  @Rule("C24")
  void aRevokedMappingNeverComesBack() throws IOException {
    MemorySegment memory = device.map(Access.READ_WRITE).segment();
    device.disable(OnMapped.REVOKE);
    device.enable();
    try (DaxMapping young = device.map(Access.READ_WRITE)) {
      assertThat(young.isOpen()).isTrue();
      assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  @Rule("C25")
  void everyBlockOfADeviceCanBeTouched() throws IOException {
    for (DaxRange range : device.ranges()) {
      assertThat(range.start() % align()).isZero();
      assertThat(range.length() % align()).isZero();
    }
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.firstUnreachable(0, mapping.length())).isEmpty();
    }
  }

  @Test
  @Rule("C26")
  void theTargetNodeIsTheKernelsWord() throws IOException {
    Path folder = Path.of("/sys/bus/dax/devices", device.name());
    assertThat(device.attribute("target_node").show()).isEqualTo(Files.readString(folder.resolve("target_node")));
    if (kind.isDynamic()) { // the guest has it on its second node
      assertThat(device.attribute("target_node").show()).isEqualTo("1\n");
    }
  }

  @Test
  @Rule("C27")
  void howFarAStoreHasToTravelIsTheWordOfItsRegion() throws IOException {
    Path region = Path.of("/sys/bus/dax/devices", device.name()).toRealPath().getParent().getParent();
    Path word = region.resolve("persistence_domain");
    PersistenceDomain expected = !kind.isDynamic() && Files.exists(word)
        ? PersistenceDomain.valueOf(Files.readString(word).strip().toUpperCase(Locale.ROOT))
        : PersistenceDomain.UNKNOWN;
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.kernelView()).allMatch(part -> part.flags().contains("sf")); // which proves nothing
      assertThat(mapping.persistenceDomain()).isEqualTo(expected);
      assertThat(expected.isDurable()).isEqualTo(expected != PersistenceDomain.UNKNOWN);
      mapping.copyFrom(align() - 2, MemorySegment.ofArray(new byte[]{1, 2, 3}));
      mapping.persist(align() - 2, 3);
      mapping.flush(0, mapping.length());
      mapping.drain();
      assertThat(mapping.segment().asSlice(align() - 2, 3).toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
      Path deep = region.resolve("deep_flush");
      if (kind.isDynamic() || !Files.exists(deep)) {
        assertRefused(Errno.EOPNOTSUPP, mapping::deepFlush, kind.isDynamic() ? "no NVDIMM" : "has no deep_flush");
      } else {
        assertThat(mapping.deepFlush()).isEqualTo(Files.readString(deep).equals("1\n"));
      }
    }
  }

  /** As {@code check} has it; but a flush finds out only where a CPU faults on it, which QEMU's does not. */
  @Test
  void storesToMemoryThatSomebodyElseHasUnboundAreErrors() throws IOException {
    Path driver = Path.of("/sys/bus/dax/drivers/device_dax");
    try {
      try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
        mapping.fill(0, 300, (byte) 1);
        Files.writeString(driver.resolve("unbind"), device.name());
        assertRefused(Errno.EFAULT, () -> mapping.fill(align(), 8, (byte) 2), "cannot fill 8 bytes at", "touched");
        assertRefused(Errno.EFAULT, () -> mapping.fill(align(), 3000, (byte) 2), "cannot fill");
        assertRefused(Errno.EFAULT, () -> mapping.copyFrom(0, MemorySegment.ofArray(new byte[300])), "cannot copy");
        try {
          mapping.persist(0, align());
        } catch (DaxException e) {
          assertThat(e.errno()).isEqualTo(Errno.EFAULT);
        }
      }
    } finally { // when the mapping is closed, as jdax would do it, too
      Files.writeString(driver.resolve("bind"), device.name());
    }
  }
}
