// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_1;
import static dev.jdax.pmem.LabelVersion.V1_2;
import static dev.jdax.pmem.MadeMedia.MIB;
import static dev.jdax.pmem.MadeMedia.uuid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.spi.Waiver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The image of one DIMM out of several: what is in it is shown, and nothing is said of the others. */
class OneDimmOfASetIsNotLost {
  private static final long SIZE = 16 * MIB;

  @TempDir
  private Path folder;

  private Path member(int dimms, int position, LabelVersion version) throws IOException {
    return SetMedia.of(dimms, 3 * SIZE, 4096, version).label(0, SIZE).label(SIZE, SIZE).dimm(position).in(folder);
  }

  private static void refused(ThrowingCallable call, Errno errno, String... words) {
    assertThatThrownBy(call).isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessageContainingAll(words);
  }

  @ParameterizedTest
  @CsvSource({"4, 1", "4, 0", "2, 1", "12, 11", "65535, 65534"})
  void itsNamespacesAreParts(int dimms, int position) throws IOException {
    for (LabelVersion version : LabelVersion.values()) {
      Path file = MadeMedia.labelled(3 * SIZE, version).label(0, SIZE, label -> SetMedia.member(label, dimms, position))
          .in(folder);
      try (NvdimmImage image = NvdimmImage.open(file)) {
        assertThat(image.problems()).isEmpty();
        assertThat(image.dimms()).isEqualTo(dimms);
        assertThat(image.position()).hasValue(position);
        assertThat(image.unchecked()).containsExactly("one of " + dimms + " DIMMs, position " + position
            + "; the others are needed to say what Linux makes of it");
        assertThat(image.namespaces()).singleElement().satisfies(part -> {
          assertThat(part.linux()).isEqualTo(LinuxView.UNKNOWN);
          assertThat(part.mode()).isEqualTo(LinuxView.UNKNOWN);
          assertThat(part.name()).isEqualTo("n0");
          assertThat(part.rawUuid()).contains(uuid(0));
          assertThat(part.rawSize()).isEqualTo(SIZE);
          assertThat(part.size()).isZero();
          assertThat(part.infoBlock()).isEmpty();
        });
        assertThat(image.freeSpaces()).containsExactly(new NvdimmImage.Space(SIZE, 2 * SIZE));
      }
    }
  }

  @Test
  void aWrongCookieStillHidesALabel() throws IOException {
    Path file = SetMedia.of(4, 3 * SIZE, 4096, V1_2).label(0, SIZE).dimm(1).in(folder);
    try (NvdimmImage image = NvdimmImage.open(file, Attachment.DEFAULT.withSet(InterleaveSetCookie.given(7)))) {
      assertThat(image.problems()).singleElement().asString().contains("isetcookie", "allowed is 0x7; Linux skips");
      assertThat(image.namespaces()).isEmpty();
      assertThat(image.dimms()).isEqualTo(4);
      assertThat(image.position()).hasValue(1);
    }
  }

  @Test
  void whereTheDimmIsARegionByItselfItIsLost() throws IOException {
    // As every NVDIMM of QEMU is; the guest's DisputedImages has what Linux says.
    long cookie = InterleaveSetCookie.of(InterleaveSetCookie.Dimm.ofQemu(0)).cookie1();
    Path file = MadeMedia.labelled(3 * SIZE, V1_1).add(SetMedia.member(Label.of(V1_1, uuid(0), "", cookie, 0, SIZE, 0,
        Abstraction.NONE), 2, 0)).in(folder);
    try (NvdimmImage image = NvdimmImage.open(file, Attachment.DEFAULT.withSlot(0))) {
      assertThat(image.problems()).singleElement().asString().contains("nlabel",
          "is 2, allowed is 1, the DIMMs in the set of this image; Linux makes no namespace of the whole region");
      assertThat(image.namespaces()).singleElement().satisfies(lost -> assertThat(lost.linux())
          .isEqualTo(LinuxView.NONE));
    }
  }

