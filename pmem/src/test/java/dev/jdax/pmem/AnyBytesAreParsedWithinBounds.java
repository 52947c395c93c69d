// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.jdax.pmem.InfoBlock.Signature;

/**
 * The parsers under a fuzzer that sees which code they run through (Jazzer). A usual build reads the inputs that were
 * found before, in {@code src/test/resources/dev/jdax/pmem}, where a README says how to look for more.
 *
 * <p>A checksum would be a wall to a fuzzer, so the first byte says which of them are made right.
 */
class AnyBytesAreParsedWithinBounds {
  /** The numbers of a BTT's info block. */
  private static final int BLOCK_OF_BTT = 64;

  private static byte[] tail(byte[] data) {
    return Arrays.copyOfRange(data, Math.min(1, data.length), data.length);
  }

  private static boolean bit(byte[] data, int number) {
    return data.length > 0 && (data[0] & 1 << number) != 0;
  }

  @FuzzTest
  void asALabelArea(byte[] data) throws IOException {
    byte[] area = tail(data);
    for (int bit = 0; bit < 4; bit++) {
      LabelGeometry geometry = new LabelGeometry(area.length, bit < 2 ? LabelVersion.V1_1 : LabelVersion.V1_2);
      if (bit(data, bit) && geometry.usable()) {
        MediaOfBytes.seal(area, bit % 2 * geometry.indexSize(), geometry.indexSize(), IndexBlock.CHECKSUM);
      }
    }
    LabelGeometry large = new LabelGeometry(area.length, LabelVersion.V1_2);
    for (int slot = 0; slot < large.slots() && bit(data, 4); slot++) {
      MediaOfBytes.seal(area, (int) large.slotOffset(slot), 256, 248);
    }
    long offset = bit(data, 5) ? Long.MAX_VALUE : 0;
    LabelArea read = Bounds.within(area.length, () -> LabelArea.parse(area, offset));
    read.problems().forEach(problem -> assertThat(problem.toString()).isNotEmpty());
    assertThat(read.reservations()).hasSameSizeAs(read.live()).allSatisfy(reservation -> {
      assertThat(reservation.toString()).isNotEmpty();
      assertThat(reservation.overlaps(reservation)).isEqualTo(reservation.possible());
    });
    assertThat(read.used().size() + read.freeSlots()).isLessThanOrEqualTo(area.length / 128);
    assertThat(read.blank()).isEqualTo(read.index().isEmpty());
    Bounds.within(area.length, () -> CxlLabelArea.of(read, area)).ifPresent(cxl -> {
      cxl.problems().forEach(problem -> assertThat(problem.toString()).isNotEmpty());
      assertThat(cxl.used().size() + cxl.freeSlots()).isLessThanOrEqualTo(area.length / CxlLabel.SIZE);
      assertThat(cxl.blank()).isEqualTo(read.blank());
      cxl.used().forEach(slot -> assertThat(slot.label().toBytes()).isEqualTo(Arrays.copyOfRange(area,
          (int) (slot.offset() - offset), (int) (slot.offset() - offset) + CxlLabel.SIZE)));
    });
    if (bit(data, 6)) { // as a DIMM of 1 MiB
      NamespaceScan scan = Bounds.within(area.length, () -> NamespaceScan.of(read, Attachment.DEFAULT, 1 << 20));
      assertThat(scan.dimms()).isBetween(1, 0xffff);
      assertThat(scan.found()).allMatch(found -> Long.compareUnsigned(found.dpa(), 1 << 20) < 0);
      scan.problems().forEach(problem -> assertThat(problem.toString()).isNotEmpty());
    }
  }

