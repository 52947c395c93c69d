// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.List;
import java.util.Optional;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;

/**
 * What is to be done to an image, after all checks and before the first write.
 *
 * @param summary all of it in a few words
 * @param steps the writes
 */
record MediaIntent(String summary, List<MediaStep> steps) {
  MediaIntent {
    steps = List.copyOf(steps);
  }

  /**
   * {@return the label area of an image, or empty if Linux makes one namespace of all of it}
   *
   * @throws DaxException with EINVAL if the area is damaged, so that nobody can tell
   */
  static Optional<LabelArea> labelsOf(NvdimmImage image, String attempt) throws DaxException {
    Optional<LabelArea> area = image.labelArea();
    if (area.isPresent() && area.get().blank()) {
      if (damaged(area.get())) {
        throw new DaxException(Errno.EINVAL, attempt, "no index block in its label area is valid: "
            + area.get().problems().getFirst(), "restore the label area, or initialise it by force");
      }
      return Optional.empty();
    }
    return area;
  }

  /** {@return whether a label area was there, of which no index block is valid} */
  static boolean damaged(LabelArea area) {
    return area.blank() && area.indexes().stream().anyMatch(copy -> copy.block().isPresent());
  }

  /** {@return whether an info block stands there of which something may be needed, whatever the base is} */
  static boolean hasSoundInfoBlock(Namespace namespace) {
    return namespace.btt().filter(block -> block.checksum() == block.computedChecksum()).isPresent()
        || namespace.infoBlock().filter(block -> block.checksum() == block.computedChecksum()).isPresent();
  }

  /** {@return the only namespace of an image without labels} */
  static Namespace whole(NvdimmImage image, String attempt) throws DaxException {
    if (image.regionSize() < InfoBlock.RESERVED) {
      throw new DaxException(Errno.ENXIO, attempt,
          "its region has " + ByteSize.format(image.regionSize()) + ", too few for an info block",
          "make the image larger");
    }
    return image.namespaces().getFirst();
  }

  /** {@return the first 8 KiB of a namespace, with an info block and nothing else that could be taken for one} */
  static MediaStep head(long offset, InfoBlock block) {
    byte[] head = new byte[InfoBlock.RESERVED];
    System.arraycopy(block.toBytes(), 0, head, InfoBlock.OFFSET, InfoBlock.SIZE);
    return MediaStep.of("info block of " + block.uuid() + ", mode " + block.signature().view(), offset, head)
        .withBarrier();
  }

  /** {@return the write after which Linux finds nothing in a namespace} */
  static MediaStep wipe(long offset, long rawSize) {
    int length = (int) Math.min(rawSize, InfoBlock.RESERVED);
    return MediaStep.of("zeros over the info block", offset, new byte[length]).withBarrier();
  }
}