  @Test
  void labelsThatDisagreeAboutTheSetAreLostWhateverItIs() throws IOException {
    Path file = SetMedia.of(4, 3 * SIZE, 4096, V1_2).label(0, SIZE).label(SIZE, SIZE,
        (label, position) -> SetMedia.member(label, 3, position)).dimm(1).in(folder);
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.problems()).singleElement().asString().contains("label in slot 1: nlabel",
          "is 3, allowed is 4, the DIMMs in the set; Linux makes no namespace of the whole region");
      assertThat(image.namespaces()).hasSize(2).allMatch(namespace -> namespace.linux() == LinuxView.NONE);
      assertThat(image.unchecked())
          .containsExactly("one of 4 DIMMs, position 1; what is wrong here spoils all of them");
    }
  }

  @Test
  void aPositionThatNoSetHasLosesThem() throws IOException {
    Path file = MadeMedia.labelled(3 * SIZE, V1_2).label(0, SIZE, label -> SetMedia.member(label, 4, 4)).in(folder);
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.problems()).singleElement().asString().contains("position",
          "is 4, allowed is 0 to 3, the positions in a set of 4 DIMMs");
    }
  }

  @Test
  void whereItsLabelsOverlapTheWholeRegionIsNotOnIt() throws IOException {
    Path file = SetMedia.of(4, 3 * SIZE, 4096, V1_2).label(0, 2 * SIZE).label(SIZE, SIZE).dimm(1).in(folder);
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.problems()).singleElement().asString()
          .endsWith("does not have; Linux fails the DIMM (EBUSY), and does not see its labels");
      assertThat(image.dimms()).isEqualTo(4);
      assertThat(image.position()).hasValue(1);
      assertThat(image.namespaces()).isEmpty();
    }
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Set.of(Force.UNSEEN_USERS))) {
      refused(() -> editor.destroyNamespace("n0"), Errno.EBUSY, "it is one of 4 DIMMs, position 1");
    }
  }

  @Test
  void aPartIsNotMapped() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(member(4, 1, V1_2)); DaxBus bus = DaxBus.create()) {
      Namespace part = image.namespace("n0").waiving(Waiver.ALLOCATION);
      refused(() -> bus.add(part), Errno.EOPNOTSUPP, "interleaved over 4 DIMMs",
          "no file has its bytes one after the other", "where Linux has all of the DIMMs");
    }
  }

  @Test
  void itIsNotEditedByItself() throws IOException {
    Path file = member(4, 1, V1_2);
    byte[] before = Files.readAllBytes(file);
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Set.of(Force.UNSEEN_USERS, Force.LABELS))) {
      String[] why = {"it is one of 4 DIMMs, position 1, and each holds a part of every namespace",
          "change the set where Linux has all of its DIMMs, or this one alone by force"};
      refused(() -> editor.destroyNamespace("n0"), Errno.EBUSY, why);
      refused(() -> editor.initLabels(V1_2, 128 << 10), Errno.EBUSY, why);
      refused(() -> editor.createNamespace(NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_4K, MapLocation.RAM)),
          Errno.EBUSY, why);
      // Repairing changes nothing that Linux heeds.
      assertThat(editor.repairLabels().steps()).hasSizeLessThanOrEqualTo(1);
    }
    assertThat(Files.readAllBytes(file)).hasSameSizeAs(before);
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.namespaces()).hasSize(2);
    }
  }

  @Test
  void byForceItsLabelsAreEditedButNoneIsAdded() throws IOException {
    Path file = member(4, 1, V1_2);
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Force.all())) {
      refused(() -> editor.createNamespace(NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_4K, MapLocation.RAM)),
          Errno.EINVAL, "a namespace has a part on each of them");
      editor.destroyNamespace("n0");
      assertThat(editor.image().namespaces()).extracting(Namespace::name).containsExactly("n1");
      editor.initLabels(V1_2, 128 << 10);
      assertThat(editor.image().dimms()).isEqualTo(1);
      assertThat(editor.image().namespaces()).isEmpty();
    }
  }
}
