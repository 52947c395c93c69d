// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.UUID;

import dev.jdax.pmem.InfoBlock.Signature;
import dev.jdax.pmem.InfoBlockCheck.DataRange;
import dev.jdax.pmem.InfoBlockCheck.Result;
import org.junit.jupiter.api.Test;

/** {@link InfoBlockCheck} where Linux validates a block and then fails, ignores, or would count wrong. */
class LinuxTakesWhatCannotWork {
  private static final long MIB = 1L << 20;
  private static final long START = 0x100000000L;
  private static final UUID NIL = new UUID(0, 0);
  private static final int RAM = 1;
  private static final int DEVICE = 2;

  /** What a test sets of a block; the rest is as Linux writes it. */
  private record Settings(Signature signature, int minor, long dataOffset, long pages, int mode, long startPad,
      long endTrunc, long align) {
    Result in(long size) {
      InfoBlock block = new InfoBlock(signature, NIL, NIL, 0, 1, minor, dataOffset, pages, mode, startPad, endTrunc,
          align, 4096, 64, Bytes.zeros(InfoBlock.PADDING_LENGTH), 0).withChecksum();
      return InfoBlockCheck.check(Optional.of(block.toBytes()),
          new Surroundings(NIL, START, size, 0, Surroundings.ALL));
    }
  }

  private static Settings devdax(long dataOffset, int mode, long align) {
    return new Settings(Signature.DEVDAX, 4, dataOffset, 0, mode, 0, 0, align);
  }

  private static void assertNothing(Result result, String sentence) {
    assertThat(result.problems()).extracting(Problem::toString).containsExactly(sentence);
    assertThat(result.linux()).isEqualTo(LinuxView.NONE);
    assertThat(result.data()).isEmpty();
  }

  /** P-45. */
  @Test
  void anAlignmentOfZeroNeverWorks() {
    assertNothing(devdax(2 * MIB, RAM, 0).in(256 * MIB),
        "info block: align at 0x1054 is 0, for which Linux takes 0x200000 because of dataoff, allowed is 4 KiB,"
            + " 2 MiB or 1 GiB; Linux takes the block, and then makes no region of alignment 0 (ENOMEM): there is no"
            + " device");
    assertNothing(devdax(6 * MIB, DEVICE, 0).in(256 * MIB),
        "info block: align at 0x1054 is 0, for which Linux takes 0x400000 because of dataoff, allowed is 4 KiB,"
            + " 2 MiB or 1 GiB; Linux leaves the namespace without a driver (EOPNOTSUPP)");
    assertNothing(new Settings(Signature.DEVDAX, 1, 2 * MIB, 0, RAM, 0, 0, 4096).in(256 * MIB),
        "info block: align at 0x1054 is 0, for which Linux takes 0x200000 because of dataoff, allowed is 4 KiB,"
            + " 2 MiB or 1 GiB; Linux takes the block, and then makes no region of alignment 0 (ENOMEM): there is no"
            + " device");
  }

  @Test
  void anAlignmentOfZeroWorksForFsdax() {
    assertThat(new Settings(Signature.FSDAX, 1, 2 * MIB, 0, RAM, 0, 0, 4096).in(256 * MIB))
        .extracting(Result::linux, Result::data)
        .containsExactly(LinuxView.FSDAX, Optional.of(new DataRange(2 * MIB, 254 * MIB)));
  }

  @Test
  void withoutAlignmentAndOffsetNoShiftIsLeft() {
    Result result = new Settings(Signature.FSDAX, 4, 0, 0, RAM, 0, 0, 0).in(256 * MIB);
    assertThat(result.linux()).isEqualTo(LinuxView.NONE);
    assertThat(result.problems()).extracting(Problem::toString).first()
        .isEqualTo("info block: align at 0x1054 is 0, for which Linux takes 2^63 because of dataoff, allowed is at most"
            + " the namespace's size, 256 MiB; Linux leaves the namespace without a driver (EOPNOTSUPP)");
  }

  /** P-60. */
  @Test
  void dataOverTheInfoBlockFail() {
    assertNothing(devdax(4096, RAM, 4096).in(256 * MIB), "info block: dataoff at 0x1038 is 0x1000, allowed is at least"
        + " 0x2000, behind the info block; Linux takes the block, and then its driver fails (EINVAL): there is no"
        + " device");
    assertNothing(devdax(0, DEVICE, 4096).in(256 * MIB), "info block: dataoff at 0x1038 is 0x0, allowed is at least"
        + " 0x2000, behind the info block; Linux takes the block, and then cannot reserve metadata of no size (EBUSY):"
        + " there is no device");
    assertThat(devdax(8192, RAM, 4096).in(256 * MIB).data())
        .contains(new DataRange(8192, 256 * MIB - 8192));
  }