  @FuzzTest
  void asAnInfoBlock(byte[] data) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Arrays.copyOf(data, Math.max(data.length, 34))).order(ByteOrder.LITTLE_ENDIAN);
    int flags = in.get();
    Set<Signature> allowed = new HashSet<>(Set.of(Signature.values()));
    for (Signature signature : Signature.values()) {
      if ((flags & 2 << signature.ordinal()) != 0) {
        allowed.remove(signature);
      }
    }
    long start = in.getLong() & Long.MAX_VALUE >> 1;
    long size = in.getLong() & Long.MAX_VALUE >> 1;
    UUID parent = new UUID(0, in.getLong());
    long fileOffset = in.getLong() & Long.MAX_VALUE >> 1;
    byte[] block = new byte[InfoBlock.SIZE];
    in.get(block, 0, Math.min(in.remaining(), block.length));
    if ((flags & 1) != 0) {
      MediaOfBytes.seal(block, 0, block.length, InfoBlockField.CHECKSUM.offset());
    }
    InfoBlockCheck.Result result = Bounds.within(block.length, () -> InfoBlockCheck.check(Optional.of(block),
        new Surroundings(parent, start, size, fileOffset, allowed)));
    result.problems().forEach(problem -> assertThat(problem.toString()).isNotEmpty());
    result.btt().ifPresent(read -> assertThat(read.toBytes()).isEqualTo(block));
    result.infoBlock().ifPresent(read -> assertThat(read.toBytes()).isEqualTo(block));
    if (result.linux() == LinuxView.DEVDAX || result.linux() == LinuxView.FSDAX) {
      InfoBlockCheck.DataRange range = result.data().orElseThrow();
      assertThat(range.offset()).isBetween((long) InfoBlock.RESERVED, size);
      assertThat(range.size()).isBetween(1L, size - range.offset());
      if (result.linux() == LinuxView.DEVDAX) {
        long align = result.infoBlock().orElseThrow().effectiveAlign();
        assertThat((start + range.offset()) % align).isZero();
        assertThat(range.size() % align).isZero();
      }
    } else {
      assertThat(result.data()).isEmpty();
    }
  }

  /** Each 64 bytes are the numbers of a sound info block, in every place that is looked at one after another. */
  @FuzzTest
  void asArenas(byte[] data) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Arrays.copyOf(data, Math.max(data.length, 9))).order(ByteOrder.LITTLE_ENDIAN);
    int flags = in.get();
    long size = in.getLong() & Long.MAX_VALUE >> 1;
    Surroundings around = new Surroundings(new UUID(0, 0), 0, size, 0,
        Set.of(Signature.BTT), (flags & 1) == 0 ? 0 : InfoBlock.OFFSET);
    MediaReader blocks = (offset, length) -> {
      byte[] block = new byte[length];
      if (in.hasRemaining()) {
        System.arraycopy(Signature.BTT.bytes(), 0, block, 0, Signature.LENGTH);
        in.get(block, InfoBlockField.BTT_EXTERNAL_LBA_SIZE.offset(), Math.min(in.remaining(), BLOCK_OF_BTT));
        MediaOfBytes.seal(block, 0, block.length, InfoBlockField.CHECKSUM.offset());
      }
      return block;
    };
    byte[] head = blocks.read(0, BttInfoBlock.SIZE);
    if (!BttInfoBlock.isOne(head)) {
      return;
    }
    BttInfoBlock first = BttInfoBlock.parse(head);
    int second = in.position();
    BttArenas arenas = Bounds.within(data.length, () -> {
      in.position(second);
      return BttArenas.of(blocks, around, first);
    });
    assertThat(arenas.linux()).isIn(LinuxView.SECTOR, LinuxView.NONE);
    assertThat(arenas.size()).isNotNegative();
    arenas.problems().forEach(problem -> assertThat(problem.toString()).isNotEmpty());
  }

  @FuzzTest
  void thereAndBack(byte[] data) {
    for (LabelVersion version : LabelVersion.values()) {
      byte[] bytes = Arrays.copyOf(data, version.labelSize());
      Label label = Label.parse(version, bytes);
      assertThat(label.toBytes()).isEqualTo(bytes);
      assertThat(label.name().length()).isLessThanOrEqualTo(LabelName.LENGTH);
    }
    byte[] cxl = Arrays.copyOf(data, CxlLabel.SIZE);
    CxlLabel label = CxlLabel.parse(cxl);
    assertThat(label.toBytes()).isEqualTo(cxl);
    assertThat(CxlLabelSlot.of(0, 0, true, label).label()).isEqualTo(CxlLabel.parse(label.toBytes()));
    byte[] index = Arrays.copyOf(data, Math.ceilDiv(Math.max(data.length, 1), 256) * 256);
    IndexBlock.parse(index).ifPresent(block -> {
      assertThat(block.toBytes()).isEqualTo(index);
      assertThat(block.freeSlots().length()).isLessThanOrEqualTo(block.mappedSlots());
      assertThat(block.successor(block.freeSlots()).freeSlots()).isEqualTo(block.freeSlots());
    });
    byte[] info = Arrays.copyOf(data, InfoBlock.SIZE);
    if (Signature.of(info).filter(signature -> signature != Signature.BTT).isPresent()) {
      InfoBlock block = InfoBlock.parse(info);
      assertThat(block.toBytes()).isEqualTo(info);
      assertThat(block.effective().effective()).isEqualTo(block.effective());
    }
    if (BttInfoBlock.isOne(info)) {
      assertThat(BttInfoBlock.parse(info).toBytes()).isEqualTo(info);
    }
  }
}
