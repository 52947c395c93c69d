// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import dev.jdax.PageSize;
import dev.jdax.pmem.InfoBlock.Signature;

/**
 * An image that a few bytes describe, so that a fuzzer can find its way in it: a sound one, and what is changed in it.
 *
 * <p>Byte 0 chooses the size of the region, and byte 1 what stands on it. Of byte 2 the bits 0 to 2 choose the size of
 * the label area, 3 and 4 whether that is said, 5 and 6 the position, and bit 7 another physical address. The bits of
 * byte 3 say which checksums are made right in the end: of index block 0 and 1, of labels, of info blocks. What follows
 * are changes: a place, an offset there, a length, and so many bytes. The last offsets are those of an info block's end.
 */
final class MediaOfBytes {
  static final long[] REGIONS = {64 << 20, 0, 4096, 8191, 8192, 16 << 20, 48 << 20, (64 << 20) + 4096, 1 << 30,
      1L << 40};
  private static final int[] AREAS = {128 << 10, 132 << 10, 256 << 10, 4096, 2 << 20, 1024, 768, 0};
  private static final int NAMESPACE = 16 << 20;
  private static final int SLOTS = 8;
  private static final int BLOCKS = 4;
  private static final int END = 240;
  /** The index blocks, the slots, the info blocks. */
  private static final int PLACES = 2 + SLOTS + BLOCKS;

  private final ByteBuffer data;
  private final long regionSize;
  private final byte[] area;
  private final LabelVersion version;
  private final LabelGeometry geometry;
  private final byte[][] blocks = new byte[BLOCKS][];
  private final Attachment attachment;

  private MediaOfBytes(byte[] bytes) {
    data = ByteBuffer.wrap(Arrays.copyOf(bytes, Math.max(bytes.length, 4))).order(ByteOrder.LITTLE_ENDIAN);
    regionSize = REGIONS[Byte.toUnsignedInt(data.get()) % REGIONS.length];
    int template = Byte.toUnsignedInt(data.get()) % 6;
    int shape = data.get();
    int repairs = data.get();
    boolean labelled = template < 3;
    area = new byte[labelled ? AREAS[shape & 7] : 0];
    version = template == 1 ? LabelVersion.V1_1 : LabelVersion.V1_2;
    geometry = new LabelGeometry(area.length, version);
    attachment = attachment(shape);
    if (geometry.usable()) {
      label(template < 2);
    }
    for (int i = 0; i < BLOCKS; i++) {
      blocks[i] = template < 2 ? ofNamespace(i) : i == 0 && template > 3 ? ofAll(template) : new byte[InfoBlock.SIZE];
    }
    change();
    repair(repairs);
  }

  static MediaOfBytes of(byte[] bytes) {
    return new MediaOfBytes(bytes);
  }

  private Attachment attachment(int shape) {
    Attachment plain = Attachment.DEFAULT.withBase((shape & 0x80) == 0 ? 0x1_0000_0000L : 0x1_0010_0000L);
    Attachment placed = switch (shape >> 5 & 3) {
      case 1 -> plain.withSlot(0);
      case 2 -> plain.withSlot(1);
      default -> plain;
    };
    return switch (shape >> 3 & 3) {
      case 1 -> placed.withLabelSize(area.length);
      case 2 -> placed.withLabelSize(0);
      case 3 -> placed.withLabelSize(100_000);
      default -> placed;
    };
  }

  private void label(boolean namespaces) {
    List<Label> labels = new ArrayList<>();
    for (int slot = 0; namespaces && slot < Math.min(3, geometry.slots()); slot++) {
      labels.add(Label.of(version, uuid(slot), "n" + slot, 0, (long) slot * NAMESPACE, NAMESPACE, slot,
          slot == 2 ? Abstraction.PFN : Abstraction.DAX));
    }
    MadeMedia.write(area, version, labels);
  }

  private static UUID uuid(int number) {
    return new UUID(0x1122334455667788L, number);
  }

  private static byte[] ofNamespace(int number) {
    return block(NAMESPACE, (long) number * NAMESPACE, number == 1 ? PageSize.SIZE_4K : PageSize.SIZE_2M,
        number == 1 ? MapLocation.RAM : MapLocation.DEVICE, number == 2 ? Signature.FSDAX : Signature.DEVDAX,
        uuid(number));
  }

  private byte[] ofAll(int template) {
    return block(Math.max(regionSize, NAMESPACE), 0, PageSize.SIZE_4K, MapLocation.RAM,
        template == 4 ? Signature.DEVDAX : Signature.FSDAX, Guids.NULL);
  }

  private static byte[] block(long size, long offset, PageSize alignment, MapLocation map, Signature signature,
      UUID parent) {
    try {
      return Plan.ofRaw(size, 0x1_0000_0000L + offset, alignment, map).toInfoBlock(signature, new UUID(1, 2), parent)
          .toBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void change() {
    while (data.remaining() > 3) {
      int place = Byte.toUnsignedInt(data.get()) % PLACES;
      int offset = Byte.toUnsignedInt(data.get());
      byte[] bytes = new byte[Math.min(Byte.toUnsignedInt(data.get()), data.remaining())];
      data.get(bytes);
      if (place < 2 + SLOTS) {
        long at = place < 2 ? (long) place * geometry.indexSize() : geometry.slotOffset(place - 2);
        put(area, at + offset, bytes);
      } else {
        put(blocks[place - 2 - SLOTS], offset < END ? offset : offset + InfoBlock.SIZE - 256, bytes);
      }
    }
  }

  private static void put(byte[] to, long at, byte[] bytes) {
    int count = Math.clamp(to.length - at, 0, bytes.length);
    if (count > 0) {
      System.arraycopy(bytes, 0, to, (int) at, count);
    }
  }

  private void repair(int repairs) {
    for (int bit = 0; bit < 2 && geometry.usable(); bit++) {
      if ((repairs & 1 << bit) != 0) {
        seal(area, bit * geometry.indexSize(), geometry.indexSize(), IndexBlock.CHECKSUM);
      }
    }
    for (int slot = 0; slot < Math.min(SLOTS, geometry.slots()); slot++) {
      if ((repairs & 4) != 0 && version == LabelVersion.V1_2) {
        seal(area, (int) geometry.slotOffset(slot), 256, 248);
      }
    }
    for (byte[] block : blocks) {
      if ((repairs & 8) != 0) {
        seal(block, 0, block.length, InfoBlockField.CHECKSUM.offset());
      }
    }
  }

  /** Makes the checksum of a structure right. */
  static void seal(byte[] bytes, int at, int length, int field) {
    byte[] structure = Arrays.copyOfRange(bytes, at, at + length);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at + field,
        Fletcher64.ofStructure(structure, field));
  }

  Attachment attachment() {
    return attachment;
  }

  long size() {
    return regionSize + area.length;
  }

  /** Writes the image over what is in a file. */
  void write(FileChannel file) throws IOException {
    file.truncate(0);
    if (size() > 0) {
      file.write(ByteBuffer.wrap(new byte[1]), size() - 1);
    }
    for (int i = 0; i < BLOCKS; i++) {
      long at = (long) i * NAMESPACE + InfoBlock.OFFSET;
      int count = Math.clamp(regionSize - at, 0, InfoBlock.SIZE);
      file.write(ByteBuffer.wrap(blocks[i], 0, count), at);
    }
    int used = Math.min(area.length, geometry.labelOffset() + SLOTS * 256);
    file.write(ByteBuffer.wrap(area, 0, used), regionSize);
  }
}
