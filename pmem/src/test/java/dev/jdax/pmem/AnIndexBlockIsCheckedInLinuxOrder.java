// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_1;
import static dev.jdax.pmem.LabelVersion.V1_2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

import dev.jdax.ByteSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link IndexBlock} and its checks (L-23, L-28). */
class AnIndexBlockIsCheckedInLinuxOrder {
  private static final LabelGeometry V12 = new LabelGeometry(LabelMedia.SIZE, V1_2);
  private static final long OFFSET = 0x10000000;

  /** What is wrong with index block 1 of an area of Linux after a change. */
  private static List<Problem> problems(Consumer<ByteBuffer> change) {
    byte[] area = LabelMedia.damaged(LabelMedia.ofLinux(V1_2), V12, 1, change);
    return IndexBlockCheck.of(Arrays.copyOfRange(area, 256, 512), 1, V12, OFFSET + 256);
  }

  private static void refused(Consumer<ByteBuffer> change, String sentence) {
    assertThat(problems(change)).extracting(Problem::toString)
        .containsExactly("index block 1: " + sentence + "; Linux ignores this block");
  }

  private static void accepted(Consumer<ByteBuffer> change) {
    assertThat(problems(change)).isEmpty();
  }

  @Test
  void theSignature() {
    refused(block -> block.put(0, (byte) 'M'),
        "signature at 0x10000100 is 4d414d4553504143455f494e44455800, allowed is \"NAMESPACE_INDEX\" and a zero byte");
    refused(block -> block.put(15, (byte) 1),
        "signature at 0x10000100 is 4e414d4553504143455f494e44455801, allowed is \"NAMESPACE_INDEX\" and a zero byte");
  }

  @Test
  void theSizeOfALabel() {
    refused(block -> block.put(19, (byte) 2),
        "labelsize at 0x10000113 is 2, allowed is 0 (128 bytes) or 1 (256 bytes)");
    refused(block -> block.put(19, (byte) 255),
        "labelsize at 0x10000113 is 255, allowed is 0 (128 bytes) or 1 (256 bytes)");
    refused(block -> block.put(19, (byte) 0),
        "labelsize at 0x10000113 is 0 (128 bytes), allowed is 1 (256 bytes), the size that is tried");
    refused(block -> block.putShort(62, (short) 1),
        "version at 0x1000013c is 1.1, which has labels of 128 bytes, allowed"
            + " is 1.2 or later, for labels of 256 bytes");
  }

  @Test
  void theChecksum() {
    refused(block -> block.putLong(64, 7),
        "checksum at 0x10000140 is 0x7, allowed is 0x2793e670d8323c14, the sum of the 256 bytes of the block");
    byte[] area = LabelMedia.ofLinux(V1_2);
    area[511] ^= 1;
    assertThat(IndexBlockCheck.of(Arrays.copyOfRange(area, 256, 512), 1, V12, 0)).extracting(Problem::field)
        .containsExactly("checksum");
  }

  @Test
  void theSequenceNumber() {
    refused(block -> block.putInt(20, 0),
        "seq at 0x10000114 is 0, allowed is one whose lowest two bits are not both 0");
    refused(block -> block.putInt(20, -4),
        "seq at 0x10000114 is 4294967292, allowed is one whose lowest two bits are not both 0");
    accepted(block -> block.putInt(20, 5));
  }

  @Test
  void theOffsets() {
    refused(block -> block.putLong(24, 0), "myoff at 0x10000118 is 0x0, allowed is 0x100, where this block stands");
    refused(block -> block.putLong(40, 256), "otheroff at 0x10000128 is 0x100, allowed is 0x0, where the other block"
        + " stands");
    refused(block -> block.putLong(48, -1), "labeloff at 0x10000130 is 0xffffffffffffffff, allowed is 0x200, where the"
        + " first label stands");
  }

  @Test
  void theSizeOfTheBlock() {
    refused(block -> block.putLong(32, 71), "mysize at 0x10000120 is 71, allowed is 72 to 256");
    refused(block -> block.putLong(32, 257), "mysize at 0x10000120 is 257, allowed is 72 to 256");
    refused(block -> block.putLong(32, -1), "mysize at 0x10000120 is 18446744073709551615, allowed is 72 to 256");
    accepted(block -> block.putLong(32, 72));
    accepted(block -> block.putLong(32, 128));
  }

  @ParameterizedTest
  @CsvSource({"511, 511", "-1, 4294967295", "-2147483648, 2147483648", "16777216, 16777216"})
  void theNumberOfSlots(int value, String written) {
    // The last two times 256 are 0 in 32 bits.
    refused(block -> block.putInt(56, value),
        "nslot at 0x10000138 is " + written
            + ", allowed is at most 510, as many labels of 256 bytes as the area has room for");
  }

  @Test
  void whatIsNotChecked() {
    accepted(block -> block.put(16, (byte) -1).put(18, (byte) -1));
    accepted(block -> block.putShort(60, (short) 9));
    accepted(block -> block.putShort(62, (short) 9));
    accepted(block -> block.putInt(56, 4));
    accepted(block -> block.putInt(56, 0));
    accepted(block -> block.put(135, (byte) 0xff));
  }