  /** P-61: 2 MiB for the map of each whole section of 128 MiB, and 2 MiB before it. */
  @Test
  void aMemoryMapWithoutRoomFails() {
    assertNothing(devdax(2 * MIB, DEVICE, 2 * MIB).in(256 * MIB),
        "info block: dataoff at 0x1038 is 0x200000, allowed is at least 0x600000, behind the memory map of 2 x 128 MiB;"
            + " Linux takes the block, and then has no room for the memory map (ENOMEM): no device can be opened");
    assertThat(devdax(4 * MIB, DEVICE, 2 * MIB).in(256 * MIB).linux()).isEqualTo(LinuxView.NONE);
    assertThat(devdax(6 * MIB, DEVICE, 2 * MIB).in(256 * MIB).linux()).isEqualTo(LinuxView.DEVDAX);
    assertThat(devdax(1023 * 4096, DEVICE, 4096).in(128 * MIB).linux()).isEqualTo(LinuxView.NONE);
    assertThat(devdax(1024 * 4096, DEVICE, 4096).in(128 * MIB).linux()).isEqualTo(LinuxView.DEVDAX);
  }

  /** Of less than a section the map is in RAM, whatever the block says. */
  @Test
  void aMemoryMapOfAPartOfASectionNeedsNoRoom() {
    assertThat(devdax(8192, DEVICE, 4096).in(16 * MIB).data()).contains(new DataRange(8192, 16 * MIB - 8192));
    assertThat(devdax(2 * MIB, DEVICE, 2 * MIB).in(126 * MIB).linux()).isEqualTo(LinuxView.DEVDAX);
    // Padded, of two sections only the second is whole.
    assertThat(new Settings(Signature.DEVDAX, 4, 4 * MIB, 0, DEVICE, 2 * MIB, 0, 2 * MIB).in(256 * MIB).linux())
        .isEqualTo(LinuxView.DEVDAX);
  }

  /** only multiples of 2 MiB are validated. */
  @Test
  void dataThatEndInsideABlockFail() {
    assertNothing(devdax(1L << 30, DEVICE, 1L << 30).in((4L << 30) + 2 * MIB),
        "info block: end_trunc at 0x1050 is 0x0, allowed is what leaves data of a multiple of 1 GiB, not of 3074 MiB;"
            + " Linux takes the block, and then makes no region that ends inside a block (ENOMEM): there is no device");
    assertThat(new Settings(Signature.DEVDAX, 4, 1L << 30, 0, DEVICE, 0, 2 * MIB, 1L << 30).in((4L << 30) + 2 * MIB)
        .data()).contains(new DataRange(1L << 30, 3L << 30));
  }

  @Test
  void moreTruncationThanNamespaceFails() {
    assertNothing(new Settings(Signature.DEVDAX, 4, 2 * MIB, 0, RAM, 0, 0xffe00000L, 2 * MIB).in(256 * MIB),
        "info block: end_trunc at 0x1050 is 0xffe00000, allowed is what is, with start_pad 0x0, no more than the"
            + " namespace's size, 0x10000000; Linux subtracts without a sign, takes the block, and then fails to make a"
            + " device");
    assertNothing(new Settings(Signature.DEVDAX, 4, 2 * MIB, 0, RAM, 0xffe00000L, 2 * MIB, 2 * MIB).in(256 * MIB),
        "info block: start_pad at 0x104c is 0xffe00000, allowed is what is, with end_trunc 0x200000, no more than the"
            + " namespace's size, 0x10000000; Linux subtracts without a sign, takes the block, and then fails to make a"
            + " device");
  }

  /** P-53: the block that Linux 6.12 writes when nothing fits. */
  @Test
  void theNonsenseThatLinuxItselfWritesIsRefused() {
    InfoBlock block = new InfoBlock(Signature.DEVDAX, NIL, NIL, 0, 1, 4, 0x1f000000, 0xffffffffc0000L, DEVICE, 0,
        0x22000000, 1 << 30, 4096, 64, Bytes.zeros(InfoBlock.PADDING_LENGTH), 0).withChecksum();
    Result result = InfoBlockCheck.check(Optional.of(block.toBytes()),
        new Surroundings(NIL, 0x121000000L, 16 * MIB, 0, Surroundings.ALL));
    assertThat(result.linux()).isEqualTo(LinuxView.NONE);
    assertThat(result.problems()).extracting(Problem::field).containsExactly("align", "dataoff");
  }

