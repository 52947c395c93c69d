// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;

/**
 * Looks at what an edit would write over. Bytes that are not zero, and for which neither a label nor an info block
 * accounts, may be a file system, an archive or a database that was named by mistake. They are written over only with
 * {@link Force#CONTENT}.
 *
 * @param image the image as it is
 * @param force what was allowed
 * @param attempt the edit
 */
record Overwriting(NvdimmImage image, Set<Force> force, String attempt) {
  /** How much of the beginning and of the end of an image is looked at: all signatures of file systems lie there. */
  private static final long LOOKED_AT = 2L << 20;
  private static final int PART = 128 << 10;

  /** Refuses if an image without labels and without a sound info block holds something. */
  void requireBlankImage() throws IOException {
    long size = image.regionSize();
    requireZero(0, Math.min(LOOKED_AT, size));
    requireZero(Math.max(size - LOOKED_AT, 0), Math.min(LOOKED_AT, size));
  }

  /** Refuses if a byte of a range is not zero. */
  void requireZero(long offset, long length) throws IOException {
    for (long at = offset; at < offset + length && !force.contains(Force.CONTENT); at += PART) {
      requireZero(0, at, image.media().read(at, (int) Math.min(PART, offset + length - at)));
    }
  }

  /**
   * Refuses if the first 8 KiB of free space hold something other than the rest of an info block, which is there after
   * an edit that was cut off, and after Linux has deleted a label.
   */
  void requireFree(long offset) throws IOException {
    byte[] head = image.media().read(offset, InfoBlock.RESERVED);
    Arrays.fill(head, InfoBlock.OFFSET, InfoBlock.OFFSET + InfoBlockField.PADDING.offset(), (byte) 0);
    Arrays.fill(head, InfoBlock.OFFSET + InfoBlockField.CHECKSUM.offset(), head.length, (byte) 0);
    requireZero(offset, offset, head);
  }

  /** Refuses if the first 8 KiB of a namespace hold something other than an info block. */
  void requireEndable(long offset, long rawSize) throws IOException {
    byte[] head = image.media().read(offset, (int) Math.min(rawSize, InfoBlock.RESERVED));
    boolean known = InfoBlock.Signature.of(head).isPresent() || head.length == InfoBlock.RESERVED
        && InfoBlock.Signature.of(Arrays.copyOfRange(head, InfoBlock.OFFSET, head.length)).isPresent();
    if (!known) {
      requireZero(offset, offset, head);
    }
  }

  /** @param start where the content begins that the bytes at {@code offset} belong to */
  private void requireZero(long start, long offset, byte[] bytes) throws DaxException {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != 0 && !force.contains(Force.CONTENT)) {
        throw DaxException.of(Errno.EEXIST, attempt, "it holds " + image.media().kindOfContent(start)
            + ", which would be lost: at " + ByteSize.hex(offset + i) + " it is not zero",
            "if nobody needs that, add --force (in a program Force.CONTENT)");
      }
    }
  }
}
