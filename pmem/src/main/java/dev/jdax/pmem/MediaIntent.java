// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.List;
import java.util.Optional;
import java.util.Set;

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
   * @throws DaxException with EINVAL if the area is damaged, so that nobody can tell, or one of CXL memory
   */
  static Optional<LabelArea> labelsOf(NvdimmImage image, String attempt) throws DaxException {
    if (image.cxlLabelArea().isPresent()) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "its labels are those of CXL memory, version " + CxlLabelArea.VERSION
              + ", which jdax reads and does not write",
          "change them where the device is, or initialise labels of version 1.2 by force");
    }
    Optional<LabelArea> area = image.labelArea();
    if (area.isPresent() && area.get().blank()) {
      if (damaged(area.get())) {
        throw DaxException.of(Errno.EINVAL, attempt, "no index block in its label area is valid: "
            + area.get().problems().getFirst(), "restore the label area, or initialise it by force");
      }
      return Optional.empty();
    }
    return area;
  }

  /**
   * Refuses to change the labels of one DIMM where they are a part of something that is not here.
   *
   * @throws DaxException with EBUSY if the DIMM is one of several, or the file a label area and nothing else, and
   *         {@link Force#ONE_DIMM} is not given
   */
  static void requireAll(NvdimmImage image, Set<Force> force, String attempt) throws DaxException {
    if (force.contains(Force.ONE_DIMM)) {
      return;
    }
    if (image.dimms() > 1) {
      throw DaxException.of(Errno.EBUSY, attempt,
          "it is one of " + image.dimms() + " DIMMs, position " + image.position().orElse(0)
              + ", and each holds a part of every namespace: a change on one of them loses what is on all",
          "change the set where Linux has all of its DIMMs, or this one alone by force");
    }
    if (image.isLabelAreaOnly() && image.labelArea().isPresent()) {
      throw DaxException.of(Errno.EBUSY, attempt,
          "it is a label area and nothing else, and the data on the DIMM cannot be changed with it",
          "name the image of the DIMM, or change the labels alone by force");
    }
  }

  /** {@return whether a label area was there, of which no index block is valid} */
  static boolean damaged(LabelArea area) {
    return area.blank() && area.indexes().stream().anyMatch(copy -> copy.block().isPresent());
  }

  /** {@return whether an info block is there of which something may be needed, whatever the base is} */
  static boolean hasSoundInfoBlock(Namespace namespace) {
    return namespace.btt().filter(block -> block.checksum() == block.computedChecksum()).isPresent()
        || namespace.infoBlock().filter(block -> block.checksum() == block.computedChecksum()).isPresent();
  }

  /** {@return the only namespace of an image without labels} */
  static Namespace whole(NvdimmImage image, String attempt) throws DaxException {
    if (image.regionSize() < InfoBlock.RESERVED) {
      throw DaxException.of(Errno.ENXIO, attempt,
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