  /** P-17. */
  @Test
  void tooManyPagesAreToldAndChangeNothing() {
    for (long pages : new long[]{64001, Long.MAX_VALUE, -1}) {
      Result result = new Settings(Signature.DEVDAX, 4, 6 * MIB, pages, DEVICE, 0, 0, 2 * MIB).in(256 * MIB);
      assertThat(result.problems()).extracting(Problem::toString).containsExactly("info block: npfns at 0x1040 is "
          + Long.toUnsignedString(pages) + ", allowed is at most 64000, the pages that there are; Linux ignores it");
      assertThat(result.linux()).isEqualTo(LinuxView.DEVDAX);
      assertThat(result.data()).contains(new DataRange(6 * MIB, 250 * MIB));
    }
    assertThat(new Settings(Signature.DEVDAX, 4, 6 * MIB, 64000, DEVICE, 0, 0, 2 * MIB).in(256 * MIB).problems())
        .isEmpty();
  }

  /** P-13, P-14, P-15, P-24. */
  @Test
  void aVersionFromTheFutureIsToldAndChangesNothing() {
    byte[] ones = new byte[InfoBlock.PADDING_LENGTH];
    ones[5] = 1;
    InfoBlock block = new InfoBlock(Signature.DEVDAX, NIL, NIL, 7, 9, 9, 2 * MIB, 0, RAM, 0, 0, 4096, 4096, 64,
        Bytes.copyOf(ones, 0, ones.length), 0).withChecksum();
    Result result = InfoBlockCheck.check(Optional.of(block.toBytes()),
        new Surroundings(NIL, START, 64 * MIB, 0, Surroundings.ALL));
    assertThat(result.linux()).isEqualTo(LinuxView.DEVDAX);
    assertThat(result.problems()).extracting(Problem::toString).containsExactly(
        "info block: version_major at 0x1034 is 9.9, allowed is 1.0 to 1.4; Linux does not compare it, and reads the"
            + " block as version 1.4",
        "info block: flags at 0x1030 is 0x7, allowed is 0; Linux ignores it",
        "info block: padding at 0x105e is not zero, allowed is zero; Linux ignores it");
  }

  /** Whatever stands there, nothing overflows, and what is accepted lies inside the namespace. */
  @Test
  void noBlockLeadsOutOfTheNamespace() {
    RandomBlocks.each(5000, random -> {
      long size = random.nextBoolean() ? 256 * MIB : random.nextLong(random.nextBoolean() ? 1L << 33 : 1L << 62);
      InfoBlock block = RandomBlocks.block(random);
      Result result = InfoBlockCheck.check(Optional.of(block.toBytes()),
          new Surroundings(NIL, random.nextBoolean() ? START : random.nextLong(1L << 52), size,
              random.nextLong(1L << 40), Surroundings.ALL));
      assertThat(result.infoBlock()).contains(block);
      result.data().ifPresent(data -> {
        assertThat(data.offset()).isBetween(8192L, size - 1);
        assertThat(data.size()).isBetween(1L, size - data.offset());
        assertThat(result.linux()).isEqualTo(block.signature().view());
      });
      if (result.data().isEmpty()) {
        assertThat(result.linux()).isIn(LinuxView.RAW, LinuxView.NONE);
        assertThat(result.problems()).isNotEmpty();
      }
    });
  }

  @Test
  void aBttArenaIsToldApart() {
    byte[] bytes = new byte[InfoBlock.SIZE];
    System.arraycopy(Signature.BTT.bytes(), 0, bytes, 0, 16);
    bytes[52] = 1;
    bytes[54] = 1;
    Surroundings around = new Surroundings(NIL, START, 64 * MIB, 0, Surroundings.ALL);
    assertThat(InfoBlockCheck.check(Optional.of(bytes), around)).extracting(Result::linux, result -> result.problems()
        .getFirst().field()).containsExactly(LinuxView.RAW, "checksum");

    byte[] checksum = Bytes.zeros(8).toArray();
    ByteBuffer.wrap(checksum).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(Fletcher64.ofStructure(bytes, 4088));
    System.arraycopy(checksum, 0, bytes, 4088, 8);
    assertThat(InfoBlockCheck.check(Optional.of(bytes), around)).extracting(Result::linux, Result::infoBlock)
        .containsExactly(LinuxView.SECTOR, Optional.empty());

    bytes[40] = 1;
    assertThat(InfoBlockCheck.check(Optional.of(bytes), around).problems()).extracting(Problem::field)
        .containsExactly("parent_uuid", "checksum");
  }

  @Test
  void aNamespaceLiesSomewhere() {
    assertThatThrownBy(() -> new Surroundings(NIL, Long.MAX_VALUE, 1, 0, Surroundings.ALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a namespace of 1 bytes at 0x7fffffffffffffff does not lie below 2^63");
    assertThatThrownBy(() -> new Surroundings(NIL, 0, -1, 0, Surroundings.ALL))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
