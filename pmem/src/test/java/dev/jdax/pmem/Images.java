// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** The images that Linux has written, and how they were attached. */
enum Images {
  DEVDAX_4K("devdax-4k", 0), LABELS_1_1("labels-v1.1", 1), LABELS_1_2("labels-v1.2", 2), RAW("raw", 3),
  SECTOR_1_2("sector-v1.2", 0), SECTOR_1_1("sector-v1.1", 1), SECTOR("sector", 2);

  private static final int BLOCK = 64 << 10;

  private final String name;
  private final int position;

  Images(String name, int position) {
    this.name = name;
    this.position = position;
  }

  /** {@return how it was attached} */
  Attachment attachment() {
    return Attachment.DEFAULT.withBase(0x1_0000_0000L + position * 0x1000_0000L).withSlot(position);
  }

  /** {@return the image, in a file of its own with holes where it reads zero} */
  Path in(Path folder) {
    Path file = folder.resolve(name + ".img");
    byte[] zero = new byte[BLOCK];
    try (InputStream packed = Images.class.getResourceAsStream("/images/" + name + ".img.gz");
        InputStream image = new GZIPInputStream(packed);
        FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long at = 0;
      byte[] block = image.readNBytes(BLOCK);
      while (block.length > 0) {
        boolean last = block.length < BLOCK;
        byte[] next = last ? new byte[0] : image.readNBytes(BLOCK);
        if (next.length == 0 || !Arrays.equals(block, zero)) {
          out.write(ByteBuffer.wrap(block), at); // the last one even if it is zero: it makes the file that long
        }
        at += block.length;
        block = next;
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
