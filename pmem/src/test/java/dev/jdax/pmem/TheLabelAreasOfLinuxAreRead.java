// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_1;
import static dev.jdax.pmem.LabelVersion.V1_2;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two areas that Linux wrote, beside what {@code ndctl read-labels -j} said of them. */
class TheLabelAreasOfLinuxAreRead {
  private static final long OFFSET = 256L << 20;
  private static final long MIB = 1 << 20;

  private static LabelArea area(LabelVersion version) {
    return LabelArea.parse(LabelMedia.ofLinux(version), OFFSET);
  }

  private static List<LabelSlot> slots(LabelArea area) {
    return Stream.concat(area.used().stream(), area.stale().stream())
        .sorted(Comparator.comparing(LabelSlot::number)).toList();
  }

  /** The line that the test expects: slot, uuid, name, flags, dpa and size in MiB, whether the slot is taken. */
  private static String line(LabelSlot slot) {
    Label label = slot.label();
    assertThat(label.slot()).isEqualTo(slot.number());
    assertThat(label.labelCount()).isEqualTo(1);
    assertThat(label.position()).isZero();
    assertThat(label.lbaSize()).isEqualTo(512);
    assertThat(label.alignment()).isZero();
    assertThat(label.padding().isZero()).isTrue();
    assertThat(label.reserved().isZero()).isTrue();
    assertThat(slot.problems()).isEmpty();
    return slot.number() + " " + label.uuid() + " \"" + label.name() + "\" " + label.flags() + " "
        + label.dpa() / MIB + "+" + label.rawSize() / MIB + (slot.used() ? "" : " free");
  }

  @Test
  void ofVersion11() {
    LabelArea area = area(V1_1);
    assertThat(area.version()).isEqualTo(V1_1);
    assertThat(area.problems()).isEmpty();
    assertThat(area.indexes()).extracting(copy -> copy.block().orElseThrow().sequence()).containsExactly(1L, 3L);
    assertThat(area.current()).hasToString("CurrentIndex[number=OptionalInt[0], reason=sequence number 1 follows 3]");
    assertThat(slots(area)).extracting(TheLabelAreasOfLinuxAreRead::line).containsExactly(
        "0 2aef08e5-dead-4379-9f5b-03f0a4dbca85 \"\" 8 96+64 free",
        "1 8e33ca3a-fe1f-49ff-9d7d-ce2642118fcc \"alpha\" 0 0+96",
        "2 2aef08e5-dead-4379-9f5b-03f0a4dbca85 \"\" 0 96+64");
    assertThat(slots(area)).extracting(slot -> slot.label().cookie()).containsOnly(10248195696374871L);
    assertThat(InterleaveSetCookie.of(InterleaveSetCookie.Dimm.ofQemu(1)).forLabels(V1_1))
        .isEqualTo(10248195696374871L);
    assertThat(area.freeSlots()).isEqualTo(1018);
    assertThat(area.availableSlots()).isEqualTo(1017);
  }

  @Test
  void ofVersion12() {
    LabelArea area = area(V1_2);
    assertThat(area.version()).isEqualTo(V1_2);
    assertThat(area.problems()).isEmpty();
    assertThat(area.indexes()).extracting(copy -> copy.block().orElseThrow().sequence()).containsExactly(3L, 2L);
    assertThat(area.current()).hasToString("CurrentIndex[number=OptionalInt[0], reason=sequence number 3 follows 2]");
    assertThat(slots(area)).extracting(TheLabelAreasOfLinuxAreRead::line).containsExactly(
        "0 2cd65776-05e6-4d04-91c0-806f0c26caf6 \"three\" 8 128+64 free",
        "1 b1a76133-cc12-4b36-9b65-2341fbc3195c \"one\" 0 0+64",
        "2 133ce22a-bc3b-4ff5-8147-fc01611acf33 \"two\" 0 64+64",
        "3 2cd65776-05e6-4d04-91c0-806f0c26caf6 \"three\" 0 128+64");
    assertThat(slots(area)).extracting(slot -> slot.label().cookie()).containsOnly(52512838552564958L);
    assertThat(InterleaveSetCookie.of(InterleaveSetCookie.Dimm.ofQemu(2)).forLabels(V1_2))
        .isEqualTo(52512838552564958L);
    assertThat(area.freeSlots()).isEqualTo(507);
  }

