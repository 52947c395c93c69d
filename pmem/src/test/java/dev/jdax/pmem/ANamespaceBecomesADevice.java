// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.spi.Waiver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The driver on the images that Linux has written: the data lie where the kernel put them. */
class ANamespaceBecomesADevice {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long MIB = 1L << 20;

  @TempDir
  private Path folder;

  private static void assertRefused(Errno errno, ThrowingCallable call, String... words) {
    assertThatThrownBy(call).isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessageContainingAll(words);
  }

  @ParameterizedTest
  @EnumSource(names = "RAW", mode = EnumSource.Mode.EXCLUDE)
  void withItsDataWhereTheKernelPutThem(Images which) throws IOException {
    try (NvdimmImage image = NvdimmImage.open(which.in(folder), which.attachment()); DaxBus bus = DaxBus.create()) {
      for (Namespace namespace : image.namespaces()) {
        if (namespace.mode() != LinuxView.DEVDAX) {
          assertRefused(Errno.ENODEV, () -> bus.add(namespace), "probe namespace0." + namespace.id(), "mode fsdax");
          continue;
        }
        DaxRegion region = bus.add(namespace.waiving(Waiver.GRANULARITY, Waiver.ALLOCATION));
        DaxDevice device = bus.device("dax0." + namespace.id());
        assertThat(region.isDynamic()).isFalse();
        assertThat(device.size()).isEqualTo(namespace.size());
        assertThat(device.alignment()).isEqualTo(namespace.alignment().orElseThrow());
        assertThat(device.ranges()).singleElement().satisfies(range -> assertThat(range.start())
            .isEqualTo(which.attachment().base() + namespace.offset() + namespace.dataOffset()));
        try (DaxMapping mapping = device.map(Access.READ_ONLY)) {
          assertPattern(mapping.segment(), namespace.uuid().orElseThrow().toString());
        }
      }
    }
  }

  private static void assertPattern(MemorySegment memory, String uuid) {
    assertThat(memory.getString(0)).startsWith("first byte of " + uuid);
    assertThat(memory.getString(memory.byteSize() - 64)).startsWith("last 64 bytes of " + uuid);
    for (long at = 4096; at < memory.byteSize() - 4096; at += MIB) {
      assertThat(memory.get(LONG, at)).isEqualTo(at);
    }
  }

  @Test
  void unlessItIsInAnotherModeWhichIsToldAsThat() throws IOException {
    InfoBlock block = MadeMedia.block(0, 32 * MIB, MadeMedia.uuid(0), InfoBlock.Signature.FSDAX);
    InfoBlock younger = new InfoBlock(block.signature(), block.uuid(), block.parentUuid(), block.flags(), block.major(),
        5,
        block.dataOffset(), block.pages(), block.mode(), block.startPad(), block.endTrunc(), block.align(),
        block.pageSize(), block.pageStructSize(), block.padding(), 0).withChecksum();
    Path file = MadeMedia.labelled(64 * MIB, LabelVersion.V1_1).label(0, 32 * MIB).label(32 * MIB, 32 * MIB)
        .infoBlock(0, younger).in(folder);
    try (NvdimmImage image = NvdimmImage.open(file); DaxBus bus = DaxBus.create()) {
      assertThat(image.namespaces().getFirst().problems()).as("a note about the version").hasSize(1);
      assertRefused(Errno.ENODEV, () -> bus.add(image.namespace("n0").waiving(Waiver.ALLOCATION)),
          "it is in mode fsdax, a block device for a file system, and jdax maps namespaces in mode devdax; destroy it, "
              + "and create one in mode devdax; on Linux: ndctl create-namespace -f -e namespace0.0 -m devdax (ENODEV)");
      assertRefused(Errno.ENODEV, () -> bus.add(image.namespace("n1").waiving(Waiver.ALLOCATION)),
          "it is in mode raw, a plain block device without an info block, and jdax maps namespaces in mode devdax");
    }
  }

