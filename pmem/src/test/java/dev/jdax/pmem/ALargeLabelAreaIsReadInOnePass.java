// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_2;
import static dev.jdax.pmem.MadeMedia.MIB;
import static dev.jdax.pmem.MadeMedia.uuid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Label areas of 8 MiB, which are an eighth of the largest: no label is compared with all others, and no sentence names all of them. */
class ALargeLabelAreaIsReadInOnePass {
  private static final int SIZE = 8 << 20;
  /** There are four bytes of it for each label. */
  private static final long REGION = 2 * MIB;

  @TempDir
  private Path folder;

  private static DpaReservation range(int slot, long dpa, long size) {
    return new DpaReservation(slot, uuid(slot), dpa, size);
  }

  @Test
  void theSpaceOfAllLabelsIsComparedAFewTimesForEach() {
    int labels = 200_000;
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < labels; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(7));
    AtomicLong comparisons = new AtomicLong();
    OccupiedSpace occupied = new OccupiedSpace((one, other) -> {
      comparisons.incrementAndGet();
      return Long.compareUnsigned(one, other);
    });
    for (int i : order) {
      DpaReservation next = range(i, i * 4L, 4);
      assertThat(occupied.holder(next).isEmpty()).isTrue();
      occupied.add(next);
    }
    // Each is in the way of all, and must not be compared with all.
    for (int i = 0; i < labels; i++) {
      DpaReservation all = range(labels + i, 0, labels * 4L);
      assertThat(occupied.holder(all).isPresent()).isTrue();
      occupied.add(all);
    }
    assertThat(comparisons.get() / (2 * labels)).isLessThan(200);
  }

  @Test
  void theHolderOfSpaceIsOneThatOverlaps() {
    LabelMedia.eachSeed(200, random -> {
      OccupiedSpace occupied = new OccupiedSpace();
      List<DpaReservation> before = new ArrayList<>();
      for (int slot = 0; slot < 60; slot++) {
        DpaReservation next = range(slot, edge(random), random.nextInt(8) == 0 ? edge(random) : random.nextInt(6));
        Optional<DpaReservation> holder = occupied.holder(next);
        assertThat(holder.isPresent()).as("%s among %s", next, before)
            .isEqualTo(before.stream().anyMatch(next::overlaps));
        holder.ifPresent(found -> assertThat(before).filteredOn(next::overlaps).contains(found));
        occupied.add(next);
        before.add(next);
      }
    });
  }

  /** Numbers near both ends of 64 bits and of 63 bits, so that they meet each other and overflow. */
  private static long edge(Random random) {
    long near = random.nextInt(40);
    return switch (random.nextInt(4)) {
      case 0 -> -near;
      case 1 -> Long.MAX_VALUE - 20 + near;
      default -> near;
    };
  }

  private MadeMedia full() {
    MadeMedia media = MadeMedia.labelled(REGION, V1_2).areaSize(SIZE);
    int slots = media.geometry().slots();
    for (int i = 0; i < slots - 2; i++) {
      media.label(4L * (slots - 1 - i), 4);
    }
    return media;
  }

  private static Attachment attachment() {
    return Attachment.DEFAULT.withLabelSize(SIZE);
  }

  @Test
  void thirtyThousandLabelsAreNamespaces() throws IOException {
    MadeMedia media = full();
    try (NvdimmImage image = NvdimmImage.open(media.in(folder), attachment())) {
      assertThat(image.namespaces()).hasSize(media.geometry().slots() - 2);
      assertThat(image.problems()).as("too small for an info block").hasSize(image.namespaces().size());
      assertThat(image.freeSpaces()).hasSize(2);
      assertThatExceptionOfType(DaxException.class).isThrownBy(() -> image.namespace("none of them"))
          .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENXIO))
          .withMessageContaining("more").satisfies(e -> assertThat(e.getMessage().length()).isLessThan(2000));
    }
  }

  @Test
  void thirtyThousandLabelsOfOneNameAreToldInOneSentence() throws IOException {
    MadeMedia media = MadeMedia.labelled(REGION, V1_2).areaSize(SIZE);
    int slots = media.geometry().slots();
    for (int slot = 0; slot < slots - 2; slot++) {
      media.add(Label.of(V1_2, uuid(slot), "same", MadeMedia.COOKIE, 4L * slot, 4, slot, Abstraction.DAX));
    }
    Path file = media.in(folder);
    try (NvdimmImage image = NvdimmImage.open(file, attachment())) {
      assertThatExceptionOfType(DaxException.class).isThrownBy(() -> image.namespace("same"))
          .withMessageContaining(slots - 2 + " namespaces have that name or uuid: namespace0.0 (uuid ")
          .withMessageContaining(" and " + (slots - 10) + " more; ")
          .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(2000));
    }
    try (ImageEditor editor = ImageEditor.open(file, attachment(), Force.none())) {
      assertThatExceptionOfType(DaxException.class).isThrownBy(() -> editor.destroyNamespace("same"))
          .withMessageContaining(" and " + (slots - 10) + " more; ");
    }
  }

  /** On each of two DIMMs all labels have one uuid: which of them are of the set is looked for once. */
  @Test
  void thirtyThousandLabelsOfOneUuidAreASet() {
    int slots = new LabelGeometry(SIZE, V1_2).slots();
    List<LabelledDimm> dimms = List.of(dimm(0, slots - 2), dimm(1, slots - 2));
    NamespaceScan scan = NamespaceScan.of(dimms, Attachment.DEFAULT);
    assertThat(scan.found()).hasSize(slots - 2);
    assertThat(scan.lost()).isTrue();
  }

  private static LabelledDimm dimm(int position, int labels) {
    List<Label> all = new ArrayList<>();
    for (int slot = 0; slot < labels; slot++) {
      Label one = Label.of(V1_2, uuid(0), "", position == 1 ? 7 : MadeMedia.COOKIE, 4L * slot, 4, slot,
          Abstraction.DAX);
      all.add(new Label(V1_2, one.uuid(), one.nameBytes(), 0, 2, position, one.cookie(), one.lbaSize(), one.dpa(),
          one.rawSize(), slot, 0, one.padding(), one.type(), one.abstractionGuid(), one.reserved(), 0).withChecksum());
    }
    byte[] area = new byte[SIZE];
    MadeMedia.write(area, V1_2, all);
    return new LabelledDimm(" of DIMM " + position, LabelArea.parse(area, 0), REGION);
  }

  @Test
  void allLabelsOfCxlMemoryAreCompared() {
    CxlLabel[] labels = new CxlLabel[1503];
    labels[0] = CxlMedia.region(0);
    for (int slot = 1; slot < labels.length; slot++) {
      long dpa = slot == labels.length - 1 ? 1400 * 16 + 8 : slot * 16;
      labels[slot] = CxlMedia.namespace(uuid(slot), "n" + slot, slot, dpa, 16);
    }
    byte[] area = CxlMedia.area(1 << 20, labels);
    assertThat(CxlLabelArea.of(LabelArea.parse(area, 0), area).orElseThrow().problems())
        .filteredOn(problem -> problem.consequence().contains("the same bytes"))
        .singleElement().satisfies(problem -> {
          assertThat(problem.structure()).endsWith("slot 1502");
          assertThat(problem.allowed()).isEqualTo("space that slot 1400: 16 bytes at 0x5780 does not have");
        });
  }
}
