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
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxBus;
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
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NvdimmImage;
import dev.jdax.spi.Waiver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract on the namespace of an NVDIMM image: a static region with one device. */
@ParameterizedClass(name = "{0}")
@EnumSource(ImageKind.class)
@ExtendWith(Ledger.class)
class ImageContract implements HeldAgainst {
  private static final int REGION = 3;
  private static final long DATA = 14L << 20;

  @Parameter
  private ImageKind kind;
  private Path folder;
  private Path file;
  private Leftovers before;
  private DaxBus bus;

  @Override
  public String memory() {
    return kind.toString();
  }

  @BeforeEach
  void makeAnImage() throws IOException {
    before = Leftovers.now(kind.backend());
    folder = kind.folder();
    file = kind.make(folder, "image");
    bus = DaxBus.create();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    if (folder != null) {
      bus.close();
      try (var files = Files.list(folder)) {
        for (Path image : files.toList()) {
          Files.delete(image);
        }
      }
      Files.delete(folder);
      before.assertNothingMore(kind.backend());
    }
  }

  private Namespace namespace() throws IOException {
    return namespace(file);
  }

  private static Namespace namespace(Path image) throws IOException {
    try (NvdimmImage media = NvdimmImage.open(image, Attachment.DEFAULT.withRegion(REGION).withLabelSize(0))) {
      return media.namespace("namespace3.0");
    }
  }

  private DaxDevice device() throws IOException {
    return bus.add(namespace()).devices().getFirst();
  }

  private long align() {
    return kind.alignment().bytes();
  }

  @Test
  @Rule("C1")
  void namesAreThoseOfTheNamespaces() throws IOException {
    assertThat(device().name()).isEqualTo("dax3.0");
    Namespace other = namespace(kind.make(folder, "other"));
    assertRefused(Errno.EEXIST, () -> bus.add(other), "dax3.0 would be names of region 3");
  }

  @Test
  @Rule("C2")
  void aStaticDeviceHasTheOneRangeOfItsData() throws IOException {
    DaxDevice device = device();
    assertThat(device.size()).isEqualTo(DATA).isEqualTo(namespace().size()).isEqualTo(device.region().size());
    assertThat(device.ranges()).singleElement().satisfies(range -> {
      assertThat(range.start()).isEqualTo(Attachment.DEFAULT.base() + (2L << 20));
      assertThat(range.length()).isEqualTo(DATA);
    });
  }

