// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.MadeMedia.MIB;
import static dev.jdax.pmem.MadeMedia.uuid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.pmem.InfoBlock.Signature;
import dev.jdax.spi.Waiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Info blocks whose checksum is right and which are wrong all the same, in images, and in front of the driver. */
class BadInfoBlocksAreShownAsLinuxTakesThem {
  private static final long SIZE = 64 * MIB;
  private static final String NO_DRIVER = "; Linux leaves the namespace without a driver (EOPNOTSUPP)";
  private static final String RAW_DISK = "; Linux makes a raw disk of the namespace";

  @TempDir
  private Path folder;

  /** A region without labels, whose sound block is changed and then gets the right checksum. */
  private NvdimmImage open(Consumer<ByteBuffer> change) throws IOException {
    byte[] bytes = MadeMedia.block(0, SIZE, Guids.NULL).toBytes();
    change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    return NvdimmImage.open(MadeMedia.whole(SIZE).infoBlock(0, InfoBlock.parse(bytes).withChecksum()).in(folder));
  }

  private static void assertRefused(NvdimmImage image, Errno errno, String... words) {
    try (DaxBus bus = DaxBus.create()) {
      assertThatThrownBy(() -> bus.add(image.namespaces().getFirst().waiving(Waiver.ALLOCATION, Waiver.GRANULARITY)))
          .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
          .hasMessageContainingAll(words);
      assertThat(bus.regions()).isEmpty();
    }
  }

  private static void assertIsADevice(NvdimmImage image) throws IOException {
    try (DaxBus bus = DaxBus.create()) {
      bus.add(image.namespaces().getFirst().waiving(Waiver.ALLOCATION, Waiver.GRANULARITY));
      bus.device("dax0.0").map(Access.READ_WRITE).close();
    }
  }

  private static List<String> sentences(NvdimmImage image) {
    return image.problems().stream().map(Problem::toString).toList();
  }

  @ParameterizedTest
  @CsvSource({"1, 9, 1.9, 4", "9, 4, 9.4, 4", "9, 9, 9.9, 4", "65535, 65535, 65535.65535, 4", "0, 2, 0.2, 2"})
  void aVersionOfTheFutureIsRead(int major, int minor, String version, int readAs) throws IOException {
    try (NvdimmImage image = open(block -> block.putShort(52, (short) major).putShort(54, (short) minor))) {
      assertThat(sentences(image)).containsExactly("info block: version_major at 0x1034 is " + version
          + ", allowed is 1.0 to 1.4; Linux does not compare it, and reads the block as version 1." + readAs);
      assertThat(image.namespaces()).singleElement()
          .satisfies(namespace -> assertThat(namespace.linux()).isEqualTo(LinuxView.DEVDAX));
      assertIsADevice(image);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, -4096, -0x200000, Long.MIN_VALUE, Long.MAX_VALUE, 0x7fffffffffe00000L, 64 * MIB})
  void aDataOffsetBeyondAllBounds(long offset) throws IOException {
    try (NvdimmImage image = open(block -> block.putLong(56, offset))) {
      assertThat(sentences(image)).first().isEqualTo("info block: dataoff at 0x1038 is 0x" + Long.toHexString(offset)
          + ", allowed is less than the namespace's size, 0x4000000" + NO_DRIVER);
      assertNothingButTheBlock(image);
      assertRefused(image, Errno.EOPNOTSUPP, "dataoff");
    }
  }

  private static void assertNothingButTheBlock(NvdimmImage image) {
    assertThat(image.namespaces()).singleElement().satisfies(namespace -> {
      assertThat(namespace.linux()).isEqualTo(LinuxView.NONE);
      assertThat(namespace.mode()).isEqualTo(LinuxView.DEVDAX);
      assertThat(namespace.infoBlock()).isPresent();
      assertThat(namespace.uuid()).contains(new UUID(1, 2));
      assertThat(namespace.dataOffset()).isZero();
      assertThat(namespace.size()).isZero();
      assertThat(namespace.rawSize()).isEqualTo(SIZE);
    });
  }