  @Test
  void thatSeveralAreWrongIsToldInOrder() {
    assertThat(problems(block -> block.put(19, (byte) 9).putInt(20, 0).putLong(24, 1).putLong(32, 1).putLong(40, 1)
        .putLong(48, 1).putInt(56, -1).putLong(64, 1))).extracting(Problem::field).containsExactly("labelsize",
            "checksum",
            "seq", "myoff", "otheroff", "labeloff", "mysize", "nslot");
  }

  /** Linux clears the bits behind the last slot, ndctl sets those of the last 64; both accept both. */
  @ParameterizedTest
  @CsvSource({"1.2, 0, 3, 0xe793e3ed18323c1c, 0x2793e3edd8323c1c", "1.2, 1, 2, 0xe793e7b218323c1b, 0x2793e7b2d8323c1b",
      "1.1, 0, 3, 0xdb634621e7313e0a, 0xeb634621d7313e0a", "1.1, 1, 2, 0xdb6349e6e7313e09, 0xeb6349e6d7313e09"})
  void blankBlocks(String version, int number, int sequence, String ofLinux, String ofNdctl) {
    LabelGeometry geometry = new LabelGeometry(LabelMedia.SIZE, LabelVersion.parse(version));
    IndexBlock cleared = IndexBlock.blank(geometry, number, sequence);
    byte[] bitmap = cleared.free().toArray();
    Arrays.fill(bitmap, 0, (geometry.slots() + 63) / 64 * 8, (byte) 0xff);
    IndexBlock set = cleared.withFree(Bytes.copyOf(bitmap, 0, bitmap.length)).withChecksum();
    assertThat(ByteSize.hex(cleared.checksum())).isEqualTo(ofLinux);
    assertThat(ByteSize.hex(set.checksum())).isEqualTo(ofNdctl);
    for (IndexBlock block : List.of(cleared, set)) {
      assertThat(IndexBlockCheck.of(block.toBytes(), number, geometry, 0)).isEmpty();
      assertThat(block.freeSlots().cardinality()).isEqualTo(geometry.slots());
    }
  }

  @Test
  void theBlockThatFollows() {
    byte[] area = LabelMedia.ofLinux(V1_1);
    LabelGeometry geometry = new LabelGeometry(LabelMedia.SIZE, V1_1);
    IndexBlock current = LabelMedia.index(area, geometry, 0);
    BitSet free = current.freeSlots();
    assertThat(current.isFree(0)).isTrue();
    assertThat(current.isFree(1)).isFalse();
    free.clear(0);
    IndexBlock next = current.successor(free);
    assertThat(next.sequence()).isEqualTo(2);
    assertThat(next.isFree(0)).isFalse();
    assertThat(IndexBlockCheck.of(next.toBytes(), 1, geometry, 0)).isEmpty();
    // As Linux came from block 1 to block 0: the last step freed slot 0 and took slot 2.
    assertThat(LabelMedia.index(area, geometry, 1).successor(current.freeSlots())).isEqualTo(current);
  }

  @Test
  void sequenceNumbersGoInACircle() {
    assertThat(List.of(1L, 2L, 3L, 5L, 0xffffffffL, 0L)).extracting(IndexBlock::nextSequence).containsExactly(2, 3, 1,
        2,
        1, 0);
  }

  @Test
  void aSlotThatIsNotThereIsRefused() {
    IndexBlock block = LabelMedia.index(LabelMedia.ofLinux(V1_2), V12, 0);
    assertThat(block.isFree(509)).isTrue();
    for (int slot : new int[]{-1, 510, Integer.MAX_VALUE}) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> block.isFree(slot))
          .withMessage("there is no slot " + slot + " among 510");
    }
  }

  @Test
  void anyBytesAreWrittenAsTheyWereRead() {
    LabelMedia.eachSeed(500, random -> {
      byte[] bytes = new byte[256 * random.nextInt(1, 5)];
      random.nextBytes(bytes);
      assertThat(IndexBlock.parse(bytes)).isEmpty();
      LabelMedia.put(bytes, 0, "NAMESPACE_INDEX\0".getBytes(StandardCharsets.US_ASCII));
      IndexBlock block = IndexBlock.parse(bytes).orElseThrow();
      assertThat(block.toBytes()).isEqualTo(bytes);
      assertThat(block.freeSlots().length()).isLessThanOrEqualTo(block.mappedSlots());
      assertThat(IndexBlockCheck.of(block.withChecksum().toBytes(), 0, V12, Long.MAX_VALUE - 999)).isNotEmpty();
    });
  }

  @Test
  void aBlockIsAMultipleOf256Bytes() {
    byte[] bytes = LabelMedia.ofLinux(V1_2);
    assertThatIllegalArgumentException().isThrownBy(() -> IndexBlock.parse(Arrays.copyOf(bytes, 255)));
    assertThatIllegalArgumentException().isThrownBy(() -> IndexBlock.parse(Arrays.copyOf(bytes, 16)));
    assertThat(IndexBlock.parse(Arrays.copyOf(bytes, 15))).isEmpty();
  }
}
