// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_1;
import static dev.jdax.pmem.LabelVersion.V1_2;
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
import java.util.function.UnaryOperator;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.Waiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels of which something is wrong, in images: L-25, L-46, L-60 to L-68. */
class BadLabelsAreShownAsLinuxTakesThem {
  private static final long REGION = 64 * MIB;
  private static final long SIZE = 16 * MIB;
  private static final String SKIPPED = "; Linux skips the label, and keeps its space reserved";
  private static final String ALL_LOST = "; Linux makes no namespace of the whole region";

  @TempDir
  private Path folder;

  private NvdimmImage open(MadeMedia media) throws IOException {
    return NvdimmImage.open(media.in(folder));
  }

  private static MadeMedia media() {
    return MadeMedia.labelled(REGION, V1_2);
  }

  private static List<String> sentences(NvdimmImage image) {
    return image.problems().stream().map(Problem::toString).toList();
  }

  /** Changes bytes of a label; its checksum is made right by the builder. */
  private static UnaryOperator<Label> with(int field, Number value) {
    return label -> {
      byte[] bytes = label.toBytes();
      ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      switch (value) {
        case Short s -> out.putShort(field, s);
        case Long l -> out.putLong(field, l);
        default -> out.putInt(field, value.intValue());
      }
      return Label.parse(label.version(), bytes);
    };
  }

  private static void assertRefused(Namespace namespace, Errno errno, String... words) {
    try (DaxBus bus = DaxBus.create()) {
      assertThatThrownBy(() -> bus.add(namespace.waiving(Waiver.ALLOCATION)))
          .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
          .hasMessageContainingAll(words);
      assertThat(bus.regions()).isEmpty();
    }
  }

  private static void assertIsADevice(Namespace namespace) throws IOException {
    try (DaxBus bus = DaxBus.create()) {
      bus.add(namespace.waiving(Waiver.ALLOCATION));
      bus.device("dax0." + namespace.id()).map(Access.READ_WRITE).close();
    }
  }

  @Test
  void overlappingLabelsMakeTheWholeRegionOneRawDisk() throws IOException {
    try (NvdimmImage image = open(media().namespace(0, 2 * SIZE).namespace(SIZE, 2 * SIZE))) {
      assertThat(sentences(image)).hasSize(2).first()
          .isEqualTo("label in slot 1: dpa at 0x4000368 is 0x1000000, allowed"
              + " is space that slot 0: 32 MiB at 0x0 does not have; Linux fails the DIMM (EBUSY), and makes one raw disk of"
              + " the whole region");
      assertThat(sentences(image).getLast()).startsWith("info block: parent_uuid at 0x1020 is " + uuid(0)).endsWith(
          "allowed is " + Guids.NULL + ", as the namespace has no label; Linux makes a raw disk of the namespace");
      assertThat(image.namespaces()).singleElement().satisfies(all -> {
        assertThat(all.linux()).isEqualTo(LinuxView.RAW);
        assertThat(all.label()).isEmpty();
        assertThat(all.rawSize()).isEqualTo(REGION);
        assertRefused(all, Errno.ENODEV, "parent_uuid");
      });
      assertThat(image.labelArea().orElseThrow().live()).extracting(slot -> slot.label().uuid())
          .containsExactly(uuid(0), uuid(1));
    }
  }

