// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.Waiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Namespaces in mode sector: those that Linux made, and those made here as Linux makes them and then damaged. */
class ABttIsADiskWithAtomicSectors {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final UUID NIL = new UUID(0, 0);
  private static final String RAW_DISK = "; Linux makes a raw disk of the namespace";
  private static final String NOTHING = "; Linux makes no disk of the namespace";

  @TempDir
  private Path folder;

  /** What is said of arenas with some bytes of the first block changed. */
  private NvdimmImage version2(UnaryOperator<BttInfoBlock> change) throws IOException {
    return version2(change, media -> {
    });
  }

  private NvdimmImage version2(UnaryOperator<BttInfoBlock> change, Consumer<MadeMedia> more) throws IOException {
    MadeMedia media = MadeMedia.labelled(64 * MIB, LabelVersion.V1_2);
    media.add(media.next(16 * MIB, 32 * MIB, Abstraction.BTT2));
    BttMedia.Arena arena = BttMedia.arenas(32 * MIB, 512, MadeMedia.uuid(0), 2).getFirst();
    BttInfoBlock block = change.apply(arena.block());
    BttMedia.put(media, 16 * MIB, List.of(new BttMedia.Arena(0, arena.block())));
    media.bytes(16 * MIB, block.toBytes());
    if (!block.equals(arena.block()) && block.copyOffset() == arena.block().copyOffset()) {
      media.bytes(16 * MIB + block.copyOffset(), block.toBytes());
    }
    more.accept(media);
    return NvdimmImage.open(media.in(folder));
  }

  private static List<String> sentences(NvdimmImage image) {
    return image.problems().stream().map(Problem::toString).toList();
  }

  private static void assertSector(NvdimmImage image, long sector, long size) {
    assertThat(image.problems()).isEmpty();
    assertThat(image.namespaces()).singleElement().satisfies(namespace -> {
      assertThat(namespace.linux()).isEqualTo(LinuxView.SECTOR);
      assertThat(namespace.mode()).isEqualTo(LinuxView.SECTOR);
      assertThat(namespace.sectorSize()).hasValue(sector);
      assertThat(namespace.size()).isEqualTo(size);
      assertThat(namespace.uuid()).contains(BttMedia.DEVICE);
      assertThat(namespace.infoBlock()).isEmpty();
      assertThat(image.namespace(BttMedia.DEVICE.toString())).isEqualTo(namespace);
    });
  }

  private static void assertAsNdctlListed(Namespace namespace, String name, long sector, long size, String uuid) {
    assertThat(namespace.name()).isEqualTo(name);
    assertThat(namespace.linux()).isEqualTo(LinuxView.SECTOR);
    assertThat(namespace.mode()).isEqualTo(LinuxView.SECTOR);
    assertThat(namespace.sectorSize()).hasValue(sector);
    assertThat(namespace.size()).isEqualTo(size);
    assertThat(namespace.uuid()).contains(UUID.fromString(uuid));
    // Only what Linux wrote into a new disk is in it, so a block of ours of the same place is the same.
    BttInfoBlock block = namespace.btt().orElseThrow();
    int offset = namespace.infoBlockOffset();
    BttInfoBlock ours = BttMedia.block(namespace.rawSize() - offset, sector, block.parentUuid(), offset == 0 ? 2 : 1,
        0);
    assertThat(block).usingRecursiveComparison().ignoringFields("uuid", "checksum").isEqualTo(ours);
  }