  @Test
  void padsThatAreMoreThanTheNamespace() throws IOException {
    try (NvdimmImage image = open(block -> block.putInt(76, 0xffe00000).putInt(80, 0xffe00000))) {
      assertThat(sentences(image)).first()
          .isEqualTo("info block: end_trunc at 0x1050 is 0xffe00000, allowed is what is,"
              + " with start_pad 0xffe00000, no more than the namespace's size, 0x4000000; Linux subtracts without a sign,"
              + " takes the block, and then fails to make a device");
      assertNothingButTheBlock(image);
      assertRefused(image, Errno.EOPNOTSUPP, "end_trunc");
    }
  }

  @Test
  void morePagesThanThereAreIsOnlyOdd() throws IOException {
    try (NvdimmImage image = open(block -> block.putLong(64, -1))) {
      assertThat(sentences(image)).containsExactly("info block: npfns at 0x1040 is 18446744073709551615, allowed is at"
          + " most 15872, the pages that there are; Linux ignores it");
      assertThat(image.namespaces().getFirst().size()).isEqualTo(62 * MIB);
      assertIsADevice(image);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "80|4096|end_trunc at 0x1050 is 0x1000, allowed is what makes the end, 0x104000000 less it, a multiple of 2 MiB",
      "76|1048576|start_pad at 0x104c is 0x100000, allowed is what makes the start, 0x100000000 and it, a multiple of"
          + " 2 MiB",
      "56|2099200|dataoff at 0x1038 is 0x200800, allowed is a multiple of 4 KiB",
      "84|8192|align at 0x1054 is 8 KiB, allowed is 4 KiB, 2 MiB or 1 GiB",
      "84|1073741824|align at 0x1054 is 1 GiB, allowed is at most the namespace's size, 64 MiB"})
  void aGeometryThatIsWrong(int field, int value, String sentence) throws IOException {
    try (NvdimmImage image = open(block -> block.putInt(field, value))) {
      assertThat(sentences(image)).first().isEqualTo("info block: " + sentence + NO_DRIVER);
      assertNothingButTheBlock(image);
      assertRefused(image, Errno.EOPNOTSUPP, sentence);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "56|4096|dataoff at 0x1038 is 0x1000, allowed is at least 0x2000, behind the info block; Linux takes the block, and"
          + " then its driver fails (EINVAL): there is no device"})
  void whatLinuxTakesAndTripsOver(int field, int value, String sentence) throws IOException {
    try (NvdimmImage image = open(block -> block.putInt(field, value))) {
      assertThat(sentences(image)).first().isEqualTo("info block: " + sentence);
      assertNothingButTheBlock(image);
      assertRefused(image, Errno.EOPNOTSUPP, "dataoff");
    }
  }

  @Test
  void aMemoryMapThatIsInNeitherPlace() throws IOException {
    try (NvdimmImage image = open(block -> block.putInt(72, 3))) {
      assertThat(sentences(image))
          .containsExactly("info block: mode at 0x1048 is 3, allowed is 1 (memory map in RAM) or"
              + " 2 (memory map on the device)" + RAW_DISK);
      assertThat(image.namespaces().getFirst().linux()).isEqualTo(LinuxView.RAW);
      assertThat(image.namespaces().getFirst().map()).isEmpty();
      assertRefused(image, Errno.ENODEV, "mode at 0x1048");
    }
  }

