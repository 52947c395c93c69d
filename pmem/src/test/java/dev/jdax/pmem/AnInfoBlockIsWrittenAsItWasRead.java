// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.UUID;
import java.util.function.LongFunction;

import dev.jdax.PageSize;
import dev.jdax.pmem.InfoBlock.Signature;
import org.junit.jupiter.api.Test;

/** {@link InfoBlock}: parser and writer are each other's reverse, and versions mean what they mean to Linux. */
class AnInfoBlockIsWrittenAsItWasRead {
  private static InfoBlock sound() throws Exception {
    return Plan.ofRaw(256 << 20, Plan.DEFAULT_BASE, PageSize.SIZE_2M, MapLocation.DEVICE)
        .toInfoBlock(Signature.DEVDAX, new UUID(1, 2), new UUID(3, 4));
  }

  @Test
  void whateverStandsBehindTheSignature() {
    RandomBlocks.each(500, random -> {
      byte[] bytes = new byte[InfoBlock.SIZE];
      random.nextBytes(bytes);
      Signature signature = random.nextBoolean() ? Signature.DEVDAX : Signature.FSDAX;
      System.arraycopy(signature.bytes(), 0, bytes, 0, Signature.LENGTH);
      InfoBlock block = InfoBlock.parse(bytes);
      assertThat(block.signature()).isEqualTo(signature);
      assertThat(block.toBytes()).isEqualTo(bytes);
    });
  }

  @Test
  void whateverItsFieldsHold() {
    RandomBlocks.each(500, random -> {
      InfoBlock block = RandomBlocks.block(random);
      assertThat(InfoBlock.parse(block.toBytes())).isEqualTo(block);
      assertThat(block.withChecksum().checksum()).isEqualTo(block.computedChecksum());
      assertThat(block.withChecksum().computedChecksum()).isEqualTo(block.computedChecksum());
    });
  }

  @Test
  void otherBytesAreRefused() {
    byte[] bytes = new byte[InfoBlock.SIZE];
    assertThatThrownBy(() -> InfoBlock.parse(bytes)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the bytes begin with neither NVDIMM_DAX_INFO nor NVDIMM_PFN_INFO");
    System.arraycopy(Signature.BTT.bytes(), 0, bytes, 0, Signature.LENGTH);
    assertThatThrownBy(() -> InfoBlock.parse(bytes)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> InfoBlock.parse(new byte[4095])).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an info block is 4096 bytes long, not 4095");
  }

  @Test
  void theSignatureTellsThreeKindsApart() {
    for (Signature signature : Signature.values()) {
      assertThat(Signature.of(signature.bytes())).contains(signature);
      byte[] damaged = signature.bytes();
      damaged[15] = 1;
      assertThat(Signature.of(damaged)).isEmpty();
    }
    assertThat(Signature.of(new byte[InfoBlock.SIZE])).isEmpty();
    assertThat(Signature.of(new byte[3])).isEmpty();
    assertThat(Signature.DEVDAX.view()).isEqualTo(LinuxView.DEVDAX);
    assertThat(Signature.BTT.view()).isEqualTo(LinuxView.SECTOR);
  }

  @Test
  void aFieldHoldsOnlyWhatFits() throws Exception {
    InfoBlock sound = sound();
    LongFunction<InfoBlock> padded = pad -> new InfoBlock(sound.signature(), sound.uuid(), sound.parentUuid(), 0, 1, 4,
        0, 0, 1, pad, 0, 0, 0, 0, sound.padding(), 0);
    assertThat(padded.apply(0xffffffffL).startPad()).isEqualTo(0xffffffffL);
    assertThatThrownBy(() -> padded.apply(1L << 32)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("start_pad has 32 bits and cannot hold 0x100000000");
    assertThatThrownBy(() -> padded.apply(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aUuidStandsInTheOrderOfItsText() throws Exception {
    UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    byte[] bytes = Plan.ofRaw(256 << 20, 0, PageSize.SIZE_2M, MapLocation.RAM)
        .toInfoBlock(Signature.FSDAX, uuid, uuid).toBytes();
    for (int i = 0; i < 16; i++) {
      assertThat(bytes[16 + i]).isEqualTo((byte) (0x11 * i));
      assertThat(bytes[32 + i]).isEqualTo((byte) (0x11 * i));
    }
  }

  private static InfoBlock minor(int minor, long dataOffset, long align) {
    return new InfoBlock(Signature.DEVDAX, new UUID(1, 2), new UUID(3, 4), 0, 1, minor, dataOffset, 9, 2, 11, 12, align,
        13, 14, Bytes.zeros(InfoBlock.PADDING_LENGTH), 15);
  }

  @Test
  void whatAVersionDoesNotHaveStandsForSomethingElse() {
    InfoBlock first = minor(0, 0x200000, 4096).effective();
    assertThat(first.startPad()).isZero();
    assertThat(first.endTrunc()).isZero();
    assertThat(first.align()).isZero();
    assertThat(first.pageSize()).isEqualTo(4096);
    assertThat(first.pageStructSize()).isEqualTo(64);
    assertThat(first.checksum()).isEqualTo(15);

    InfoBlock second = minor(1, 0x200000, 4096).effective();
    assertThat(second.startPad()).isEqualTo(11);
    assertThat(second.endTrunc()).isEqualTo(12);
    assertThat(second.align()).isZero();

    InfoBlock fourth = minor(3, 0x200000, 4096).effective();
    assertThat(fourth.align()).isEqualTo(4096);
    assertThat(fourth.pageSize()).isEqualTo(4096);
    assertThat(fourth.pageStructSize()).isEqualTo(64);

    for (int minor : new int[]{4, 5, 65535}) {
      assertThat(minor(minor, 1, 2).effective()).isEqualTo(minor(minor, 1, 2));
    }
  }

  @Test
  void withoutAnAlignmentTheDataOffsetGivesOne() {
    assertThat(minor(4, 0x600000, 4096).effectiveAlign()).isEqualTo(4096);
    assertThat(minor(4, 0x600000, 0).effectiveAlign()).isEqualTo(0x400000);
    assertThat(minor(1, 0x600000, 4096).effectiveAlign()).isEqualTo(0x400000);
    assertThat(minor(4, 0x200000, 0).effectiveAlign()).isEqualTo(0x200000);
    assertThat(minor(4, -1, 0).effectiveAlign()).isEqualTo(Long.MIN_VALUE);
    assertThat(minor(4, 0, 0).effectiveAlign()).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void aMapIsInOneOfTwoPlaces() {
    assertThat(MapLocation.ofMode(1)).contains(MapLocation.RAM);
    assertThat(MapLocation.ofMode(2)).contains(MapLocation.DEVICE);
    assertThat(MapLocation.ofMode(0)).isEmpty();
    assertThat(MapLocation.ofMode(-1)).isEmpty();
    assertThat(MapLocation.ofWord("mem")).contains(MapLocation.RAM);
    assertThat(MapLocation.ofWord("dev")).contains(MapLocation.DEVICE);
    assertThat(MapLocation.ofWord("ram")).isEqualTo(Optional.empty());
    assertThat(MapLocation.DEVICE).hasToString("dev");
    assertThat(minor(4, 0, 0).map()).contains(MapLocation.DEVICE);
  }
}
