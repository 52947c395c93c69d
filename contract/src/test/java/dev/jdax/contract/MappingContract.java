// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static dev.jdax.contract.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.Errno;
import dev.jdax.KernelMapping;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import dev.jdax.platform.FailingCalls;
import dev.jdax.platform.KernelProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of mappings: what they are, what the kernel makes of them, how they end. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.jdax.contract.Backend#all")
class MappingContract extends Contract {
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
      assertThat(OtherProcess.ask(OtherProcess.READ_AND_WRITE, file(device).toString(), Long.toString(block()),
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

  @Test
  @Rule("C7")
  void aChildProcessDoesNotGetTheMapping() throws IOException {
    DaxDevice device = carveWithAHole(region(2)).getLast();
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      assertThat(mapping.kernelView()).hasSize(backend().isLinux() ? 1 : 2).allMatch(KernelMapping::dontFork);
    }
  }

  @Test
  @Rule("C8")
  void eachBlockIsOneFaultAtItsFirstTouchAndNoneAfterwards() throws IOException {
    DaxDevice device = carveWithAHole(region(2)).getLast();
    Touching.warmUp();
    long blocks = device.size() / alignment().bytes();
    try (DaxMapping one = device.map(Access.READ_WRITE)) {
      assertThat(Touching.faultsOf(one.segment(), alignment())).isGreaterThanOrEqualTo(blocks);
      assertThat(Touching.leastFaultsAgain(one.segment(), alignment())).isZero();
      assertThat(Touching.leastFaultsOf(() -> device.map(Access.READ_WRITE), alignment(), blocks)).isEqualTo(blocks);
      assertThat(one.kernelView()).allMatch(part -> part.pageSize() == alignment().bytes());
    }
  }

  @Test
  @Rule("C8")
  void largeMappingsOfTheSameMemoryFaultSeparately() throws IOException {
    long gib = PageSize.SIZE_1G.bytes();
    backend().assumeBlocks(gib / block());
    DaxDevice device = region(gib / block()).create(gib);
    Touching.warmUp();
    List<DaxMapping> mappings = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      mappings.add(device.map(Access.READ_WRITE));
    }
    for (DaxMapping mapping : mappings) { // where page tables were shared, the second would take one fault
      assertThat(Touching.faultsOf(mapping.segment(), alignment())).isGreaterThanOrEqualTo(gib / alignment().bytes());
      mapping.close();
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
        if (backend().isLinux()) { // which faults in blocks of whatever alignment a device has
          try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
            assertThat(mapping.kernelView()).allMatch(part -> part.pageSize() == other.bytes());
          }
          continue;
        }
        assertRefused(Errno.EOPNOTSUPP, () -> device.map(Access.READ_WRITE), "its alignment is " + other,
            "faulted in blocks of " + alignment(), "set its alignment to " + alignment());
        device.region().close();
      }
    }
  }

  @Test
  @Rule("C17")
  void whileItIsMappedADeviceIsEndedOnlyByForce() throws DaxException {
    DaxDevice device = device();
    DaxMapping mapping = device.map(Access.READ_WRITE);
    MemorySegment memory = mapping.segment();
    assertRefused(Errno.EBUSY, device::destroy, "1 mapping of it is open");
    assertRefused(Errno.EBUSY, device::disable, "1 mapping of it is open");
    assertRefused(Errno.EBUSY, () -> device.resize(block()), "bound");
    device.resize(block(), OnMapped.REVOKE);
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

  /** {@return a thread that waits in a read, and holds the memory} */
  private static Thread readInto(MemorySegment memory, Pipe pipe) {
    Thread reader = Thread.ofPlatform().start(() -> {
      try {
        pipe.source().read(memory.asSlice(0, 8).asByteBuffer());
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    });
    while (!isInRead(reader)) {
      Thread.onSpinWait();
    }
    return reader;
  }

  @Test
  @Rule("C17")
  void aCallThatHoldsTheMemoryIsWaitedForAndNotForEver() throws Exception {
    DaxDevice device = device();
    DaxMapping mapping = device.map(Access.READ_WRITE);
    mapping.segment().set(ValueLayout.JAVA_LONG, 0, 0);
    Pipe pipe = Pipe.open();
    Thread reader = readInto(mapping.segment(), pipe);
    assertThatThrownBy(mapping::close).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("mapping of " + device).hasMessageContaining("close it again");
    assertRefused(Errno.EBUSY, () -> device.destroy(OnMapped.REVOKE), "has held the memory of mapping of " + device);
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 0)).isZero();
    pipe.sink().write(ByteBuffer.wrap(new byte[]{1}));
    reader.join();
    assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
    device.region().remove();
    assertThat(mapping.isOpen()).isFalse();
    pipe.sink().close();
    pipe.source().close();
  }

  @Test
  @Rule("C17")
  void fromACallThatHoldsTheMemoryTwiceItIsTakenAway() throws Exception {
    DaxDevice device = device();
    DaxMapping mapping = device.map(Access.READ_WRITE);
    MemorySegment memory = mapping.segment();
    memory.set(ValueLayout.JAVA_LONG, 8, 42);
    Pipe pipe = Pipe.open();
    Thread reader = readInto(memory, pipe);
    assertRefused(Errno.EBUSY, () -> device.disable(OnMapped.REVOKE), "takes the memory away");
    assertThat(mapping.isOpen()).isTrue();
    device.disable(OnMapped.REVOKE);
    assertThat(mapping.isOpen()).isFalse();
    assertThatThrownBy(mapping::segment).isInstanceOf(IllegalStateException.class);
    assertThat(memory.get(ValueLayout.JAVA_LONG, 8)).as("nobody's memory").isZero();
    memory.set(ValueLayout.JAVA_LONG, 8, 1);
    pipe.sink().write(ByteBuffer.wrap(new byte[]{1}));
    reader.join();
    mapping.close();
    device.enable();
    try (DaxMapping young = device.map(Access.READ_ONLY)) {
      assertThat(young.segment().get(ValueLayout.JAVA_BYTE, 0)).isZero();
      assertThat(young.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
    }
    pipe.sink().close();
    pipe.source().close();
  }

  @Test
  @Rule("C24")
  void aRevokedMappingNeverComesBack() throws DaxException {
    DaxDevice device = device();
    DaxMapping old = device.map(Access.READ_WRITE);
    MemorySegment memory = old.segment();
    memory.set(ValueLayout.JAVA_LONG, 0, 42);
    device.disable(OnMapped.REVOKE);
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
    DaxRegion region = region(gib / block() + 1);
    region.create(block());
    DaxDevice device = region.createEmpty();
    device.setAlignment(PageSize.SIZE_1G);
    device.resize(gib);
    device.enable();
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE), "begins or ends inside a block of 1 GiB");
  }

  @Test
  @Rule("C27")
  void memoryThatIsNotKnownToPersistClaimsNothing() throws DaxException {
    DaxDevice device = device();
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      PersistenceDomain domain = mapping.persistenceDomain();
      assertThat(domain).isEqualTo(backend().isLinux() ? PersistenceDomain.UNKNOWN : PersistenceDomain.NONE);
      assertThat(domain.isDurable()).isFalse();
      try (FailingCalls counted = FailingCalls.counting()) { // nothing is asked of the kernel, nor refused by it
        mapping.segment().set(ValueLayout.JAVA_LONG, 64, 42);
        mapping.flush(64, Long.BYTES);
        mapping.drain();
        mapping.persist(0, mapping.length());
        assertThat(counted.calls()).doesNotContain("msync");
      }
      mapping.fill(block() - 3, 300, (byte) 7);
      mapping.copyFrom(block() - 2, MemorySegment.ofArray(new byte[]{1, 2, 3}));
      assertThat(mapping.segment().asSlice(block() - 3, 5).toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(7, 1, 2, 3, 7);
      assertRefused(Errno.EOPNOTSUPP, mapping::deepFlush, "no NVDIMM");
    }
  }

  private static boolean isInRead(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getMethodName().equals("read0")) {
        return true;
      }
    }
    return false;
  }
}
