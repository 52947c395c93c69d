// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;

/**
 * The making of a namespace: where it goes, what is written, and in which order.
 *
 * <p>With labels: the info block into space that no label has, then the label into a slot that the current index block
 * has free, then the other index block. Nothing of it is seen before the last. Without labels the info block alone
 * makes it, and a torn one has a wrong checksum.
 */
final class NamespaceCreation {
  private final NvdimmImage image;
  private final NamespaceRequest request;
  private final Set<Force> force;
  private final String attempt;

  private NamespaceCreation(NvdimmImage image, NamespaceRequest request, Set<Force> force) {
    this.image = image;
    this.request = request;
    this.force = force;
    this.attempt = "create " + (request.name().isEmpty() ? "a namespace" : "namespace \"" + request.name() + "\"")
        + " in " + image.file();
  }

  /** {@return what makes the namespace; the request says its uuids} */
  static MediaIntent of(NvdimmImage image, NamespaceRequest request, Set<Force> force) throws IOException {
    NamespaceCreation creation = new NamespaceCreation(image, request, force);
    Optional<LabelArea> labels = MediaIntent.labelsOf(image, creation.attempt);
    MediaIntent.requireAll(image, force, creation.attempt);
    creation.requireOneDimm();
    return labels.isPresent() ? creation.labelled(labels.get()) : creation.whole();
  }