  @Test
  void onlyOnce() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(Images.LABELS_1_2.in(folder));
        DaxBus bus = DaxBus.create();
        DaxBus other = DaxBus.create()) {
      Namespace one = image.namespace("one").waiving(Waiver.GRANULARITY, Waiver.ALLOCATION);
      Namespace three = image.namespace("three").waiving(Waiver.GRANULARITY, Waiver.ALLOCATION);
      DaxRegion region = bus.add(one);
      assertRefused(Errno.EBUSY, () -> other.add(one), "0x0-0x3ffffff of it is claimed already");
      other.add(three).close();
      DaxMapping mapping = bus.device("dax0.0").map(Access.READ_WRITE);
      region.close();
      assertRefused(Errno.EBUSY, () -> other.add(one), "claimed already"); // the mapping owns it
      mapping.close();
      other.add(one).close();
    }
  }

  @Test
  void theLayoutIsThatOfTheMedia() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(Images.DEVDAX_4K.in(folder)); DaxBus bus = DaxBus.create()) {
      DaxRegion region = bus.add(image.namespace("namespace0.0").waiving(Waiver.ALLOCATION));
      DaxDevice device = bus.device("dax0.0");
      assertRefused(Errno.ENOENT, () -> region.create(2 * MIB),
          "a static region has the devices that it was made with");
      assertRefused(Errno.EACCES, () -> device.resize(0), "layout of a static region");
      assertRefused(Errno.EACCES, device::destroy, "layout of a static region");
      assertThat(device.attribute("size").mode()).isEqualTo(0444);
      assertThat(device.attribute("resource").show()).isEqualTo("0x100600000\n");
      assertThat(region.attributes()).extracting(attribute -> attribute.name()).containsExactly("id", "size", "align");
      device.disable();
      device.enable();
      device.map(Access.READ_WRITE).close();
    }
  }

  @Test
  void anOrdinaryFileDoesNotPromiseLargeFaults() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(Images.LABELS_1_2.in(folder)); DaxBus bus = DaxBus.create()) {
      Namespace one = image.namespace("one").waiving(Waiver.ALLOCATION);
      assertRefused(Errno.EOPNOTSUPP, () -> bus.add(one), "its alignment is 2 MiB",
          "the file is faulted in blocks of 4 KiB", "put the image on hugetlbfs");
      bus.add(one.waiving(Waiver.GRANULARITY, Waiver.ALLOCATION));
      DaxDevice device = bus.device("dax0.0");
      assertThat(device.alignment()).isEqualTo(PageSize.SIZE_2M);
      assertRefused(Errno.EINVAL, () -> device.map(Access.READ_WRITE, 4096, 2 * MIB), "alignment, 2 MiB");
      try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
        assertThat(mapping.segment().address() % (2 * MIB)).isZero();
      }
    }
  }

  @Test
  void aMappingFillsNoHoles() throws Exception {
    Path file = folder.resolve("1g.img");
    try (RandomAccessFile media = new RandomAccessFile(file.toFile(), "rw")) {
      media.setLength(2048 * MIB);
    }
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Force.all())) {
      editor.createNamespace(NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_1G, MapLocation.RAM));
    }
    try (NvdimmImage image = NvdimmImage.open(file); DaxBus bus = DaxBus.create()) {
      bus.add(image.namespaces().getFirst().waiving(Waiver.GRANULARITY, Waiver.ALLOCATION));
      try (DaxMapping mapping = bus.device("dax0.0").map(Access.READ_WRITE)) {
        assertThat(mapping.length()).isEqualTo(1024 * MIB);
      }
    }
    Process du = new ProcessBuilder("du", "-k", file.toString()).start();
    String used = new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(Long.parseLong(used.split("\\s")[0])).describedAs("KiB of the file").isLessThan(1024);
  }

  @Test
  void aBlockThatHasChangedSinceTheImageWasOpenedIsLookedAtAgain() throws IOException {
    Path file = Images.DEVDAX_4K.in(folder);
    try (NvdimmImage image = NvdimmImage.open(file); DaxBus bus = DaxBus.create()) {
      Namespace namespace = image.namespace("namespace0.0").waiving(Waiver.ALLOCATION);
      try (RandomAccessFile media = new RandomAccessFile(file.toFile(), "rw")) {
        media.seek(InfoBlock.OFFSET + 72);
        media.write(9);
      }
      assertRefused(Errno.ENODEV, () -> bus.add(namespace), "probe namespace0.0 of " + file, "info block: checksum at");
      assertThat(bus.regions()).isEmpty();
      try (RandomAccessFile media = new RandomAccessFile(file.toFile(), "rw")) {
        media.setLength(4096);
      }
      assertRefused(Errno.EINVAL, () -> bus.add(namespace), "the file ends at 0x1000");
    }
  }
}
