// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link CxlLabelArea}: areas of version 2.1 are never taken for 1.2, shown, checked, and not written to. */
class CxlLabelsAreReadAsWhatTheyAre {
  private static final long MIB = CxlMedia.MIB;
  private static final UUID OTHER = new UUID(5, 6);

  @TempDir
  private Path folder;

  /** The memory and its label area in one file, as jdax has those of an NVDIMM. */
  private Path image(long regionSize, byte[] area) throws IOException {
    Path file = folder.resolve("cxl-" + System.nanoTime() + ".img");
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(area), regionSize);
    }
    return file;
  }

  private static CxlLabelArea read(byte[] area) {
    return CxlLabelArea.of(LabelArea.parse(area, 0), area).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 16 << 20})
  void withAndWithoutTheMemory(long regionSize) throws IOException {
    try (NvdimmImage image = NvdimmImage.open(image(regionSize, CxlMedia.sound()))) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.labelArea()).isEmpty();
      assertThat(image.namespaces()).isEmpty();
      assertThat(image.freeSpaces()).isEmpty();
      assertThat(image.regionSize()).isEqualTo(regionSize);
      assertThat(image.isLabelAreaOnly()).isEqualTo(regionSize == 0);
      CxlLabelArea area = image.cxlLabelArea().orElseThrow();
      assertThat(area.offset()).isEqualTo(regionSize);
      assertThat(area.current().number()).hasValue(1);
      assertThat(area.used()).extracting(CxlLabelSlot::number).containsExactly(1, 2, 3);
      assertThat(area.used()).extracting(CxlLabelSlot::valid).containsOnly(true);
      assertThat(area.used().get(0).label()).isEqualTo(CxlMedia.region(1));
      assertThat(((CxlNamespaceLabel) area.used().get(1).label()).name()).isEqualTo("cxl");
      assertThat(area.used().get(2).label()).isInstanceOf(CxlOtherLabel.class);
      assertThat(area.freeSlots()).isEqualTo(507);
    }
  }

  @Test
  void anAreaOfOneMebibyteHasTheSlotsThatLinuxGivesIt() throws IOException {
    // So ndctl shows one that the patches for CXL labels have written: 4090 slots.
    CxlLabelArea area = read(CxlMedia.area(1 << 20, CxlMedia.namespace(CxlMedia.SPACE, "", 0, 0, MIB),
        CxlMedia.region(1)));
    assertThat(area.used().size() + area.freeSlots()).isEqualTo(4090);
    assertThat(area.problems()).isEmpty();
  }

  @Test
  void anEmptyOneIsOneTooAndOneOfVendorsAlone() {
    assertThat(read(CxlMedia.area(128 << 10)).used()).isEmpty();
    CxlLabelArea vendors = read(CxlMedia.area(128 << 10, new CxlOtherLabel(Bytes.copyOf(new byte[]{1}, 0, 256))));
    assertThat(vendors.used()).singleElement().satisfies(slot -> assertThat(slot.problems()).singleElement().asString()
        .startsWith("CXL label in slot 0: checksum"));
  }

  @Test
  void labelsOfVersion12BelowSuchAnIndexAreReadAsLinuxReadsThem() {
    // The guest's DisputedImages has that: Linux does not look at the major version.
    byte[] area = LabelMedia.ofLinux(V1_2);
    LabelGeometry geometry = new LabelGeometry(area.length, V1_2);
    for (int number = 0; number < 2; number++) {
      area = LabelMedia.damaged(area, geometry, number, block -> block.putShort(60, (short) 2).putShort(62, (short) 1));
    }
    LabelArea read = LabelArea.parse(area, 0);
    assertThat(read.index().orElseThrow().major()).isEqualTo(2);
    assertThat(CxlLabelArea.of(read, area)).isEmpty();
    assertThat(read.live()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "2, 0", "2, 2", "9, 9"})
  void anotherVersionIsNone(short major, short minor) {
    byte[] area = CxlMedia.sound();
    LabelGeometry geometry = new LabelGeometry(area.length, V1_2);
    for (int number = 0; number < 2; number++) {
      area = LabelMedia.damaged(area, geometry, number, block -> block.putShort(60, major).putShort(62, minor));
    }
    assertThat(CxlLabelArea.of(LabelArea.parse(area, 0), area)).isEmpty();
  }

  @Test
  void oneOfTwoIndexBlocksIsEnough() {
    byte[] area = CxlMedia.sound();
    area[256 + 72] ^= 1;
    CxlLabelArea read = read(area);
    assertThat(read.current().number()).hasValue(0);
    assertThat(read.problems()).singleElement().asString().startsWith("index block 1: checksum at 0x140");
    area[72] ^= 1;
    CxlLabelArea blank = read(area);
    assertThat(blank.blank()).isTrue();
    assertThat(blank.stale()).hasSize(3);
    assertThat(blank.problems()).hasSize(2);
  }

  static Stream<List<Object>> wrong() {
    CxlRegionLabel region = CxlMedia.region(0);
    return Stream.of(
        List.of(CxlMedia.namespace(CxlMedia.SPACE, "", 7, 0, MIB),
            "CXL label in slot 1: slot at 0x378 is 7, allowed is 1, the slot that it stands in; software that knows"
                + " CXL labels does not heed the label"),
        List.of(new CxlNamespaceLabel(OTHER, Bytes.zeros(64), 0, 1, 1, 0, MIB, 1, 0, CxlMedia.REGION, Guids.NULL, 0,
            Bytes.zeros(86), 0).withChecksum(),
            "CXL label in slot 1: position at 0x366 is 1, allowed is less than nrange, which is 1; the label belongs to"
                + " no region or namespace that is whole"),
        List.of(new CxlRegionLabel(OTHER, 0, 2, 2, 0, MIB, 0, 1, 0, 0, Bytes.zeros(172), 0).withChecksum(),
            "CXL label in slot 1: position at 0x326 is 2, allowed is less than nlabel, which is 2; the label belongs to"
                + " no region or namespace that is whole"),
        List.of(CxlMedia.region(1), "CXL label in slot 1: uuid at 0x310 is " + CxlMedia.REGION
            + ", allowed is a uuid that no other region has here; it is not known which of the two is the region"),
        List.of(CxlMedia.namespace(OTHER, "", 1, 511 * MIB, 2 * MIB),
            "CXL label in slot 1: dpa at 0x368 is 0x1ff00000, allowed is what lies, with its 0x200000 bytes, in the"
                + " region's 0x20000000 from 0x0; the namespace does not lie in its region"),
        List.of(CxlMedia.namespace(OTHER, "", 1, -MIB, 2 * MIB),
            "CXL label in slot 1: dpa at 0x368 is 0xfffffffffff00000, allowed is what lies, with its 0x200000 bytes, in"
                + " the region's 0x20000000 from 0x0; the namespace does not lie in its region"),
        List.of(new CxlNamespaceLabel(OTHER, Bytes.zeros(64), 0, 1, 0, 0, MIB, 1, 0, OTHER, Guids.NULL, 0,
            Bytes.zeros(86), 0).withChecksum(),
            "CXL label in slot 1: region_uuid at 0x380 is " + OTHER
                + ", allowed is the uuid of a region label in this area; the namespace lies in no region"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void whatIsWrongWithALabelIsASentence(List<Object> labelAndSentence) {
    CxlLabelArea area = read(CxlMedia.area(128 << 10, CxlMedia.region(0), (CxlLabel) labelAndSentence.getFirst()));
    assertThat(area.problems()).extracting(Problem::toString).containsExactly((String) labelAndSentence.getLast());
  }

  @Test
  void aWrongChecksumAndAnOverlapAreSeen() {
    byte[] area = CxlMedia.area(128 << 10, CxlMedia.region(0), CxlMedia.namespace(OTHER, "", 1, 0, 2 * MIB),
        CxlMedia.namespace(CxlMedia.SPACE, "", 2, MIB, MIB));
    assertThat(read(area).problems()).singleElement().asString().startsWith(
        "CXL label in slot 2: dpa at 0x468 is 0x100000, allowed is space that slot 1: 2 MiB at 0x0 does not have");
    area[0x400 + 40] = 'x';
    assertThat(read(area).problems()).singleElement().asString().startsWith("CXL label in slot 2: checksum at 0x4f8");
  }

  private static void refused(ThrowingCallable call, Errno errno, String... words) {
    assertThatThrownBy(call).isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessageContainingAll(words);
  }

  @Test
  void theyAreNotWrittenToAlsoByForce() throws IOException {
    Path file = image(16 * MIB, CxlMedia.sound());
    byte[] before = Files.readAllBytes(file);
    String[] why = {"its labels are those of CXL memory, version 2.1, which jdax reads and does not write"};
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Force.all())) {
      NamespaceRequest request = NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_4K, MapLocation.RAM);
      refused(() -> editor.createNamespace(request), Errno.EINVAL, why);
      refused(() -> editor.destroyNamespace("cxl"), Errno.EINVAL, why);
      refused(editor::repairLabels, Errno.EINVAL, why);
      refused(() -> editor.writeInfoBlock(MadeMedia.block(0, 16 * MIB, Guids.NULL)), Errno.EINVAL, why);
    }
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Set.of(Force.UNSEEN_USERS))) {
      refused(() -> editor.initLabels(V1_2, 128 << 10), Errno.EBUSY,
          "there is a label area of CXL memory, version 2.1, with 3 labels that would be lost");
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {128 << 10, 256 << 10})
  void byForceOthersTakeTheirPlace(int size) throws IOException {
    byte[] old = Arrays.copyOf(CxlMedia.area(size, CxlMedia.region(0)), size);
    Path file = image(16 * MIB, old);
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Force.all())) {
      editor.initLabels(V1_2, 128 << 10);
    }
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.cxlLabelArea()).isEmpty();
      assertThat(image.labelArea().orElseThrow().version()).isEqualTo(V1_2);
      assertThat(image.labelArea().orElseThrow().used()).isEmpty();
      assertThat(image.problems()).isEmpty();
    }
  }
}