  /** A label of one DIMM among those of a set would lose them all, so that no force makes sense of it. */
  private void requireOneDimm() throws DaxException {
    if (image.dimms() > 1) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "it is one of " + image.dimms() + " DIMMs, and a namespace has a part on each of them",
          "create it where Linux has all of the DIMMs, or initialise the labels of this one by force");
    }
  }

  private MediaIntent whole() throws IOException {
    Namespace namespace = MediaIntent.whole(image, attempt);
    if (request.size().isPresent() && request.size().getAsLong() != namespace.rawSize()) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "the size is " + ByteSize.format(request.size().getAsLong()) + ", and a namespace of an image without labels"
              + " has all of its region, " + ByteSize.format(namespace.rawSize()),
          "leave the size out, or initialise labels first");
    }
    if (!request.name().isEmpty() || request.uuid().isPresent()) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "name and uuid stand in a label, and the image has no labels",
          "leave them out, or initialise labels first");
    }
    Plan plan = Plan.ofRaw(namespace.rawSize(), image.attachment().base(), request.alignment(), request.map());
    if (requireReplaceable(namespace, force, attempt)) {
      Overwriting overwriting = overwriting();
      overwriting.requireBlankImage();
      overwriting.requireZero(0, plan.dataOffset()); // the memory map, which Linux writes
    }
    return new MediaIntent("created a namespace of " + plan + " in " + image.file(),
        List.of(MediaIntent.head(0, infoBlock(plan, Guids.NULL))));
  }

  private Overwriting overwriting() {
    return new Overwriting(image, force, attempt);
  }

  /** {@return whether there is no sound info block; one that is there may only be lost by force} */
  static boolean requireReplaceable(Namespace namespace, Set<Force> force, String attempt) throws DaxException {
    boolean sound = MediaIntent.hasSoundInfoBlock(namespace);
    if (sound && !force.contains(Force.INFO_BLOCK)) {
      throw DaxException.of(Errno.EEXIST, attempt,
          "there is a sound info block, in mode " + namespace.mode() + ", and no second copy of it",
          "do it by force if nobody needs what is there");
    }
    return !sound;
  }

  private InfoBlock infoBlock(Plan plan, UUID parent) {
    return plan.toInfoBlock(request.signature(), request.infoBlockUuid().orElseThrow(), parent);
  }

  private MediaIntent labelled(LabelArea area) throws IOException {
    requireSound(area);
    UUID uuid = request.uuid().orElseThrow();
    for (LabelSlot slot : area.live()) {
      if (slot.label().uuid().equals(uuid)) {
        throw DaxException.of(Errno.EINVAL, attempt,
            "the label in slot " + slot.number() + " has uuid " + uuid + " already", "give another uuid, or none");
      }
    }
    if (area.availableSlots() == 0) {
      throw DaxException.of(Errno.ENXIO, attempt,
          "of the " + area.index().orElseThrow().mappedSlots() + " slots for labels "
              + (area.freeSlots() == 0 ? "none is free" : "only the one is free that updates need"),
          "destroy a namespace");
    }
    NvdimmImage.Space space = place();
    Plan plan = Plan.ofRaw(space.length(), image.attachment().base() + space.offset(), request.alignment(),
        request.map());
    overwriting().requireFree(space.offset());
    int slot = LabelUpdate.lowestFreeSlot(area);
    Label label = Label.of(area.version(), uuid, request.name(), cookie(area), space.offset(), space.length(), slot,
        request.abstraction());
    BitSet free = area.index().orElseThrow().freeSlots();
    free.clear(slot);
    return new MediaIntent("created a namespace of " + plan + " in " + image.file(), List.of(
        MediaIntent.head(space.offset(), infoBlock(plan, uuid)),
        LabelUpdate.label(area, label).withBarrier(),
        LabelUpdate.index(area, free, "slot " + slot + " taken").withBarrier()));
  }

  /** What costs Linux its namespaces would cost it the new one too. */
  private void requireSound(LabelArea area) throws DaxException {
    List<Problem> problems = NamespaceScan.of(area, image.attachment(), image.labelledSize()).problems();
    if (!problems.isEmpty()) {
      boolean cookie = problems.getFirst().field().equals("isetcookie");
      throw DaxException.of(Errno.EINVAL, attempt, "Linux cannot use its labels as they are: " + problems.getFirst(),
          cookie ? "say which DIMM the labels are of" + positionInWords() : "destroy the namespace of that label");
    }
  }

  private String positionInWords() {
    OptionalInt position = image.qemuPosition();
    return position.isPresent() ? "; their cookie is that of QEMU's NVDIMM at position " + position.getAsInt() : "";
  }

  /** {@return the cookie that the labels have, or that of the set which the attachment names if there is no label yet} */
  private long cookie(LabelArea area) throws DaxException {
    if (!area.live().isEmpty()) {
      return area.live().getFirst().label().cookie();
    }
    InterleaveSetCookie set = image.attachment().set().orElseThrow(() -> DaxException.of(Errno.EINVAL, attempt,
        "no label there says which DIMM it is of, and Linux passes over a label that is bound to another DIMM",
        "give the DIMM's position in QEMU, from 0 (--slot), or the cookie of its interleave set (--cookie)"));
    return set.forIndex(area.index().orElseThrow());
  }

  /** {@return the first free space that is large enough, as much of it as the namespace is to have} */
  private NvdimmImage.Space place() throws DaxException {
    long granule = Plan.DEFAULT_GRANULE;
    NvdimmImage.Space largest = new NvdimmImage.Space(0, 0);
    long wanted = request.size().orElse(Long.MAX_VALUE);
    if (request.size().isPresent() && wanted % granule != 0) {
      long below = wanted - wanted % granule;
      throw DaxException.of(Errno.EINVAL, attempt,
          "the size is " + ByteSize.format(wanted) + ", and Linux takes multiples of " + ByteSize.format(granule),
          "use " + (below == 0 ? "" : ByteSize.format(below) + " or ")
              + (wanted > Long.MAX_VALUE - granule ? "less" : ByteSize.format(below + granule)));
    }
    for (NvdimmImage.Space free : image.freeSpaces()) {
      NvdimmImage.Space usable = usable(free, granule);
      if (usable.length() >= wanted) {
        return new NvdimmImage.Space(usable.offset(), wanted);
      }
      largest = usable.length() > largest.length() ? usable : largest;
    }
    if (request.size().isPresent() || largest.length() == 0) {
      throw DaxException.of(Errno.ENOSPC, attempt,
          (request.size().isPresent() ? "the size is " + ByteSize.format(wanted) + ", and " : "")
              + (largest.length() == 0
                  ? "no free space has " + ByteSize.format(granule) + " in one piece"
                  : "the largest free space has " + ByteSize.format(largest.length())),
          largest.length() == 0 ? "destroy a namespace" : "use that, or destroy a namespace");
    }
    return largest;
  }

  /** {@return the part of a free space that begins where Linux can use it, in whole granules} */
  private NvdimmImage.Space usable(NvdimmImage.Space free, long granule) {
    long base = image.attachment().base();
    long step = PageSize.SIZE_2M.bytes();
    long offset = Math.ceilDiv(base + free.offset(), step) * step - base;
    long length = Math.max(free.offset() + free.length() - offset, 0);
    return new NvdimmImage.Space(offset, length - length % granule);
  }
}
