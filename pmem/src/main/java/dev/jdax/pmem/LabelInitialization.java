// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;

/**
 * The making of an empty label area at the end of an image.
 *
 * <p>Over an area with labels every cut is the old state or the empty one. If its version or its size changes as well,
 * the area is blank for a moment after that, when there is no namespace left to lose: the index blocks of the two may
 * stand in each other's way.
 */
final class LabelInitialization {
  private final NvdimmImage image;
  private final LabelGeometry geometry;
  private final Set<Force> force;
  private final String attempt;

  private LabelInitialization(NvdimmImage image, LabelGeometry geometry, Set<Force> force) {
    this.image = image;
    this.geometry = geometry;
    this.force = force;
    this.attempt = "initialise the labels of " + image.file();
  }

  static MediaIntent of(NvdimmImage image, LabelVersion version, int labelSize, Set<Force> force)
      throws IOException {
    return new LabelInitialization(image, new LabelGeometry(labelSize, version), force).intent();
  }

  private MediaIntent intent() throws IOException {
    checkSize();
    MediaIntent.requireAll(image, force, attempt);
    checkCxlLabels();
    Optional<LabelArea> old = image.labelArea();
    if (old.isPresent() && !force.contains(Force.LABELS)) {
      checkLabels(old.get());
    }
    long offset = image.size() - geometry.areaSize();
    Overwriting overwriting = new Overwriting(image, force, attempt);
    if (old.isEmpty() || old.get().blank()) {
      checkInfoBlock();
      if (!isAccountedFor(old)) {
        overwriting.requireBlankImage();
        overwriting.requireZero(offset, geometry.areaSize());
      }
    } else if (offset < old.get().offset()) {
      overwriting.requireZero(offset, old.get().offset() - offset);
    }
    List<MediaStep> steps = new ArrayList<>();
    image.cxlLabelArea().ifPresent(area -> steps.add(clearing("CXL", area.offset(), area.geometry())));
    boolean valid = old.isPresent() && !old.get().blank();
    if (valid) {
      steps.addAll(LabelUpdate.emptying(old.get()));
    }
    if (!valid || !sameForm(old.get())) {
      old.filter(area -> area.offset() < offset)
          .ifPresent(area -> steps.add(clearing("larger", area.offset(), area.geometry())));
      steps.add(LabelUpdate.fresh(geometry, offset));
    }
    return new MediaIntent("initialised " + ByteSize.format(geometry.areaSize()) + " of labels, version "
        + geometry.version() + ", with " + geometry.slots() + " slots in " + image.file(), steps);
  }

  private void checkSize() throws DaxException {
    if (!geometry.usable()) {
      throw DaxException.of(Errno.ENXIO, attempt,
          "a label area of " + ByteSize.format(geometry.areaSize()) + " has no room for two index blocks and two labels"
              + " of version " + geometry.version(),
          "use 128 KiB, as DIMMs have it");
    }
    if (geometry.areaSize() > LabelAreaSize.LARGEST) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "a label area of " + ByteSize.format(geometry.areaSize()) + " is larger than "
              + ByteSize.format(LabelAreaSize.LARGEST) + ", the largest that is looked for",
          "use 128 KiB, as DIMMs have it");
    }
    if (geometry.areaSize() >= image.size()) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "the image has " + ByteSize.format(image.size()) + ", and " + ByteSize.format(geometry.areaSize())
              + " of labels leave nothing of it",
          "make the image larger: the region, and the label area after it");
    }
    long region = image.size() - geometry.areaSize();
    if (region % InfoBlock.PAGE == 0 && image.attachment().cut(region) == 0) {
      String alignment = ByteSize.format(image.attachment().backendGranule());
      throw DaxException.of(Errno.EINVAL, attempt,
          "a label area of " + ByteSize.format(geometry.areaSize()) + " leaves a region of " + ByteSize.format(region)
              + ", and QEMU's memory backend has an alignment of " + alignment + " and cuts that down to nothing",
          "make the image larger: a multiple of " + alignment + ", and the label area after it");
    }
    if (region % InfoBlock.PAGE != 0) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "a label area of " + ByteSize.format(geometry.areaSize()) + " leaves a region of "
              + ByteSize.format(region) + ", which is no multiple of 4 KiB",
          "give image and label area sizes that are multiples of 4 KiB");
    }
  }

  private void checkLabels(LabelArea old) throws DaxException {
    if (!old.live().isEmpty()) {
      throw DaxException.of(Errno.EBUSY, attempt,
          "there are " + old.live().size() + " labels in it, of namespaces that would be lost",
          "destroy the namespaces, or initialise by force");
    }
    if (MediaIntent.damaged(old)) {
      throw DaxException.of(Errno.EBUSY, attempt,
          "the label area there is damaged, and what is left of it would be lost: " + old.problems().getFirst(),
          "keep a copy of it, and initialise by force");
    }
  }

  private void checkCxlLabels() throws DaxException {
    if (image.cxlLabelArea().isPresent() && !force.contains(Force.LABELS)) {
      throw DaxException.of(Errno.EBUSY, attempt,
          "there is a label area of CXL memory, version " + CxlLabelArea.VERSION + ", with "
              + image.cxlLabelArea().get().used().size() + " labels that would be lost",
          "keep a copy of it, and initialise by force");
    }
  }

  /** The namespace that all of the image was becomes shorter, or is not looked at any more. */
  private void checkInfoBlock() throws DaxException {
    if (!force.contains(Force.INFO_BLOCK) && hasSoundInfoBlock()) {
      throw DaxException.of(Errno.EBUSY, attempt,
          "the image is one namespace without a label, in mode " + image.namespaces().getFirst().mode()
              + ", which would be lost",
          "destroy the namespace, or initialise by force");
    }
  }

  private boolean hasSoundInfoBlock() {
    return !image.namespaces().isEmpty() && MediaIntent.hasSoundInfoBlock(image.namespaces().getFirst());
  }

  /** {@return whether damaged labels, or an info block, say what is in the image; they have a force of their own} */
  private boolean isAccountedFor(Optional<LabelArea> old) {
    return old.filter(MediaIntent::damaged).isPresent() || hasSoundInfoBlock();
  }

  /** {@return whether an area of labels is all that is asked for once it is empty} */
  private boolean sameForm(LabelArea old) {
    IndexBlock block = old.index().orElseThrow();
    return old.geometry().equals(geometry) && block.slots() == geometry.slots()
        && block.labelSizeCode() == geometry.version().code() && block.minor() == geometry.version().minor();
  }

  /**
   * {@return the write that removes the index blocks of an area that goes: a larger one, whose first bytes become the
   * region's, or one of CXL memory, whose blocks would stay valid over other labels}
   */
  private static MediaStep clearing(String which, long offset, LabelGeometry geometry) {
    return MediaStep.of("zeros over the index blocks of the " + which + " label area", offset,
        new byte[geometry.labelOffset()]).withBarrier();
  }
}
