// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelMedia.UUID_A;
import static dev.jdax.pmem.LabelMedia.UUID_B;
import static dev.jdax.pmem.LabelVersion.V1_1;
import static dev.jdax.pmem.LabelVersion.V1_2;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link LabelArea}: which block counts, and which labels (L-24 to L-28, L-46 to L-48, L-60). */
class ALabelAreaIsReadAsLinuxReadsIt {
  private static final int MIB = 1 << 20;
  private static final LabelGeometry V11 = new LabelGeometry(LabelMedia.SIZE, V1_1);
  private static final LabelGeometry V12 = new LabelGeometry(LabelMedia.SIZE, V1_2);

  private static LabelArea read(byte[] area) {
    return LabelArea.parse(area, 0);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"2|2|1|both have sequence number 2, and then Linux takes block 1",
      "3|1|1|sequence number 1 follows 3", "1|3|0|sequence number 1 follows 3", "5|3|0|sequence number 1 follows 3",
      "1|2|1|sequence number 2 follows 1", "2|1|0|sequence number 2 follows 1", "3|2|0|sequence number 3 follows 2",
      "0|2|1|only index block 1 is valid", "2|4|0|only index block 0 is valid"})
  void theCurrentBlock(int sequence0, int sequence1, int current, String reason) {
    CurrentIndex found = read(LabelMedia.empty(LabelMedia.SIZE, V1_2, sequence0, sequence1)).current();
    assertThat(found.number()).hasValue(current);
    assertThat(found.reason()).isEqualTo(reason);
  }

  @Test
  void aBrokenBlockBringsBackTheUpdateBefore() {
    byte[] area = LabelMedia.damaged(LabelMedia.ofLinux(V1_2), V12, 0, block -> block.putLong(64, 1));
    LabelArea read = read(area);
    assertThat(read.current().number()).hasValue(1);
    assertThat(read.live()).extracting(slot -> slot.number() + " " + slot.label().name() + " " + slot.label().flags())
        .containsExactly("0 three 8", "1 one 0", "2 two 0");
    assertThat(read.problems()).extracting(Problem::structure).containsExactly("index block 0");
  }

  @ParameterizedTest
  @EnumSource(LabelVersion.class)
  void withoutAValidBlockItIsBlank(LabelVersion version) {
    byte[] area = LabelMedia.ofLinux(version);
    area[100] ^= 1;
    area[400] ^= 1;
    LabelArea read = read(area);
    assertThat(read.blank()).isTrue();
    assertThat(read.index()).isEmpty();
    assertThat(read.version()).isEqualTo(version);
    assertThat(read.current().reason()).isEqualTo("neither index block is valid");
    assertThat(read.used()).isEmpty();
    assertThat(read.reservations()).isEmpty();
    assertThat(read.stale()).describedAs("what is there can still be seen").hasSize(version == V1_1 ? 3 : 4);
    assertThat(read.problems()).extracting(Problem::field).containsExactly("checksum", "checksum");
  }

  @Test
  void zerosAreBlank() {
    LabelArea read = read(new byte[LabelMedia.SIZE]);
    assertThat(read.blank()).isTrue();
    assertThat(read.version()).isEqualTo(V1_2);
    assertThat(read.stale()).isEmpty();
    assertThat(read.freeSlots()).isEqualTo(510);
    assertThat(read.availableSlots()).isEqualTo(509);
    assertThat(read.problems()).extracting(Problem::value).containsExactly("16 zero bytes", "16 zero bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 512, 767})
  void anAreaThatIsTooSmallIsBlank(int size) {
    LabelArea read = LabelArea.parse(new byte[size], 0x5000);
    assertThat(read.blank()).isTrue();
    assertThat(read.size()).isEqualTo(size);
    assertThat(read.availableSlots()).isZero();
    assertThat(read.problems()).singleElement().asString().startsWith("label area: size at 0x5000 is ")
        .endsWith("allowed is at least 768 bytes: two index blocks of 256 bytes and two labels; Linux fails the DIMM"
            + " (ENXIO)");
  }

  @Test
  void theSmallestAreas() {
    assertThat(read(LabelMedia.empty(768, V1_1, 3, 2)).availableSlots()).isEqualTo(1);
    assertThat(read(LabelMedia.empty(1024, V1_2, 3, 2)).problems()).isEmpty();
  }

  @Test
  void aBlockThatSays11HasLabelsOf128BytesWhateverStandsThere() {
    // L-24.
    byte[] area = LabelMedia.ofLinux(V1_2);
    for (int number = 0; number < 2; number++) {
      area = LabelMedia.damaged(area, V12, number, block -> block.putShort(62, (short) 1));
    }
    LabelArea read = read(area);
    assertThat(read.blank()).isFalse();
    assertThat(read.version()).isEqualTo(V1_1);
    assertThat(read.used()).extracting(LabelSlot::number).containsExactly(1, 2, 3);
    assertThat(read.live()).isEmpty();
    assertThat(read.problems()).hasSize(3).allMatch(problem -> problem.field().equals("slot"));
  }

  @Test
  void ofTwoVersionsTheOlderOneIsTriedFirst() {
    byte[] area = LabelMedia.empty(LabelMedia.SIZE, V1_2, 1, 2);
    LabelMedia.put(area, 0, IndexBlock.blank(V11, 0, 1).toBytes());
    LabelArea read = read(area);
    assertThat(read.version()).isEqualTo(V1_1);
    assertThat(read.current().reason()).isEqualTo("only index block 0 is valid");
    assertThat(read.problems()).extracting(Problem::toString)
        .contains(
            "index block 1: labelsize at 0x113 is 1 (256 bytes), allowed is 0 (128 bytes), the size that is tried;"
                + " Linux ignores this block");
  }

  @ParameterizedTest
  @ValueSource(ints = {Label.UPDATING, Label.READ_ONLY | Label.LOCAL, Label.SECTORS, -1})
  void flagsAreNotHeeded(int flags) {
    Label label = LabelMedia.label(V1_2, UUID_A, 0, 0, MIB).withFlags(flags).withChecksum();
    LabelArea read = read(LabelMedia.with(V1_2, label));
    assertThat(read.live()).extracting(LabelSlot::label).containsExactly(label);
    assertThat(read.problems()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(LabelVersion.class)
  void aLabelInAnotherSlotThanItSaysIsIgnored(LabelVersion version) {
    Label label = LabelMedia.label(version, UUID_A, 2, 0, MIB);
    LabelGeometry geometry = version == V1_1 ? V11 : V12;
    byte[] area = LabelMedia.with(version, label, LabelMedia.label(version, UUID_B, 3, MIB, MIB));
    LabelMedia.put(area, (int) geometry.slotOffset(2), label.withSlot(7).withChecksum().toBytes());
    LabelArea read = LabelArea.parse(area, 0x10000000);
    assertThat(read.used()).extracting(LabelSlot::valid).containsExactly(false, true);
    assertThat(read.reservations()).extracting(DpaReservation::uuid).containsExactly(UUID_B);
    assertThat(read.freeSlots()).describedAs("its slot stays taken").isEqualTo(geometry.slots() - 2);
    assertThat(read.problems()).singleElement().asString().isEqualTo("label in slot 2: slot at 0x"
        + Long.toHexString(0x10000000 + geometry.slotOffset(2) + 120)
        + " is 7, allowed is 2, the slot that it stands in; Linux ignores the label: its space is free, its slot is"
        + " not");
  }

  @Test
  void aLabelWithAWrongChecksumIsIgnored() {
    byte[] area = LabelMedia.with(V1_2, LabelMedia.label(V1_2, UUID_A, 0, 0, MIB));
    area[512 + 20] ^= 1;
    LabelArea read = LabelArea.parse(area, 0);
    assertThat(read.live()).isEmpty();
    assertThat(read.problems()).singleElement().asString()
        .startsWith("label in slot 0: checksum at 0x2f8 is 0x").contains(", the sum of the 256 bytes of the label; ");
  }

  @Test
  void aLabelOfVersion11HasNoChecksum() {
    byte[] area = LabelMedia.with(V1_1, LabelMedia.label(V1_1, UUID_A, 0, 0, MIB));
    area[512 + 20] ^= 1;
    assertThat(read(area).live()).hasSize(1);
    assertThat(read(area).problems()).isEmpty();
  }

  @Test
  void whatStandsInAFreeSlotIsIgnored() {
    byte[] area = LabelMedia.with(V1_2, LabelMedia.label(V1_2, UUID_A, 0, 0, MIB));
    Arrays.fill(area, 512 + 256, 512 + 512, (byte) 0xee);
    LabelMedia.put(area, 512 + 512, LabelMedia.label(V1_2, UUID_B, 2, 0, MIB).toBytes());
    LabelArea read = read(area);
    assertThat(read.problems()).isEmpty();
    assertThat(read.used()).extracting(LabelSlot::number).containsExactly(0);
    assertThat(read.stale()).extracting(LabelSlot::number).containsExactly(1, 2);
    assertThat(read.stale()).extracting(LabelSlot::valid).containsExactly(false, true);
    assertThat(read.reservations()).hasSize(1);
  }

  @Test
  void theNumberOfSlotsIsTheOneInTheBlock() {
    byte[] area = LabelMedia.with(V1_2, LabelMedia.label(V1_2, UUID_A, 1, 0, MIB),
        LabelMedia.label(V1_2, UUID_B, 4, MIB, MIB));
    for (int number = 0; number < 2; number++) {
      area = LabelMedia.damaged(area, V12, number, block -> block.putInt(56, 4));
    }
    LabelArea read = read(area);
    assertThat(read.problems()).isEmpty();
    assertThat(read.used()).extracting(LabelSlot::number).containsExactly(1);
    assertThat(read.stale()).isEmpty();
    assertThat(read.availableSlots()).isEqualTo(2);
  }

  @Test
  void slotsBehindTheBitmapAreLeftOut() {
    int size = 189184;
    byte[] area = LabelMedia.empty(size, V1_1, 1, 2);
    LabelGeometry geometry = new LabelGeometry(size, V1_1);
    area = LabelMedia.damaged(area, geometry, 1, block -> block.putInt(56, 1474));
    LabelArea read = read(area);
    assertThat(read.current().number()).describedAs("Linux takes it").hasValue(1);
    assertThat(read.problems()).first().asString()
        .isEqualTo("index block 1: nslot at 0x138 is 1474, allowed is at most 1472, as many as the bitmap has bits;"
            + " Linux takes the bytes behind the block for the bits of the other slots; jdax leaves those slots out");
    assertThat(read.used()).extracting(LabelSlot::number).containsExactly(1470, 1471);
  }

  @Test
  void bitsBehindTheLastSlotMeanNothing() {
    byte[] area = LabelMedia.empty(LabelMedia.SIZE, V1_2, 1, 2);
    for (int number = 0; number < 2; number++) {
      area = LabelMedia.damaged(area, V12, number, block -> block.put(72 + 63, (byte) 0xff).put(255, (byte) 0xff));
    }
    assertThat(read(area).freeSlots()).isEqualTo(510);
  }

  @Test
  void spaceThatOverlapsIsSeen() {
    LabelArea read = read(LabelMedia.with(V1_2, LabelMedia.label(V1_2, UUID_A, 0, 0, 2 * MIB),
        LabelMedia.label(V1_2, UUID_B, 1, MIB, MIB), LabelMedia.label(V1_2, UUID_B, 2, 2 * MIB, -1),
        LabelMedia.label(V1_2, UUID_B, 3, 0, 0)));
    DpaReservation first = read.reservations().get(0);
    DpaReservation second = read.reservations().get(1);
    DpaReservation endless = read.reservations().get(2);
    assertThat(first.overlaps(second)).isTrue();
    assertThat(second.overlaps(first)).isTrue();
    assertThat(second.overlaps(endless)).isFalse();
    assertThat(endless.overlaps(new DpaReservation(9, UUID_A, -1, 1))).isFalse();
    assertThat(endless.possible()).isFalse();
    DpaReservation nothing = read.reservations().get(3);
    assertThat(nothing.overlaps(first)).describedAs("of no size at 0 is all, since the last byte is the last of all")
        .isTrue();
    assertThat(new DpaReservation(9, UUID_A, MIB, 0).possible()).isFalse();
  }
}
