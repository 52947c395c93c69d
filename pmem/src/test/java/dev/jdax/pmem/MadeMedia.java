// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import dev.jdax.PageSize;
import dev.jdax.pmem.InfoBlock.Signature;

/** An image that is put together here, label by label and block by block, right or wrong, in a sparse file. */
final class MadeMedia {
  static final long MIB = 1L << 20;
  static final long BASE = Attachment.DEFAULT.base();
  static final long COOKIE = 0x1122334455667788L;
  private static final int AREA = 128 << 10;

  private final long regionSize;
  private final LabelVersion version;
  private final List<Label> labels = new ArrayList<>();
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Consumer<byte[]>> damages = new ArrayList<>();
  private int areaSize = AREA;

  private record Piece(long offset, byte[] bytes) {
  }

  private MadeMedia(long regionSize, LabelVersion version) {
    this.regionSize = regionSize;
    this.version = version;
  }

  /** Media with a label area of 128 KiB behind a region. */
  static MadeMedia labelled(long regionSize, LabelVersion version) {
    return new MadeMedia(regionSize, version);
  }

  /** Media that are a region and nothing else. */
  static MadeMedia whole(long regionSize) {
    MadeMedia media = new MadeMedia(regionSize, LabelVersion.V1_2);
    media.areaSize = 0;
    return media;
  }

  static UUID uuid(int number) {
    return new UUID(0x4a44415800000000L, number);
  }

  /** A label for the next slot, of a uuid with the slot's number. */
  Label next(long dpa, long size, Abstraction abstraction) {
    int slot = labels.size();
    return Label.of(version, uuid(slot), "n" + slot, COOKIE, dpa, size, slot, abstraction);
  }

  /** Adds a sound label in the next slot. */
  MadeMedia label(long dpa, long size) {
    return add(next(dpa, size, Abstraction.DAX));
  }

  /** Adds a label in the next slot, of which something is changed, and its checksum then made right. */
  MadeMedia label(long dpa, long size, UnaryOperator<Label> change) {
    return add(change.apply(next(dpa, size, Abstraction.DAX)));
  }

  MadeMedia add(Label label) {
    labels.add(label.withChecksum());
    return this;
  }

  /** The info block of a devdax namespace with the map in RAM, at an offset in the region. */
  static InfoBlock block(long dpa, long size, UUID parent) {
    return block(dpa, size, parent, Signature.DEVDAX);
  }

  static InfoBlock block(long dpa, long size, UUID parent, Signature signature) {
    try {
      return Plan.ofRaw(size, BASE + dpa, PageSize.SIZE_4K, MapLocation.RAM).toInfoBlock(signature, new UUID(1, 2),
          parent);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A sound devdax namespace: label and info block. */
  MadeMedia namespace(long dpa, long size) {
    return namespace(dpa, size, UnaryOperator.identity());
  }

  /** A sound devdax namespace, but for what is changed in its label. */
  MadeMedia namespace(long dpa, long size, UnaryOperator<Label> change) {
    label(dpa, size, change);
    return infoBlock(dpa, block(dpa, size, labels.getLast().uuid()));
  }

  /** Puts an info block, with the checksum that it has, into the namespace that begins there. */
  MadeMedia infoBlock(long dpa, InfoBlock block) {
    return bytes(dpa + InfoBlock.OFFSET, block.toBytes());
  }

  MadeMedia bytes(long offset, byte[] bytes) {
    pieces.add(new Piece(offset, bytes));
    return this;
  }

  /** Changes the label area when all labels are in it. */
  MadeMedia damaging(Consumer<byte[]> damage) {
    damages.add(damage);
    return this;
  }

  MadeMedia areaSize(int bytes) {
    areaSize = bytes;
    return this;
  }

  LabelGeometry geometry() {
    return new LabelGeometry(areaSize, version);
  }

  /** {@return where a byte of a slot's label stands in the file} */
  long at(int slot, int field) {
    return regionSize + geometry().slotOffset(slot) + field;
  }

  /** Writes both index blocks and the labels, each in the slot that it says. */
  static void write(byte[] area, LabelVersion version, List<Label> labels) {
    LabelGeometry geometry = new LabelGeometry(area.length, version);
    for (int number = 0; number < 2; number++) {
      IndexBlock blank = IndexBlock.blank(geometry, number, number + 1);
      BitSet free = blank.freeSlots();
      labels.forEach(label -> free.clear((int) label.slot()));
      byte[] bitmap = Arrays.copyOf(free.toByteArray(), blank.free().length());
      LabelMedia.put(area, number * geometry.indexSize(),
          blank.withFree(Bytes.copyOf(bitmap, 0, bitmap.length)).withChecksum().toBytes());
    }
    labels.forEach(label -> LabelMedia.put(area, (int) geometry.slotOffset((int) label.slot()), label.toBytes()));
  }

  /** {@return the image, in a new file of a folder} */
  Path in(Path folder) throws IOException {
    Path file = folder.resolve("made-" + System.nanoTime() + ".img");
    byte[] area = new byte[areaSize];
    if (areaSize > 0) {
      write(area, version, labels);
    }
    damages.forEach(damage -> damage.accept(area));
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      if (regionSize > 0) {
        out.write(ByteBuffer.wrap(new byte[1]), regionSize - 1);
      }
      for (Piece piece : pieces) {
        out.write(ByteBuffer.wrap(piece.bytes), piece.offset);
      }
      out.write(ByteBuffer.wrap(area), regionSize);
    }
    return file;
  }
}
