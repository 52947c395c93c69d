// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.FirstFew;
import dev.jdax.spi.NamespaceKey;

/**
 * The end of a namespace: first its slot is freed, then its info block is wiped, so that no cut shows a namespace
 * without its info block. Labels that keep Linux from making namespaces are found here too, by uuid or name.
 *
 * @param intent what is to be written
 * @param namespace the namespace as it was, or empty if Linux had made none of its label
 */
record NamespaceRemoval(MediaIntent intent, Optional<Namespace> namespace) {
  static NamespaceRemoval of(NvdimmImage image, String key, Set<Force> force) throws IOException {
    String attempt = "destroy namespace \"" + key + "\" in " + image.file();
    Optional<LabelArea> labels = MediaIntent.labelsOf(image, attempt);
    MediaIntent.requireAll(image, force, attempt);
    Overwriting overwriting = new Overwriting(image, force, attempt);
    return labels.isPresent() ? labelled(overwriting, labels.get(), key) : whole(overwriting, key);
  }

  private static NamespaceRemoval whole(Overwriting overwriting, String key) throws IOException {
    NvdimmImage image = overwriting.image();
    String attempt = overwriting.attempt();
    Namespace namespace = MediaIntent.whole(image, attempt);
    if (!namespace.isNamedBy(new NamespaceKey(key))) {
      throw unknown(image, attempt);
    }
    if (NamespaceCreation.requireReplaceable(namespace, overwriting.force(), attempt)) {
      overwriting.requireZero(0, Math.min(namespace.rawSize(), InfoBlock.RESERVED));
    }
    return new NamespaceRemoval(new MediaIntent("wiped the info block of " + namespace,
        List.of(MediaIntent.wipe(0, namespace.rawSize()))), Optional.of(namespace));
  }

  private static DaxException unknown(NvdimmImage image, String attempt) {
    return DaxException.of(Errno.ENXIO, attempt,
        "there is none of that name or uuid; there are " + Namespace.inWords(image.namespaces()), "name one of them");
  }

  private static NamespaceRemoval labelled(Overwriting overwriting, LabelArea area, String key) throws IOException {
    NvdimmImage image = overwriting.image();
    String attempt = overwriting.attempt();
    NamespaceKey wanted = new NamespaceKey(key);
    List<Namespace> listed = image.namespaces().stream()
        .filter(namespace -> namespace.label().isPresent() && namespace.isNamedBy(wanted)).toList();
    List<UUID> uuids = Stream.concat(listed.stream().map(namespace -> namespace.rawUuid().orElseThrow()),
        area.live().stream().map(LabelSlot::label).filter(label -> label.isNamedBy(wanted)).map(Label::uuid)).distinct()
        .toList();
    if (uuids.isEmpty()) {
      throw unknown(image, attempt);
    }
    if (uuids.size() > 1) {
      throw listed.size() == uuids.size()
          ? Namespace.ambiguous(attempt, listed)
          : DaxException.of(Errno.EEXIST, attempt, uuids.size() + " labels have that name or uuid, of uuids "
              + FirstFew.of(uuids, ", ", UUID::toString),
              "name one of them by its uuid");
    }
    return new NamespaceRemoval(labelled(overwriting, area, uuids.getFirst()), listed.stream().findFirst());
  }

  private static MediaIntent labelled(Overwriting overwriting, LabelArea area, UUID uuid) throws IOException {
    NvdimmImage image = overwriting.image();
    BitSet free = area.index().orElseThrow().freeSlots();
    List<DpaReservation> freed = new ArrayList<>();
    OccupiedSpace kept = new OccupiedSpace();
    for (DpaReservation reservation : area.reservations()) {
      if (reservation.uuid().equals(uuid)) {
        freed.add(reservation);
      } else {
        kept.add(reservation);
      }
    }
    freed.forEach(reservation -> free.set(reservation.slot()));
    List<MediaStep> steps = new ArrayList<>();
    steps.add(LabelUpdate.index(area, free, "free again: "
        + FirstFew.of(freed, "; ", DpaReservation::toString)).withBarrier());
    for (DpaReservation reservation : freed) {
      if (Long.compareUnsigned(reservation.dpa(), image.regionSize()) < 0
          && kept.holder(reservation).isEmpty()) {
        long room = image.regionSize() - reservation.dpa();
        long size = Long.compareUnsigned(reservation.size(), room) < 0 ? reservation.size() : room;
        if (size > 0) {
          overwriting.requireEndable(reservation.dpa(), size);
          steps.add(MediaIntent.wipe(reservation.dpa(), size));
        }
      }
    }
    return new MediaIntent("destroyed namespace " + uuid + " of "
        + ByteSize.format(freed.getFirst().size()) + " in " + image.file(), steps);
  }
}
