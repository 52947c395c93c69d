// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;

import dev.jdax.PageSize;
import dev.jdax.pmem.Abstraction;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.Bytes;
import dev.jdax.pmem.CxlNamespaceLabel;
import dev.jdax.pmem.CxlRegionLabel;
import dev.jdax.pmem.IndexBlock;
import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.Label;
import dev.jdax.pmem.LabelGeometry;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.Plan;

/** Files with labels that Linux in a guest of QEMU does not write: of interleaved DIMMs, and of CXL memory. */
final class LabelledFiles {
  static final UUID BIG = UUID.fromString("11112222-3333-4444-5555-666677778888");
  static final UUID REGION = UUID.fromString("50d806c8-fd11-49eb-b19e-77fc67f6364b");
  static final UUID SPACE = UUID.fromString("cbb3fe1e-9345-4ae7-95ca-2638db27ee7d");
  static final long MIB = 1 << 20;
  private static final int AREA = 128 << 10;
  private static final LabelGeometry GEOMETRY = new LabelGeometry(AREA, LabelVersion.V1_2);

  private LabelledFiles() {
  }

  /** A set of DIMMs of 32 MiB each, with a namespace of 16 MiB on each, in mode devdax. */
  static List<Path> set(Path folder, int dimms, int turn) {
    List<Path> files = new ArrayList<>();
    for (int position = 0; position < dimms; position++) {
      Label plain = Label.of(LabelVersion.V1_2, BIG, "big", 0x77, 0, 16 * MIB, 0, Abstraction.DAX);
      Label label = new Label(plain.version(), BIG, plain.nameBytes(), 0, dimms, position, 0x77, 512, 0, 16 * MIB, 0, 0,
          plain.padding(), plain.type(), plain.abstractionGuid(), plain.reserved(), 0).withChecksum();
      files.add(write(folder.resolve("d" + position + ".img"), 32 * MIB, area(1, 2, label.toBytes())));
    }
    try {
      byte[] block = Plan.ofRaw(dimms * 16 * MIB, Attachment.DEFAULT.base(), PageSize.SIZE_4K, MapLocation.RAM)
          .toInfoBlock(InfoBlock.Signature.DEVDAX, new UUID(1, 2), BIG).toBytes();
      for (int done = 0; done < block.length; done += Math.min(turn, block.length)) {
        long at = InfoBlock.OFFSET + done;
        try (FileChannel out = FileChannel.open(files.get((int) (at / turn % dimms)), StandardOpenOption.WRITE)) {
          out.write(ByteBuffer.wrap(block, done, Math.min(turn, block.length)), at / turn / dimms * turn + at % turn);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  /** The label storage area of CXL memory, alone in a file, as QEMU has it for the option {@code lsa}. */
  static Path cxl(Path folder) {
    byte[] name = Arrays.copyOf("cxl".getBytes(StandardCharsets.US_ASCII), 64);
    return write(folder.resolve("lsa.bin"), 0, area(2, 1,
        new CxlNamespaceLabel(SPACE, Bytes.copyOf(name, 0, 64), 8, 1, 0, 128 * MIB, 256 * MIB, 0, 0, REGION,
            Abstraction.PFN.guid(), 512, Bytes.zeros(86), 0).withChecksum().toBytes(),
        new CxlRegionLabel(REGION, 0, 2, 1, 0, 512 * MIB, 0xa90000000L, 1, 4, 1, Bytes.zeros(172), 0).withChecksum()
            .toBytes()));
  }

  private static byte[] area(int major, int minor, byte[]... labels) {
    ByteBuffer area = ByteBuffer.allocate(AREA);
    for (int number = 0; number < 2; number++) {
      IndexBlock blank = IndexBlock.blank(GEOMETRY, number, number + 1);
      BitSet free = blank.freeSlots();
      free.clear(0, labels.length);
      byte[] bits = Arrays.copyOf(free.toByteArray(), blank.free().length());
      area.put(number * GEOMETRY.indexSize(), new IndexBlock(blank.flags(), 1, number + 1, blank.myOffset(),
          blank.mySize(), blank.otherOffset(), blank.labelOffset(), blank.slots(), major, minor, 0,
          Bytes.copyOf(bits, 0, bits.length)).withChecksum().toBytes());
    }
    for (int slot = 0; slot < labels.length; slot++) {
      area.put((int) GEOMETRY.slotOffset(slot), labels[slot]);
    }
    return area.array();
  }

  private static Path write(Path file, long offset, byte[] bytes) {
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(bytes), offset);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The label area of an image of Linux, alone in a file, as {@code ndctl read-labels -o} writes it. */
  static Path tail(Path image) {
    try (FileChannel in = FileChannel.open(image, StandardOpenOption.READ)) {
      ByteBuffer tail = ByteBuffer.allocate(AREA);
      in.read(tail, in.size() - AREA);
      return Files.write(image.resolveSibling("labels.bin"), tail.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