  @Test
  void theGuidsOfVersion12() {
    List<LabelSlot> slots = slots(area(V1_2));
    assertThat(slots).extracting(slot -> slot.label().type()).containsOnly(Label.PERSISTENT);
    assertThat(slots).extracting(slot -> slot.label().abstraction().orElseThrow()).containsExactly(Abstraction.DAX,
        Abstraction.DAX, Abstraction.PFN, Abstraction.DAX);
    // ndctl prints GUIDs as if they stood in string order.
    assertThat(slots).extracting(slot -> asNdctlPrints(slot.label().type()))
        .containsOnly("79d3f066-f3b4-7440-ac43-0d3318b78cdb");
    assertThat(slots).extracting(slot -> asNdctlPrints(slot.label().abstractionGuid())).containsExactly(
        "9c6da897-dd3c-da4e-986f-5068b4f80088", "9c6da897-dd3c-da4e-986f-5068b4f80088",
        "ba006426-9ffb-7746-bcb0-968f11d0d225", "9c6da897-dd3c-da4e-986f-5068b4f80088");
  }

  private static String asNdctlPrints(UUID guid) {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    Guids.putInGuidOrder(bytes, guid);
    return Guids.takeInStringOrder(bytes.flip()).toString();
  }

  @ParameterizedTest
  @EnumSource(LabelVersion.class)
  void theFieldsOfTheIndexBlocks(LabelVersion version) {
    for (IndexCopy copy : area(version).indexes()) {
      IndexBlock block = copy.block().orElseThrow();
      assertThat(copy.offset()).isEqualTo(OFFSET + 256L * copy.number());
      assertThat(copy.valid()).isTrue();
      assertThat(block.flags().isZero()).isTrue();
      assertThat(block.labelSizeCode()).isEqualTo(version.code());
      assertThat(block.labelSize()).isEqualTo(version.labelSize());
      assertThat(block.myOffset()).isEqualTo(256L * copy.number());
      assertThat(block.otherOffset()).isEqualTo(256L * (1 - copy.number()));
      assertThat(block.mySize()).isEqualTo(256);
      assertThat(block.labelOffset()).isEqualTo(512);
      assertThat(block.slots()).isEqualTo(version == V1_1 ? 1020 : 510);
      assertThat(block.major()).isEqualTo(1);
      assertThat(block.minor()).isEqualTo(version.minor());
      assertThat(block.checksum()).isEqualTo(block.computedChecksum());
    }
  }

  @ParameterizedTest
  @EnumSource(LabelVersion.class)
  void writingWhatWasReadGivesTheSameBytes(LabelVersion version) {
    byte[] bytes = LabelMedia.ofLinux(version);
    LabelArea area = area(version);
    for (IndexCopy copy : area.indexes()) {
      assertThat(copy.block().orElseThrow().toBytes()).isEqualTo(part(bytes, copy.offset(), 256));
    }
    LabelGeometry geometry = area.geometry();
    for (int slot = 0; slot < geometry.slots(); slot++) {
      byte[] label = part(bytes, OFFSET + geometry.slotOffset(slot), version.labelSize());
      assertThat(Label.parse(version, label).toBytes()).isEqualTo(label);
    }
  }

  private static byte[] part(byte[] area, long offset, int length) {
    int at = (int) (offset - OFFSET);
    return Arrays.copyOfRange(area, at, at + length);
  }

  @Test
  void theSpaceThatLinuxReserves() {
    assertThat(area(V1_1).reservations()).extracting(DpaReservation::toString).containsExactly("slot 1: 96 MiB at 0x0",
        "slot 2: 64 MiB at 0x6000000");
    assertThat(area(V1_2).reservations()).hasSize(3);
  }
}
