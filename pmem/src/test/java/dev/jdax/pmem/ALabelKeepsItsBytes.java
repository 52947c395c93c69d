// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_1;
import static dev.jdax.pmem.LabelVersion.V1_2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Label}: read and written, its names and its checksum. */
class ALabelKeepsItsBytes {
  private static Label named(String name) {
    return Label.of(V1_2, LabelMedia.UUID_A, name, 0, 0, 1 << 20, 0, Abstraction.PFN);
  }

  @Test
  void aNewLabelIsTheOneThatLinuxWrote() {
    // L-49.
    Label label = LabelMedia.label(V1_2, LabelMedia.UUID_A, 1, 0, 0x10000000);
    assertThat(label.cookie()).isEqualTo(0x00ba90120012b4dcL);
    assertThat(label.checksum()).isEqualTo(0xb2b93d54702f2054L);
    byte[] bytes = label.toBytes();
    assertThat(Arrays.copyOf(bytes, 4)).containsExactly(0x00, 0x11, 0x22, 0x33);
    assertThat(Bytes.copyOf(bytes, 128, 144)).hasToString("79d3f066f3b47440ac430d3318b78cdb");
    assertThat(Label.parse(V1_2, bytes)).isEqualTo(label);
  }

  @Test
  void ofVersion11TheSameFirstHalf() {
    // L-50.
    Label old = LabelMedia.label(V1_1, LabelMedia.UUID_A, 1, 0, 0x10000000);
    Label young = LabelMedia.label(V1_2, LabelMedia.UUID_A, 1, 0, 0x10000000);
    byte[] half = Arrays.copyOf(young.toBytes(), 128);
    Arrays.fill(half, 88, 96, (byte) 0);
    byte[] all = old.toBytes();
    assertThat(old.cookie()).isEqualTo(0x002468ac00123456L);
    Arrays.fill(all, 88, 96, (byte) 0);
    assertThat(all).isEqualTo(half);
    assertThat(old.checksum()).isZero();
    assertThat(old.computedChecksum()).isZero();
    assertThat(old.abstraction()).contains(Abstraction.NONE);
  }

  @ParameterizedTest
  @EnumSource(LabelVersion.class)
  void anyBytesAreWrittenAsTheyWereRead(LabelVersion version) {
    LabelMedia.eachSeed(500, random -> {
      byte[] bytes = new byte[version.labelSize()];
      random.nextBytes(bytes);
      Label label = Label.parse(version, bytes);
      assertThat(label.toBytes()).isEqualTo(bytes);
      assertThat(Label.parse(version, label.toBytes())).isEqualTo(label);
      assertThat(label.name().length()).isLessThanOrEqualTo(64);
    });
  }

  @Test
  void theOrdersOfAUuidAreEachOthersReverse() {
    UUID guid = UUID.fromString("97a86d9c-3cdd-4eda-986f-5068b4f80088");
    Label label = named("x");
    Label dax = Label.of(V1_2, guid, "x", 0, 0, 0, 0, Abstraction.DAX);
    assertThat(Bytes.copyOf(dax.toBytes(), 0, 16)).hasToString("97a86d9c3cdd4eda986f5068b4f80088");
    assertThat(Bytes.copyOf(dax.toBytes(), 144, 160)).hasToString("9c6da897dd3cda4e986f5068b4f80088");
    assertThat(label.abstraction()).contains(Abstraction.PFN);
    assertThat(Abstraction.of(Label.VOLATILE)).isEmpty();
    assertThat(Abstraction.NONE.guid()).isEqualTo(Guids.NULL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "alpha", "a b\n\"c\"", "Ångström", "永続メモリ", "\ud83d\ude00"})
  void aNameIsReadAsItWasWritten(String name) {
    assertThat(named(name).name()).isEqualTo(name);
    assertThat(Label.parse(V1_2, named(name).toBytes()).name()).isEqualTo(name);
  }

  @Test
  void aNameThatFillsItsFieldIsReadAndNotWritten() {
    byte[] bytes = named("N".repeat(63)).toBytes();
    bytes[79] = 'N';
    assertThat(Label.parse(V1_2, bytes).name()).isEqualTo("N".repeat(64));
    assertThat(Label.parse(V1_2, bytes).toBytes()).isEqualTo(bytes);
    // Linux copies the 64 bytes and no zero byte, and shows what lies behind them in its memory.
    assertThatIllegalArgumentException().isThrownBy(() -> named("N".repeat(64))).withMessage("the name \""
        + "N".repeat(64) + "\" has 64 bytes in UTF-8, and Linux has no end for one of more than 63; shorten it");
  }

  @Test
  void aNameIsNeverCut() {
    assertThatIllegalArgumentException().isThrownBy(() -> named("N".repeat(65)))
        .withMessageContaining("has 65 bytes");
    // 62 letters and one of two bytes: it would be cut in the middle.
    assertThatIllegalArgumentException().isThrownBy(() -> named("N".repeat(62) + "é"))
        .withMessageContaining("has 64 bytes");
    assertThat(named("é".repeat(31) + "N").name()).isEqualTo("é".repeat(31) + "N");
  }

  @Test
  void aNameIsText() {
    assertThatIllegalArgumentException().isThrownBy(() -> named("a\0b")).withMessageContaining("zero character");
    assertThatIllegalArgumentException().isThrownBy(() -> named("\ud83d")).withMessageContaining("surrogate pair");
  }

  @Test
  void bytesThatAreNoTextSurvive() {
    byte[] bytes = named("abcd").toBytes();
    bytes[17] = (byte) 0xff;
    bytes[30] = 'z';
    Label label = Label.parse(V1_2, bytes);
    assertThat(label.name()).isEqualTo("a\ufffdcd");
    assertThat(label.toBytes()).isEqualTo(bytes);
    Arrays.fill(bytes, 16, 80, (byte) 'N');
    bytes[79] = "é".getBytes(StandardCharsets.UTF_8)[0];
    assertThat(Label.parse(V1_2, bytes).name()).isEqualTo("N".repeat(63) + "\ufffd");
  }

  @Test
  void whatLinuxAsksOfALabel() {
    Label label = named("x");
    assertThat(label.check(0, 0x1000)).isEmpty();
    assertThat(label.check(3, 0x1000)).extracting(Problem::toString)
        .containsExactly(
            "label in slot 3: slot at 0x1078 is 0, allowed is 3, the slot that it stands in; Linux ignores the"
                + " label: its space is free, its slot is not");
    assertThat(label.withFlags(Label.UPDATING).has(Label.UPDATING)).isTrue();
    assertThat(label.withFlags(Label.UPDATING).check(0, 0)).extracting(Problem::field).containsExactly("checksum");
    assertThat(label.withFlags(Label.UPDATING).withChecksum().check(0, 0)).isEmpty();
    assertThat(label.withSlot(5).withChecksum().check(5, 0)).isEmpty();
    assertThat(label.withSlot(5).check(0, 0)).extracting(Problem::field).containsExactly("slot", "checksum");
  }

  @Test
  void aLabelHasTheLengthOfItsVersion() {
    assertThatIllegalArgumentException().isThrownBy(() -> Label.parse(V1_2, new byte[128]))
        .withMessage("a label of version 1.2 has 256 bytes, not 128");
    Label young = named("x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Label(V1_1, young.uuid(), young.nameBytes(), 0, 1, 0, 0, 0,
            0, 0, 0, 0, young.padding(), young.type(), young.abstractionGuid(), young.reserved(), 0))
        .withMessage("a label's reserved has 0 bytes, not 88");
  }
}