  @Test
  void aChecksumThatIsWrong() throws IOException {
    byte[] block = MadeMedia.block(0, SIZE, Guids.NULL).toBytes();
    block[InfoBlock.SIZE - 10] = 1;
    try (NvdimmImage image = NvdimmImage.open(MadeMedia.whole(SIZE).bytes(InfoBlock.OFFSET, block).in(folder))) {
      assertThat(sentences(image)).hasSize(2).first().asString().startsWith("info block: checksum at 0x1ff8 is 0x")
          .endsWith(", the Fletcher-64 of the block" + RAW_DISK);
      assertThat(image.namespaces().getFirst().infoBlock()).isPresent();
      assertRefused(image, Errno.ENODEV, "checksum at 0x1ff8");
    }
  }

  /** P-03. */
  @ParameterizedTest
  @CsvSource({"NONE, DEVDAX, DEVDAX, ", "DAX, DEVDAX, DEVDAX, ", "PFN, DEVDAX, RAW, NVDIMM_PFN_INFO",
      "BTT, DEVDAX, RAW, BTT_ARENA_INFO", "NONE, FSDAX, FSDAX, ",
      "PFN, FSDAX, FSDAX, ", "DAX, FSDAX, RAW, NVDIMM_DAX_INFO", "BTT, FSDAX, RAW, BTT_ARENA_INFO"})
  void anAbstractionLetsLinuxLookForOneThing(Abstraction abstraction, Signature signature, LinuxView view,
      String allowed) throws IOException {
    assertSeen(abstraction.guid(), signature, view, allowed);
  }

  /** P-03. */
  @ParameterizedTest
  @ValueSource(strings = {"00000000-0000-0000-0000-000000000001", "66f0d379-b4f3-4074-ac43-0d3318b78cdb",
      "9c6da897-dd3c-da4e-986f-5068b4f80088"})
  void anUnknownAbstractionLetsItLookForNothing(UUID guid) throws IOException {
    for (Signature signature : List.of(Signature.DEVDAX, Signature.FSDAX)) {
      assertSeen(guid, signature, LinuxView.RAW, "none, because Linux does not know the abstraction in the label");
    }
  }

  private void assertSeen(UUID guid, Signature signature, LinuxView view, String allowed) throws IOException {
    MadeMedia media = MadeMedia.labelled(SIZE, LabelVersion.V1_2)
        .label(0, 32 * MIB, label -> new Label(label.version(), label.uuid(), label.nameBytes(), label.flags(), 1, 0,
            label.cookie(), label.lbaSize(), label.dpa(), label.rawSize(), label.slot(), 0, label.padding(),
            label.type(), guid, label.reserved(), 0))
        .infoBlock(0, MadeMedia.block(0, 32 * MIB, uuid(0), signature));
    try (NvdimmImage image = NvdimmImage.open(media.in(folder))) {
      assertThat(image.namespaces()).singleElement().satisfies(namespace -> {
        assertThat(namespace.linux()).isEqualTo(view);
        assertThat(namespace.mode()).isEqualTo(signature.view());
        assertThat(namespace.size()).isEqualTo(view == LinuxView.RAW ? 32 * MIB : 30 * MIB);
      });
      if (allowed == null) {
        assertThat(sentences(image)).isEmpty();
      } else {
        assertThat(sentences(image)).containsExactly("info block: signature at 0x1000 is " + signature.text()
            + ", allowed is " + allowed + RAW_DISK);
      }
      if (view == LinuxView.DEVDAX) {
        assertIsADevice(image);
      } else {
        assertRefused(image, Errno.ENODEV, "probe namespace0.0");
      }
    }
  }

  @Test
  void aBlockOfAnotherNamespaceIsNotTaken() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(MadeMedia.labelled(SIZE, LabelVersion.V1_2).label(0, 32 * MIB)
        .infoBlock(0, MadeMedia.block(0, 32 * MIB, uuid(7))).in(folder))) {
      assertThat(sentences(image)).containsExactly("info block: parent_uuid at 0x1020 is " + uuid(7) + ", allowed is "
          + uuid(0) + ", the uuid in the label" + RAW_DISK);
      assertRefused(image, Errno.ENODEV, "parent_uuid at 0x1020");
    }
  }
}