  @Test
  @Rule("C3")
  void offsetAndLengthArePositiveMultiplesOfTheAlignment() throws IOException {
    DaxDevice device = device();
    for (long wrong : new long[]{1, align() / 2, align() + 1}) {
      assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, wrong, align()), "the offset must be a multiple");
      assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 0, wrong), "the length must be a positive");
    }
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 0, 0), "positive");
    device.map(Access.READ_WRITE, align(), align()).close();
  }

  @Test
  @Rule("C4")
  void aStoreIsSeenThroughEveryMappingAndInTheFile() throws Exception {
    DaxDevice device = device();
    try (DaxMapping one = device.map(Access.READ_WRITE); DaxMapping other = device.map(Access.READ_ONLY)) {
      one.segment().set(ValueLayout.JAVA_LONG, 0, 42);
      assertThat(other.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
      assertThat(OtherProcess.ask(OtherProcess.READ_AND_WRITE, file.toString(), Long.toString(2L << 20),
          Long.toString(2L << 20), "43")).isEqualTo("42");
      assertThat(other.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(43);
    }
  }

  @Test
  @Rule("C5")
  void aMappingLiesInsideTheDevice() throws IOException {
    DaxDevice device = device();
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, DATA, align()), "the device ends at 0xe00000");
    assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 0, DATA + align()), "the device ends at 0xe00000");
  }

  @Test
  @Rule("C6")
  void theAddressIsAMultipleOfTheAlignment() throws IOException {
    try (DaxMapping mapping = device().map(Access.READ_WRITE, align(), align())) {
      assertThat(mapping.segment().address() % align()).isZero();
    }
  }

  @Test
  @Rule("C7")
  void aChildProcessDoesNotGetTheMapping() throws IOException {
    try (DaxMapping mapping = device().map(Access.READ_WRITE)) {
      assertThat(mapping.kernelView()).isNotEmpty().allMatch(KernelMapping::dontFork);
    }
  }

  @Test
  @Rule("C8")
  void eachBlockIsOneFaultAtItsFirstTouchAndNoneAfterwards() throws IOException {
    Touching.warmUp();
    try (DaxMapping mapping = device().map(Access.READ_WRITE)) {
      assertThat(Touching.faultsOf(mapping.segment(), kind.alignment())).isEqualTo(DATA / align());
      assertThat(Touching.faultsOf(mapping.segment(), kind.alignment())).isZero();
      assertThat(mapping.kernelView()).allMatch(part -> part.pageSize() == align());
    }
  }

  @Test
  @Rule("C9")
  void aMappingIsNotCutInsideABlock() throws IOException {
    try (DaxMapping mapping = device().map(Access.READ_WRITE)) {
      assertThat(KernelProbe.munmap(mapping.segment(), align() / 2, align() / 2)).isEqualTo(Errno.EINVAL.number());
    }
  }

  @Test
  @Rule("C10")
  void largerFaultsThanTheFileHasAreRefusedUnlessWaived() throws IOException {
    if (kind == ImageKind.IMAGE_HUGETLBFS) {
      assertThat(device().alignment()).isEqualTo(PageSize.SIZE_2M); // the real thing
      return;
    }
    Path large = Files.copy(ImageKind.IMAGE_HUGETLBFS.make(folder, "large"), folder.resolve("copy"));
    assertRefused(Errno.EOPNOTSUPP, () -> bus.add(namespace(large)), "its alignment is 2 MiB",
        "faulted in blocks of 4 KiB", "put the image on hugetlbfs");
    DaxDevice waived = bus.add(namespace(large).waiving(Waiver.GRANULARITY)).devices().getFirst();
    try (DaxMapping mapping = waived.map(Access.READ_WRITE)) {
      assertThat(mapping.segment().address() % PageSize.SIZE_2M.bytes()).isZero();
    }
  }

  @Test
  @Rule("C11")
  void holesAreFilledWhenTheNamespaceIsClaimed() throws Exception {
    bus.add(namespace()).close();
    Process stat = new ProcessBuilder("stat", "-c", "%b %s", file.toString()).start();
    String[] said = new String(stat.getInputStream().readAllBytes()).strip().split(" ");
    assertThat(Long.parseLong(said[0]) * 512).isEqualTo(Long.parseLong(said[1]));
  }

  @Test
  @Rule("C12")
  void aSecondClaimIsRefusedAndAMappingIsNotExclusive() throws Exception {
    DaxDevice device = device();
    try (DaxBus other = DaxBus.create()) {
      assertRefused(Errno.EBUSY, () -> other.add(namespace()), "0x0-0xffffff of it is claimed already");
    }
    assertThat(OtherProcess.ask(OtherProcess.LOCK, file.toString())).isEqualTo("false");
    device.map(Access.READ_WRITE).close();
  }

  @Test
  @Rule("C13")
  void theClaimLivesUntilTheLastMappingOfItCloses() throws IOException {
    DaxDevice device = device();
    DaxMapping mapping = device.map(Access.READ_WRITE);
    mapping.segment().set(ValueLayout.JAVA_LONG, 0, 42);
    device.region().close();
    assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
    assertRefused(Errno.EBUSY, () -> bus.add(namespace()), "claimed already");
    mapping.close();
    bus.add(namespace()).close();
  }

  @Test
  @Rule("C14")
  void whateverCallFailsNothingIsLeft() throws IOException {
    Namespace namespace = namespace();
    Leftovers with = Leftovers.now(kind.backend());
    probeMapAndEnd(namespace);
    Leftovers filled = Leftovers.now(kind.backend()); // holes in the file are filled, and stay so
    assertThat(filled.descriptors()).isEqualTo(with.descriptors());
    int k = 0;
    boolean failed = true;
    while (failed) { // until fewer calls are made
      try (FailingCalls failing = FailingCalls.failing(++k, Errno.EIO.number())) {
        try {
          probeMapAndEnd(namespace);
        } catch (DaxException e) {
          assertThat(e).hasMessageStartingWith("cannot ").hasMessageEndingWith(")");
        }
        failed = failing.hasFailed();
      }
      assertThat(bus.regions()).isEmpty();
      filled.assertNothingMore(kind.backend());
    }
    assertThat(k).isGreaterThan(20);
  }

  private void probeMapAndEnd(Namespace namespace) throws DaxException {
    try (DaxRegion region = bus.add(namespace)) {
      region.devices().getFirst().map(Access.READ_WRITE).close();
    }
  }

  @Test
  @Rule("C15")
  void theLayoutIsThatOfTheMedia() throws IOException {
    DaxDevice device = device();
    assertRefused(Errno.ENOENT, () -> device.region().create(2L << 20), "static region");
    assertRefused(Errno.ENOENT, () -> device.region().delete("dax3.0"), "static region");
    assertRefused(Errno.EACCES, () -> device.resize(0), "layout of a static region");
    assertRefused(Errno.EACCES, () -> device.setAlignment(PageSize.SIZE_4K), "layout of a static region");
    assertRefused(Errno.EACCES, device::destroy, "layout of a static region");
    assertRefused(Errno.EACCES, () -> device.attribute("size").store("0"), "its mode is 0444");
  }

  @Test
  @Rule("C16")
  void whatADeviceAllowsDependsOnItsState() throws IOException {
    DaxDevice device = device();
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertRefused(Errno.EBUSY, device::enable, "bound already");
    device.disable();
    assertThat(device.state()).isEqualTo(DeviceState.SIZED);
    assertRefused(Errno.ENXIO, () -> device.map(Access.READ_WRITE), "not bound");
    assertRefused(Errno.ENODEV, device::disable, "not bound");
    device.enable();
    device.map(Access.READ_WRITE).close();
  }

  @Test
  @Rule("C17")
  void removingTheRegionRevokesItsMappings() throws IOException {
    DaxDevice device = device();
    DaxMapping mapping = device.map(Access.READ_WRITE);
    MemorySegment memory = mapping.segment();
    assertRefused(Errno.EBUSY, device::disable, "1 mapping of it is open");
    device.region().remove();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(mapping::segment).hasMessageContaining("its region was removed");
    mapping.close();
  }

  @Test
  @Rule("C21")
  void aDeviceStaysDeadWhenItsNameIsGivenAgain() throws IOException {
    DaxDevice old = device();
    old.region().close();
    DaxDevice young = device();
    assertThat(young.name()).isEqualTo(old.name());
    List<ThrowingCallable> calls = List.of(old::size, old::ranges, old::disable, () -> old.map(Access.READ_ONLY));
    calls.forEach(call -> assertRefused(Errno.ENXIO, call, "its region is closed"));
    assertThat(young.size()).isEqualTo(DATA);
  }

  @Test
  @Rule("C22")
  void aMappingSaysThatItIsNotPinned() throws IOException {
    try (DaxMapping mapping = device().map(Access.READ_WRITE)) {
      assertThat(mapping.isPinned()).isFalse();
    }
  }

  @Test
  @Rule("C23")
  void whatTheMediaHoldStays() throws IOException {
    try (DaxMapping mapping = device().map(Access.READ_WRITE)) {
      mapping.segment().set(ValueLayout.JAVA_LONG, 8, 42);
      mapping.device().region().close();
    }
    try (DaxMapping mapping = device().map(Access.READ_ONLY)) {
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
    }
  }

  @Test
  @Rule("C24")
  void aRevokedMappingNeverComesBack() throws IOException {
    DaxDevice device = device();
    DaxMapping old = device.map(Access.READ_WRITE);
    MemorySegment memory = old.segment();
    device.disable(OnMapped.REVOKE);
    device.enable();
    try (DaxMapping young = device.map(Access.READ_WRITE)) {
      assertThat(young.isOpen()).isTrue();
      assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  @Rule("C25")
  void dataThatBeginInsideABlockAreRefused() throws IOException {
    Path wrong = kind.make(folder, "wrong");
    try (NvdimmImage elsewhere = NvdimmImage.open(wrong,
        Attachment.DEFAULT.withRegion(REGION).withLabelSize(0).withBase(Attachment.DEFAULT.base() + (1L << 20)))) {
      assertRefused(Errno.EOPNOTSUPP, () -> bus.add(elsewhere.namespace("namespace3.0")), "info block: ");
    }
  }

  @Test
  @Rule("C26")
  void noNodeIsAskedForAndNoneIsClaimed() throws IOException {
    assertThat(device().attributes()).extracting(attribute -> attribute.name()).doesNotContain("target_node");
    assertThat(bus.device("dax3.0").attribute("numa_node").show()).isEqualTo("-1\n");
  }

  @Test
  @Rule("C27")
  void anImageInMemoryClaimsNothing() throws IOException {
    try (DaxMapping mapping = device().map(Access.READ_WRITE); FailingCalls counted = FailingCalls.counting()) {
      assertThat(mapping.persistenceDomain()).isEqualTo(PersistenceDomain.NONE);
      assertThat(mapping.persistenceDomain().isDurable()).isFalse();
      mapping.persist(0, mapping.length());
      assertThat(counted.calls()).isEmpty();
      mapping.fill(align() - 1, 2, (byte) 7);
      assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, align())).isEqualTo((byte) 7);
      assertRefused(Errno.EOPNOTSUPP, mapping::deepFlush, "no NVDIMM");
    }
  }
}