  /** What {@code ndctl list} said in the guest that made the image. */
  @ParameterizedTest
  @CsvSource({
      "SECTOR_1_2, 33134592, 2df58ad1-0a3e-42c1-93ef-aee776d9e06c, 32444416, c95c2362-b86a-4486-a939-5339784d639b",
      "SECTOR_1_1, 33130496, 5b982162-6265-40ac-b0c7-e10e71f252b1, 32440320, 864afd5a-e09c-43c5-8e49-222e36808750"})
  void madeByLinuxWithLabels(Images which, long size512, String uuid512, long size4096, String uuid4096)
      throws IOException {
    try (NvdimmImage image = NvdimmImage.open(which.in(folder), which.attachment())) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.namespaces()).hasSize(2);
      assertAsNdctlListed(image.namespaces().getFirst(), "s512", 512, size512, uuid512);
      assertAsNdctlListed(image.namespaces().getLast(), "s4096", 4096, size4096, uuid4096);
    }
  }

  @Test
  void madeByLinuxWithoutLabels() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(Images.SECTOR.in(folder), Images.SECTOR.attachment())) {
      assertThat(image.problems()).isEmpty();
      assertAsNdctlListed(image.namespaces().getFirst(), "", 4096, 32440320, "9043cee9-011b-4bc3-8813-1a4675566095");
    }
  }

  /** The sizes that Linux 6.12 gave such namespaces of 32 MiB are those of the images that it made. */
  @ParameterizedTest
  @CsvSource({"512, 512", "520, 512", "4096, 4096", "4104, 4096", "4224, 4096"})
  void ofEachSizeOfSector(long sector, long data) throws IOException {
    long size = 32 * MIB;
    MadeMedia second = MadeMedia.labelled(64 * MIB, LabelVersion.V1_2);
    second.add(second.next(16 * MIB, size, Abstraction.BTT2));
    List<BttMedia.Arena> arenas = BttMedia.arenas(size, sector, MadeMedia.uuid(0), 2);
    BttMedia.put(second, 16 * MIB, arenas);
    try (NvdimmImage image = NvdimmImage.open(second.in(folder))) {
      assertSector(image, sector, arenas.getFirst().block().externalBlocks() * data);
      assertThat(image.namespaces().getFirst().infoBlockOffset()).isZero();
      assertRefused(image, Errno.ENODEV, "in mode sector");
    }
    MadeMedia first = MadeMedia.labelled(64 * MIB, LabelVersion.V1_1);
    first.add(first.next(16 * MIB, size, Abstraction.NONE));
    BttMedia.put(first, 16 * MIB + 4096, BttMedia.arenas(size - 4096, sector, MadeMedia.uuid(0), 1));
    try (NvdimmImage image = NvdimmImage.open(first.in(folder))) {
      assertSector(image, sector, BttMedia.block(size - 4096, sector, NIL, 1, 0).externalBlocks() * data);
    }
    MadeMedia whole = MadeMedia.whole(64 * MIB);
    BttMedia.put(whole, 4096, BttMedia.arenas(64 * MIB - 4096, sector, NIL, 1));
    try (NvdimmImage image = NvdimmImage.open(whole.in(folder))) {
      assertSector(image, sector, BttMedia.block(64 * MIB - 4096, sector, NIL, 1, 0).externalBlocks() * data);
      assertThat(image.namespaces().getFirst().infoBlockOffset()).isEqualTo(4096);
    }
  }

  private static void assertRefused(NvdimmImage image, Errno errno, String words) {
    try (DaxBus bus = DaxBus.create()) {
      assertThatThrownBy(() -> bus.add(image.namespaces().getFirst().waiving(Waiver.ALLOCATION)))
          .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
          .hasMessageContaining(words);
    }
  }

  /** Arenas of at most 512 GiB; what is left after them is one of its own from 16 MiB on. */
  @ParameterizedTest
  @CsvSource({"1024, 2", "1100, 3", "512, 1"})
  void ofSeveralArenas(long gib, int count) throws IOException {
    MadeMedia media = MadeMedia.labelled(gib * GIB, LabelVersion.V1_2);
    media.add(media.next(0, gib * GIB, Abstraction.BTT2));
    List<BttMedia.Arena> arenas = BttMedia.arenas(gib * GIB, 4096, MadeMedia.uuid(0), 2);
    assertThat(arenas).hasSize(count);
    BttMedia.put(media, 0, arenas);
    try (NvdimmImage image = NvdimmImage.open(media.in(folder))) {
      assertSector(image, 4096, arenas.stream().mapToLong(arena -> arena.block().externalBlocks() * 4096).sum());
    }
  }

  @Test
  void whereALaterArenaIsDamagedThereIsNothing() throws IOException {
    MadeMedia media = MadeMedia.labelled(1024 * GIB, LabelVersion.V1_2);
    media.add(media.next(0, 1024 * GIB, Abstraction.BTT2));
    BttMedia.put(media, 0, BttMedia.arenas(1024 * GIB, 4096, MadeMedia.uuid(0), 2));
    media.bytes(512 * GIB + 100, new byte[]{1});
    try (NvdimmImage image = NvdimmImage.open(media.in(folder))) {
      assertThat(image.namespaces()).extracting(Namespace::linux).containsExactly(LinuxView.NONE);
      assertThat(image.namespaces().getFirst().mode()).isEqualTo(LinuxView.SECTOR);
      assertThat(sentences(image)).containsExactly("info block of an arena: signature at 0x8000000000 is not that of a"
          + " sound block, allowed is a BTT's info block of this namespace with a right checksum, as the arena before it"
          + " says" + NOTHING);
      assertRefused(image, Errno.ENODEV, "in mode sector");
    }
  }

  @Test
  void aDamagedFirstBlockIsARawDiskAndItsCopyIsSaid() throws IOException {
    try (NvdimmImage image = version2(block -> block, media -> media.bytes(16 * MIB + 56, new byte[]{7}))) {
      assertThat(image.namespaces()).singleElement().satisfies(namespace -> {
        assertThat(namespace.linux()).isEqualTo(LinuxView.RAW);
        assertThat(namespace.mode()).isEqualTo(LinuxView.SECTOR);
        assertThat(namespace.size()).isEqualTo(32 * MIB);
      });
      assertThat(sentences(image)).hasSize(2);
      assertThat(sentences(image).getFirst()).startsWith("info block: checksum at 0x1000ff8 is 0x").endsWith(RAW_DISK);
      assertThat(sentences(image).getLast())
          .isEqualTo("copy of the info block: signature at 0x2fff000 is sound, allowed"
              + " is a copy of the block at the beginning, which is damaged; Linux does not look at the copy; ndctl"
              + " check-namespace --repair restores the block from it");
    }
    try (NvdimmImage image = version2(block -> block, media -> media.bytes(16 * MIB, new byte[4096]))) {
      assertThat(image.namespaces().getFirst().linux()).isEqualTo(LinuxView.RAW);
      assertThat(sentences(image).getFirst()).isEqualTo(
          "info block: signature at 0x1000000 is zero, allowed is BTT_ARENA_INFO" + RAW_DISK);
      assertThat(sentences(image)).hasSize(2);
    }
  }

  @Test
  void aDamagedCopyChangesNothing() throws IOException {
    try (NvdimmImage image = version2(block -> block, media -> media.bytes(0x2fff000L, new byte[]{0}))) {
      assertThat(image.namespaces().getFirst().linux()).isEqualTo(LinuxView.SECTOR);
      assertThat(sentences(image))
          .containsExactly("copy of the info block: signature at 0x2fff000 is not that of a copy,"
              + " allowed is a copy of the block at 0x1000000; Linux does not look at it, and nothing is left to repair the"
              + " block from");
    }
  }

  private static BttInfoBlock changed(BttInfoBlock block, int at, long value, int bytes) {
    byte[] changed = block.toBytes();
    ByteBuffer out = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    switch (bytes) {
      case 2 -> out.putShort(at, (short) value);
      case 4 -> out.putInt(at, (int) value);
      default -> out.putLong(at, value);
    }
    return BttInfoBlock.parse(changed).withChecksum();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"52|1|2|RAW|version_major at 0x1000034 is 1.0, allowed is 2.0 at offset 0",
      "54|1|2|RAW|version_major at 0x1000034 is 2.1, allowed is 2.0 at offset 0",
      "32|1|8|RAW|parent_uuid at 0x1000020",
      "56|0|4|NONE|external_lbasize at 0x1000038 is 0, allowed is 512 or 4096",
      "72|0|4|NONE|nfree at 0x1000048 is 0, allowed is 1 or more",
      "72|-1|4|NONE|logoff at 0x1000068", "104|33554432|8|NONE|logoff at 0x1000068 is 0x2000000",
      "104|-1|8|NONE|logoff at 0x1000068 is 0xffffffffffffffff", "80|-4096|8|NONE|nextoff at 0x1000050",
      "80|33550337|8|NONE|nextoff at 0x1000050 is 0x1fff001", "80|16777216|8|NONE|info block of an arena: signature at",
      "60|-1|4|SECTOR|external_nlba at 0x100003c is 4294967295, allowed is at most",
      "112|-1|8|SECTOR|info2off at 0x1000070 is 0xffffffffffffffff"})
  void aFieldThatIsWrong(int at, long value, int bytes, LinuxView view, String words) throws IOException {
    try (NvdimmImage image = version2(block -> changed(block, at, value, bytes))) {
      assertThat(sentences(image).getFirst()).contains(words);
      assertThat(image.namespaces().getFirst().linux()).isEqualTo(view);
    }
  }

  /** A block of version 1.1 belongs at 4096, and one of version 2.0 at 0. */
  @Test
  void eachVersionHasItsPlace() throws IOException {
    MadeMedia media = MadeMedia.whole(64 * MIB);
    BttMedia.put(media, 4096, BttMedia.arenas(64 * MIB - 4096, 512, NIL, 2));
    try (NvdimmImage image = NvdimmImage.open(media.in(folder))) {
      assertThat(image.namespaces().getFirst().linux()).isEqualTo(LinuxView.RAW);
      assertThat(sentences(image).getFirst()).contains("version_major at 0x1034 is 2.0, allowed is 1.1 at offset 4096");
    }
    MadeMedia atStart = MadeMedia.whole(64 * MIB);
    BttMedia.put(atStart, 0, BttMedia.arenas(64 * MIB, 512, NIL, 2));
    try (NvdimmImage image = NvdimmImage.open(atStart.in(folder))) {
      assertThat(image.namespaces().getFirst().linux()).isEqualTo(LinuxView.RAW);
    }
  }

  @Test
  void aNamespaceThatIsTooSmallForOneIsNothing() throws IOException {
    MadeMedia media = MadeMedia.whole(16 * MIB);
    BttMedia.put(media, 4096, List.of(new BttMedia.Arena(0, BttMedia.block(16 * MIB - 4096, 512, NIL, 1, 0))));
    try (NvdimmImage image = NvdimmImage.open(media.in(folder))) {
      assertThat(image.namespaces().getFirst().linux()).isEqualTo(LinuxView.NONE);
      assertThat(sentences(image)).containsExactly(
          "namespace: rawsize at 0x0 is 0x1000000, allowed is at least 0x1001000 for a BTT" + NOTHING);
    }
  }

  @Test
  void itIsEndedLikeAnotherAndProtectedLikeAnother() throws IOException {
    MadeMedia media = MadeMedia.labelled(64 * MIB, LabelVersion.V1_2);
    media.add(media.next(16 * MIB, 32 * MIB, Abstraction.BTT2));
    BttMedia.put(media, 16 * MIB, BttMedia.arenas(32 * MIB, 512, MadeMedia.uuid(0), 2));
    Path file = media.in(folder);
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Force.all())) {
      assertThat(editor.destroyNamespace(BttMedia.DEVICE.toString()).namespace()).isPresent();
      assertThat(editor.image().namespaces()).isEmpty();
    }
    try (NvdimmImage image = NvdimmImage.open(file); var channel = java.nio.channels.FileChannel.open(file)) {
      ByteBuffer head = ByteBuffer.allocate(8192);
      channel.read(head, 16 * MIB);
      assertThat(Arrays.equals(head.array(), new byte[8192])).isTrue();
      assertThat(image.problems()).isEmpty();
    }
    MadeMedia whole = MadeMedia.whole(64 * MIB);
    BttMedia.put(whole, 4096, BttMedia.arenas(64 * MIB - 4096, 512, NIL, 1));
    try (ImageEditor editor = ImageEditor.open(whole.in(folder), Attachment.DEFAULT, java.util.Set.of(
        Force.UNSEEN_USERS))) {
      assertThatThrownBy(() -> editor.destroyNamespace(BttMedia.DEVICE.toString())).hasMessageContaining(
          "there is a sound info block, in mode sector");
    }
  }

  @Test
  void itsBlockIsWrittenAsItWasRead() {
    RandomBlocks.each(500, random -> {
      byte[] bytes = new byte[BttInfoBlock.SIZE];
      random.nextBytes(bytes);
      System.arraycopy(InfoBlock.Signature.BTT.bytes(), 0, bytes, 0, InfoBlock.Signature.LENGTH);
      BttInfoBlock block = BttInfoBlock.parse(bytes);
      assertThat(block.toBytes()).isEqualTo(bytes);
      assertThat(BttInfoBlock.parse(block.withChecksum().toBytes())).isEqualTo(block.withChecksum());
      assertThat(block.withChecksum().computedChecksum()).isEqualTo(block.withChecksum().checksum());
    });
    assertThatThrownBy(() -> BttInfoBlock.parse(new byte[4095])).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BttInfoBlock.parse(new byte[4096])).hasMessageContaining("BTT_ARENA_INFO");
    BttInfoBlock sound = BttMedia.block(32 * MIB, 512, NIL, 2, 0);
    assertThatThrownBy(
        () -> new BttInfoBlock(NIL, NIL, 0, 2, 0, 1L << 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sound.padding(),
            0))
        .hasMessage("external_lbasize has 32 bits and cannot hold 0x100000000");
  }
}