  @Test
  void labelsThatTouchDoNotOverlap() throws IOException {
    try (NvdimmImage image = open(media().namespace(0, SIZE).namespace(SIZE, SIZE))) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.namespaces()).hasSize(2).allMatch(namespace -> namespace.linux() == LinuxView.DEVDAX);
      for (Namespace namespace : image.namespaces()) {
        assertIsADevice(namespace);
      }
    }
  }

  @Test
  void aUuidThatTwoLabelsHaveLosesAllNamespaces() throws IOException {
    try (NvdimmImage image = open(media().namespace(0, SIZE)
        .add(Label.of(V1_2, uuid(0), "again", MadeMedia.COOKIE, SIZE, SIZE, 1, Abstraction.DAX))
        .infoBlock(SIZE, MadeMedia.block(SIZE, SIZE, uuid(0)))
        .namespace(2 * SIZE, SIZE))) {
      assertThat(sentences(image)).containsExactly("label in slot 1: uuid at 0x4000300 is " + uuid(0)
          + ", allowed is a uuid that no other label has" + ALL_LOST);
      assertThat(image.namespaces()).extracting(Namespace::name).containsExactly("n0", "again", "n2");
      for (Namespace namespace : image.namespaces()) {
        assertThat(namespace.linux()).isEqualTo(LinuxView.NONE);
        assertThat(namespace.infoBlock()).describedAs("what is there can still be read").isPresent();
        assertRefused(namespace, Errno.ENXIO, "the labels of its region contradict each other");
      }
    }
  }

  @Test
  void aNamespaceIsLostThoughItsInfoBlockIsOnlyOdd() throws IOException {
    InfoBlock odd = MadeMedia.block(0, SIZE, uuid(0));
    byte[] bytes = odd.toBytes();
    bytes[InfoBlockField.MINOR.offset()] = 9;
    try (NvdimmImage image = open(media().label(0, SIZE).infoBlock(0, InfoBlock.parse(bytes).withChecksum())
        .label(SIZE, SIZE, with(84, (short) 2)))) {
      Namespace first = image.namespaces().getFirst();
      assertThat(first.problems()).extracting(Problem::field).containsExactly("version_major");
      assertThat(first.linux()).isEqualTo(LinuxView.NONE);
      assertRefused(first, Errno.ENXIO, "the labels of its region contradict each other");
    }
  }

  @Test
  void aWrongCookieHidesTheLabelAndKeepsItsSpace() throws IOException {
    long cookie = InterleaveSetCookie.of(InterleaveSetCookie.Dimm.ofQemu(0)).cookie2();
    MadeMedia media = media().namespace(0, SIZE, with(88, cookie)).namespace(SIZE, SIZE)
        .namespace(2 * SIZE, SIZE, with(88, cookie));
    for (Attachment attachment : List.of(Attachment.DEFAULT, Attachment.DEFAULT.withSlot(0))) {
      try (NvdimmImage image = NvdimmImage.open(media.in(folder), attachment)) {
        assertThat(sentences(image)).containsExactly("label in slot 1: isetcookie at 0x4000358 is 0x1122334455667788,"
            + " allowed is 0xba90120012b4dc" + SKIPPED);
        assertThat(image.namespaces()).extracting(Namespace::name).containsExactly("n0", "n2");
        assertThat(image.freeSpaces()).containsExactly(new NvdimmImage.Space(3 * SIZE, SIZE));
        assertThat(image.namespaces().getLast().linux()).isEqualTo(LinuxView.DEVDAX);
        assertThat(image.namespaces().getLast().device()).isEqualTo("namespace0.1");
        assertThat(image.labelArea().orElseThrow().live()).hasSize(3);
      }
    }
  }

  @Test
  void theCookieOfOldKernelsIsTaken() throws IOException {
    long old = InterleaveSetCookie.of(InterleaveSetCookie.Dimm.ofQemu(3)).alternate();
    try (NvdimmImage image = NvdimmImage.open(media().namespace(0, SIZE, with(88, old)).in(folder),
        Attachment.DEFAULT.withSlot(3))) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.namespaces()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "84|2|nlabel at 0x4000354 is 2, allowed is 1, the DIMMs in the set of this image",
      "84|0|nlabel at 0x4000354 is 0, allowed is 1, the DIMMs in the set of this image",
      "84|-1|nlabel at 0x4000354 is 65535, allowed is 1, the DIMMs in the set of this image",
      "86|1|position at 0x4000356 is 1, allowed is 0, the only position in a set of one DIMM"})
  void anotherSetOfDimmsLosesAllNamespaces(int field, short value, String sentence) throws IOException {
    for (LabelVersion version : LabelVersion.values()) {
      MadeMedia media = MadeMedia.labelled(REGION, version).namespace(0, SIZE).namespace(SIZE, SIZE,
          with(field, value));
      try (NvdimmImage image = open(media)) {
        String here = version == V1_2
            ? sentence
            : sentence.replace("0x40003", "0x40002").replace("254 is", "2d4 is")
                .replace("256 is", "2d6 is");
        assertThat(sentences(image)).containsExactly("label in slot 1: " + here + ALL_LOST);
        assertThat(image.namespaces()).hasSize(2).allMatch(namespace -> namespace.linux() == LinuxView.NONE);
        assertRefused(image.namespace("n0"), Errno.ENXIO, "contradict each other");
      }
    }
  }

  @Test
  void anotherTypeOfMemoryLosesAllNamespaces() throws IOException {
    UnaryOperator<Label> isVolatile = label -> new Label(V1_2, label.uuid(), label.nameBytes(), 0, 1, 0, label.cookie(),
        512, label.dpa(), label.rawSize(), label.slot(), 0, label.padding(), Label.VOLATILE, label.abstractionGuid(),
        label.reserved(), 0);
    try (NvdimmImage image = open(media().namespace(0, SIZE).namespace(SIZE, SIZE, isVolatile))) {
      assertThat(sentences(image)).containsExactly("label in slot 1: type_guid at 0x4000380 is " + Label.VOLATILE
          + ", allowed is " + Label.PERSISTENT + ", persistent memory" + ALL_LOST);
      assertThat(image.namespaces()).hasSize(2).allMatch(namespace -> namespace.linux() == LinuxView.NONE);
    }
  }

  @ParameterizedTest
  @CsvSource({"0x3000001", "0x4000000", "0x7fffffffffffffff", "-0x8000000000000000", "-0x1000001"})
  void aSizeBeyondTheEndLosesAllNamespaces(String text) throws IOException {
    long size = Long.decode(text);
    try (NvdimmImage image = open(media().namespace(0, SIZE).label(SIZE, size))) {
      assertThat(sentences(image)).first().isEqualTo("label in slot 1: rawsize at 0x4000370 is 0x"
          + Long.toHexString(size) + ", allowed is 1 to 0x3000000, what the DIMM has from there" + ALL_LOST);
      assertThat(image.namespaces()).hasSize(2).allMatch(namespace -> namespace.linux() == LinuxView.NONE);
      assertRefused(image.namespace("n0"), Errno.ENXIO, "contradict each other");
      assertThat(image.namespace("n1").rawSize()).isBetween(0L, REGION - SIZE);
    }
  }

  @ParameterizedTest
  @CsvSource({"0x4000000", "0x100000000", "0x7ffffffffffff000", "-0x1000"})
  void anAddressOutsideOfTheDimmIsSkipped(String text) throws IOException {
    long dpa = Long.decode(text);
    try (NvdimmImage image = open(media().namespace(0, SIZE).label(dpa, 4096))) {
      assertThat(sentences(image)).containsExactly("label in slot 1: dpa at 0x4000368 is 0x" + Long.toHexString(dpa)
          + ", allowed is an address below 0x4000000" + SKIPPED);
      assertThat(image.namespaces()).singleElement().satisfies(left -> {
        assertThat(left.linux()).isEqualTo(LinuxView.DEVDAX);
        assertIsADevice(left);
      });
      assertThat(image.freeSpaces()).containsExactly(new NvdimmImage.Space(SIZE, REGION - SIZE));
    }
  }

  @Test
  void anAddressThatNoBlockBeginsAtIsTaken() throws IOException {
    // L-67: granularity is not validated; the info block is.
    try (NvdimmImage image = open(media().label(0x1000, SIZE + 0x800).infoBlock(0x1000, MadeMedia.block(0, SIZE,
        uuid(0))))) {
      assertThat(image.namespaces()).singleElement().satisfies(namespace -> {
        assertThat(namespace.offset()).isEqualTo(0x1000);
        assertThat(namespace.rawSize()).isEqualTo(SIZE + 0x800);
        assertThat(namespace.linux()).isEqualTo(LinuxView.NONE);
        assertThat(namespace.problems()).extracting(Problem::field).contains("start_pad", "end_trunc");
      });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Label.UPDATING, Label.READ_ONLY | Label.LOCAL, -1})
  void flagsAreNotHeeded(int flags) throws IOException {
    try (NvdimmImage image = open(media().namespace(0, SIZE, label -> label.withFlags(flags)))) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.namespaces()).singleElement().satisfies(namespace -> {
        assertThat(namespace.linux()).isEqualTo(LinuxView.DEVDAX);
        assertIsADevice(namespace);
      });
    }
  }

  @Test
  void namespacesAreNumberedByTheBytesOfTheirStarts() throws IOException {
    // L-68.
    try (NvdimmImage image = open(MadeMedia.labelled(0x102000000L, V1_2).namespace(0x10000000, SIZE)
        .namespace(0x100000000L, SIZE).namespace(0x20000000, SIZE)); DaxBus bus = DaxBus.create()) {
      assertThat(image.namespaces()).extracting(namespace -> namespace.device() + " "
          + Long.toHexString(MadeMedia.BASE + namespace.offset()) + " " + namespace.name()).containsExactly(
              "namespace0.0 200000000 n1", "namespace0.1 110000000 n0", "namespace0.2 120000000 n2");
      bus.add(image.namespace("n1").waiving(Waiver.ALLOCATION));
      assertThat(bus.device("dax0.0").ranges()).singleElement()
          .satisfies(range -> assertThat(range.start()).isEqualTo(0x200200000L));
    }
  }

  /** Two namespaces as index block 1 has it, and one as index block 0 does. */
  private static MadeMedia thatDisagrees(int sequence0, int sequence1) {
    return media().namespace(0, SIZE).namespace(SIZE, SIZE).damaging(area -> {
      for (int number = 0; number < 2; number++) {
        ByteBuffer block = ByteBuffer.wrap(area, number * 256, 256).slice().order(ByteOrder.LITTLE_ENDIAN);
        block.putInt(20, number == 0 ? sequence0 : sequence1);
        block.put(72, (byte) (number == 0 ? ~1 : ~3));
        MediaOfBytes.seal(area, number * 256, 256, IndexBlock.CHECKSUM);
      }
    });
  }

  @ParameterizedTest
  @CsvSource({"2, 2, 2", "3, 1, 2", "1, 3, 1", "5, 3, 1", "1, 2, 2", "2, 1, 1", "0, 1, 2", "1, 0, 1"})
  void ofIndexBlocksThatDisagreeOneCounts(int sequence0, int sequence1, int namespaces) throws IOException {
    try (NvdimmImage image = open(thatDisagrees(sequence0, sequence1))) {
      assertThat(image.namespaces()).hasSize(namespaces).allMatch(n -> n.linux() == LinuxView.DEVDAX);
      assertThat(image.freeSpaces()).containsExactly(
          new NvdimmImage.Space(namespaces * SIZE, REGION - namespaces * SIZE));
      assertThat(sentences(image)).hasSize(sequence0 == 0 || sequence1 == 0 ? 1 : 0)
          .allMatch(sentence -> sentence.endsWith("; Linux ignores this block"));
    }
  }

  @Test
  void aBrokenIndexBlockBringsBackTheNamespacesOfBefore() throws IOException {
    try (NvdimmImage image = open(thatDisagrees(1, 2).damaging(area -> area[256 + 72] ^= 4))) {
      assertThat(image.namespaces()).hasSize(1);
      assertThat(sentences(image)).singleElement().asString().startsWith("index block 1: checksum at 0x4000140 is 0x")
          .endsWith(", the sum of the 256 bytes of the block; Linux ignores this block");
      assertThat(image.labelArea().orElseThrow().stale()).extracting(slot -> slot.label().name()).containsExactly("n1");
    }
  }

  @Test
  void withoutAnIndexBlockTheWholeRegionIsOneRawDisk() throws IOException {
    try (NvdimmImage image = open(thatDisagrees(0, 0))) {
      assertThat(sentences(image)).hasSize(3).startsWith(
          "index block 0: seq at 0x4000014 is 0, allowed is one whose lowest two bits are not both 0; Linux ignores this"
              + " block");
      assertThat(image.labelArea().orElseThrow().blank()).isTrue();
      assertThat(image.namespaces()).singleElement().satisfies(all -> {
        assertThat(all.linux()).isEqualTo(LinuxView.RAW);
        assertThat(all.rawSize()).isEqualTo(REGION);
      });
      assertThat(image.freeSpaces()).isEmpty();
    }
  }

  @Test
  void anIndexBlockOfTheFutureIsRead() throws IOException {
    try (NvdimmImage image = open(media().namespace(0, SIZE).damaging(area -> {
      for (int number = 0; number < 2; number++) {
        ByteBuffer.wrap(area).order(ByteOrder.LITTLE_ENDIAN).putShort(number * 256 + 60, (short) 9)
            .putShort(number * 256 + 62, (short) 9);
        MediaOfBytes.seal(area, number * 256, 256, IndexBlock.CHECKSUM);
      }
    }))) {
      assertThat(image.labelArea().orElseThrow().index().orElseThrow().minor()).isEqualTo(9);
      assertThat(image.namespaces()).singleElement().satisfies(namespace -> {
        assertThat(namespace.linux()).isEqualTo(LinuxView.DEVDAX);
        assertIsADevice(namespace);
      });
    }
  }

  /** Its labels have 128 bytes, so that only the first half of each is read; and their cookie is not that of 1.1. */
  @Test
  void anIndexBlockOfAVersionThatNeverWasIsRead() throws IOException {
    long cookie = InterleaveSetCookie.of(InterleaveSetCookie.Dimm.ofQemu(3)).cookie2();
    Path file = media().namespace(0, SIZE, with(88, cookie)).namespace(SIZE, SIZE, with(88, cookie)).damaging(area -> {
      for (int number = 0; number < 2; number++) {
        area[number * 256 + 60] = 0;
        MediaOfBytes.seal(area, number * 256, 256, IndexBlock.CHECKSUM);
      }
    }).in(folder);
    try (NvdimmImage image = NvdimmImage.open(file, Attachment.DEFAULT.withSlot(3))) {
      assertThat(image.labelArea().orElseThrow().version()).isEqualTo(V1_1);
      assertThat(image.namespaces()).singleElement().satisfies(namespace -> {
        assertThat(namespace.name()).isEqualTo("n0");
        assertThat(namespace.linux()).isEqualTo(LinuxView.DEVDAX);
      });
    }
  }

  @Test
  void aLabelOfAnotherSlotOrSumIsIgnored() throws IOException {
    try (NvdimmImage image = open(media().namespace(0, SIZE).label(SIZE, SIZE).label(2 * SIZE, SIZE)
        .damaging(area -> {
          area[0x300 + 120] = 7;
          MediaOfBytes.seal(area, 0x300, 256, 248);
          area[0x400 + 20] ^= 1;
        }))) {
      assertThat(sentences(image)).hasSize(2).first().isEqualTo("label in slot 1: slot at 0x4000378 is 7, allowed is 1,"
          + " the slot that it stands in; Linux ignores the label: its space is free, its slot is not");
      assertThat(sentences(image).getLast()).startsWith("label in slot 2: checksum at 0x40004f8 is 0x")
          .endsWith("; Linux ignores the label: its space is free, its slot is not");
      assertThat(image.namespaces()).extracting(Namespace::name).containsExactly("n0");
      assertThat(image.freeSpaces()).containsExactly(new NvdimmImage.Space(SIZE, REGION - SIZE));
      assertThat(image.labelArea().orElseThrow().used()).hasSize(3);
    }
  }

  @ParameterizedTest
  @CsvSource({"16, 2, 16000", "8192, 1, 7000", "16, 2, 400"})
  void asManyLabelsAsThereIsRoomForAreReadWithinBounds(long size, short dimms, int count) throws IOException {
    // Each of them a problem of its own, or none of them.
    int area = 2 << 20;
    LabelGeometry geometry = new LabelGeometry(area, V1_1);
    int labels = Math.min(count, geometry.slots());
    long region = Math.ceilDiv(size * labels, 4096L) * 4096; // QEMU cuts off what is no whole page
    MadeMedia media = MadeMedia.labelled(region, V1_1).areaSize(area);
    for (int slot = 0; slot < labels; slot++) {
      media.add(with(84, dimms).apply(Label.of(V1_1, new UUID(7, slot), "", 1, slot * size, size, slot,
          Abstraction.NONE)));
    }
    Path file = media.in(folder);
    long before = LabelMedia.allocatedBytes();
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(LabelMedia.allocatedBytes() - before).isLessThanOrEqualTo(64 * (region + area) + (16 << 20));
      assertThat(image.namespaces()).hasSize(labels);
    }
  }
}
