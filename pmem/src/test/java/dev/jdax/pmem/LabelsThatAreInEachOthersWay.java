// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_2;
import static dev.jdax.pmem.MadeMedia.MIB;
import static dev.jdax.pmem.MadeMedia.uuid;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels whose space cannot be reserved, and labels with one uuid, as Linux takes them in the module guest. */
class LabelsThatAreInEachOthersWay {
  private static final long REGION = 64 * MIB;
  private static final long SIZE = 16 * MIB;
  private static final String ALL_LOST = "; Linux makes no namespace of the whole region";

  @TempDir
  private Path folder;

  private NvdimmImage open(MadeMedia media) throws IOException {
    return NvdimmImage.open(media.in(folder));
  }

  private static MadeMedia media() {
    return MadeMedia.labelled(REGION, V1_2);
  }

  private static List<String> sentences(NvdimmImage image) {
    return image.problems().stream().map(Problem::toString).toList();
  }

  @ParameterizedTest
  @CsvSource({"0x0", "-0x800000"})
  void aSizeThatEndsBeforeItBeginsMakesTheWholeRegionOneRawDisk(String text) throws IOException {
    long size = Long.decode(text);
    try (NvdimmImage image = open(media().namespace(0, SIZE).label(SIZE, size))) {
      assertThat(sentences(image)).first().isEqualTo("label in slot 1: rawsize at 0x4000370 is 0x"
          + Long.toHexString(size) + ", allowed is 1 to 0xffffffffff000000, so that it ends after 0x1000000; Linux"
          + " fails the DIMM (EBUSY), and makes one raw disk of the whole region");
      assertThat(image.namespaces()).singleElement().satisfies(all -> {
        assertThat(all.linux()).isEqualTo(LinuxView.RAW);
        assertThat(all.rawSize()).isEqualTo(REGION);
      });
    }
  }

  /** Its last byte is the last of all, so that it is reserved, and there is room for no other. */
  @Test
  void aSizeOfNothingAtTheBeginLosesTheNamespaceIfItIsTheOnlyOne() throws IOException {
    try (NvdimmImage image = open(media().label(0, 0))) {
      assertThat(sentences(image)).first().asString().contains("rawsize", "is 0x0").endsWith(ALL_LOST);
      assertThat(image.namespaces()).allMatch(namespace -> namespace.linux() == LinuxView.NONE);
    }
    try (NvdimmImage image = open(media().label(0, 0).namespace(SIZE, SIZE))) {
      assertThat(image.namespaces()).singleElement().extracting(Namespace::linux).isEqualTo(LinuxView.RAW);
    }
  }

  @Test
  void aUuidThatIsKnownLosesAllNamespacesThoughTheLabelIsOfAnotherSet() throws IOException {
    try (NvdimmImage image = open(media().namespace(0, SIZE)
        .add(Label.of(V1_2, uuid(0), "again", 7, SIZE, SIZE, 1, Abstraction.DAX)))) {
      assertThat(sentences(image)).first().isEqualTo("label in slot 1: uuid at 0x4000300 is " + uuid(0)
          + ", allowed is a uuid that no other label has" + ALL_LOST);
      assertThat(image.namespaces()).allMatch(namespace -> namespace.linux() == LinuxView.NONE);
    }
  }

  @Test
  void ofTwoLabelsWithOneUuidTheFirstSaysWhatTheNamespaceIs() throws IOException {
    long cookie = InterleaveSetCookie.of(InterleaveSetCookie.Dimm.ofQemu(0)).cookie2();
    Path file = media().namespace(0, SIZE)
        .add(Label.of(V1_2, uuid(0), "again", cookie, SIZE, 2 * SIZE, 1, Abstraction.DAX)).in(folder);
    try (NvdimmImage image = NvdimmImage.open(file, Attachment.DEFAULT.withSlot(0))) {
      assertThat(image.namespaces()).singleElement().satisfies(namespace -> {
        assertThat(namespace.name()).isEqualTo("n0");
        assertThat(namespace.offset()).isZero();
        assertThat(namespace.rawSize()).isEqualTo(SIZE);
        assertThat(namespace.linux()).isEqualTo(LinuxView.DEVDAX);
      });
      assertThat(sentences(image)).last().asString()
          .endsWith("Linux makes the namespace as the label in slot 0 says it, though it skipped that");
    }
  }
}
