// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_2;
import static dev.jdax.pmem.MadeMedia.MIB;
import static dev.jdax.pmem.MadeMedia.uuid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.BiFunction;

import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.Waiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link InterleaveSet}: {@code create_namespace_pmem} of Linux on several DIMMs, L-60 to L-68. */
class TheDimmsOfASetAreJudgedTogether {
  private static final long SIZE = 16 * MIB;
  private static final String LOST = "; Linux makes no namespace of the whole region";

  @TempDir
  private Path folder;

  private static InterleaveSet open(List<Path> files, int turn) throws IOException {
    return InterleaveSet.open(files, Attachment.DEFAULT, turn == 0 ? OptionalInt.empty() : OptionalInt.of(turn));
  }

  private static SetMedia media(int dimms, int turn) {
    return SetMedia.of(dimms, 3 * SIZE, turn, V1_2);
  }

  private static List<String> sentences(InterleaveSet set) {
    return set.problems().stream().map(Problem::toString).toList();
  }

  @ParameterizedTest
  @CsvSource({"4, 4096", "4, 256", "2, 256", "2, 8192", "3, 4096", "6, 1024", "12, 64"})
  void theDataAreReadThroughTheInterleave(int dimms, int turn) throws IOException {
    List<Path> files = new ArrayList<>(media(dimms, turn).label(0, SIZE).label(2 * SIZE, SIZE)
        .infoBlock(0, SIZE, uuid(0)).infoBlock(2 * SIZE, SIZE, uuid(1)).in(folder));
    List<Path> byPosition = List.copyOf(files);
    Collections.shuffle(files, new Random(dimms + turn));
    try (InterleaveSet set = open(files, turn)) {
      assertThat(set.images()).extracting(NvdimmImage::file).isEqualTo(byPosition);
      assertThat(set.problems()).isEmpty();
      assertThat(set.unchecked()).isEmpty();
      assertThat(set.missing()).isEmpty();
      assertThat(set.dimms()).isEqualTo(dimms);
      assertThat(set.cookie()).contains(MadeMedia.COOKIE);
      assertThat(set.regionSize()).isEqualTo(dimms * 3 * SIZE);
      assertThat(set.namespaces()).hasSize(2).allSatisfy(namespace -> {
        assertThat(namespace.linux()).isEqualTo(LinuxView.DEVDAX);
        assertThat(namespace.rawSize()).isEqualTo(dimms * SIZE);
        assertThat(namespace.size()).isPositive();
      });
      assertThat(set.namespaces()).extracting(Namespace::name).containsExactlyInAnyOrder("n0", "n1");
      assertThat(set.namespaces()).extracting(Namespace::offset).containsExactlyInAnyOrder(0L, 2 * SIZE * dimms);
    }
  }

  @Test
  void atAnotherGranularityTheInfoBlockIsNotThere() throws IOException {
    List<Path> files = media(4, 4096).label(0, SIZE).infoBlock(0, SIZE, uuid(0)).in(folder);
    try (InterleaveSet set = open(files, 256)) {
      assertThat(set.namespaces()).singleElement().satisfies(raw -> {
        assertThat(raw.linux()).isEqualTo(LinuxView.RAW);
        assertThat(raw.problems()).extracting(Problem::field).containsExactly("signature");
      });
    }
  }

  @Test
  void withoutAGranularityTheLabelsAreJudgedAndTheDataAreNot() throws IOException {
    List<Path> files = media(4, 4096).label(0, SIZE).infoBlock(0, SIZE, uuid(0)).in(folder);
    try (InterleaveSet set = open(files, 0)) {
      assertThat(set.problems()).isEmpty();
      assertThat(set.unchecked()).containsExactly(
          "the interleave granularity is not in the labels; give --interleave to read the data");
      assertThat(set.namespaces()).singleElement().satisfies(unread -> {
        assertThat(unread.linux()).isEqualTo(LinuxView.UNKNOWN);
        assertThat(unread.rawSize()).isEqualTo(4 * SIZE);
        assertThat(unread.rawUuid()).contains(uuid(0));
      });
    }
  }

  @Test
  void ofSomeOfThemItIsSaidWhichAreMissing() throws IOException {
    List<Path> files = media(4, 4096).label(0, SIZE).infoBlock(0, SIZE, uuid(0)).in(folder);
    try (InterleaveSet set = open(List.of(files.get(3), files.get(1)), 4096)) {
      assertThat(set.problems()).isEmpty();
      assertThat(set.missing()).containsExactly(0, 2);
      assertThat(set.unchecked()).containsExactly(
          "2 of 4 DIMMs; those of position 0, 2 are needed to say what Linux makes of it");
      assertThat(set.namespaces()).singleElement().satisfies(part -> assertThat(part.linux())
          .isEqualTo(LinuxView.UNKNOWN));
    }
  }

  private void lost(BiFunction<Label, Integer, Label> change, String... words) throws IOException {
    List<Path> files = media(3, 4096).label(0, SIZE).infoBlock(0, SIZE, uuid(0)).label(SIZE, SIZE, change)
        .infoBlock(SIZE, SIZE, uuid(1)).in(folder);
    try (InterleaveSet set = open(files, 4096)) {
      assertThat(sentences(set)).anySatisfy(sentence -> {
        String named = sentence;
        for (Path file : files) {
          named = named.replace(file.toString(), "DIMM " + files.indexOf(file));
        }
        assertThat(named).contains(words).endsWith(LOST);
      });
      assertThat(set.namespaces()).isNotEmpty().allMatch(namespace -> namespace.linux() == LinuxView.NONE);
      assertThat(set.namespaces().getFirst().infoBlock()).describedAs("what is there can still be read").isPresent();
    }
  }

  @Test
  void aLabelThatOneDimmDoesNotHaveLosesAll() throws IOException {
    lost((label, position) -> position == 2 ? null : label, "label area of DIMM 2: uuid at ",
        "is in no label of the set, allowed is a label of " + uuid(1));
  }

  @Test
  void aDimmWithoutAPositionTakesThePlaceThatIsLeft() throws IOException {
    List<Path> files = media(4, 4096).label(0, SIZE, (label, position) -> position % 2 == 1 ? null : label)
        .infoBlock(0, SIZE, uuid(0)).in(folder);
    try (InterleaveSet set = open(List.of(files.get(1), files.get(2), files.get(3), files.get(0)), 4096)) {
      assertThat(set.images()).extracting(NvdimmImage::file).isEqualTo(files);
      assertThat(sentences(set)).hasSize(2).allMatch(sentence -> sentence.endsWith(LOST));
      assertThat(set.namespaces()).singleElement().satisfies(lost -> {
        assertThat(lost.linux()).isEqualTo(LinuxView.NONE);
        assertThat(lost.infoBlock()).isPresent();
      });
    }
  }

  @Test
  void aCookieThatOneDimmDoesNotHaveLosesAll() throws IOException {
    lost((label, position) -> position == 1 ? with(label, LabelField.COOKIE, 7) : label,
        "label area of DIMM 1: uuid at ", "is in no label of the set");
  }

  @Test
  void aPositionThatTwoDimmsHaveLosesAll() throws IOException {
    lost((label, position) -> position == 2 ? SetMedia.member(label, 3, 1) : label,
        "label in slot 1 of DIMM 2: position at ", "is 1, allowed is another position than that of DIMM 1");
  }

  @Test
  void anotherNumberOfDimmsLosesAll() throws IOException {
    lost((label, position) -> position == 1 ? SetMedia.member(label, 2, 1) : label,
        "label in slot 1 of DIMM 1: nlabel at ", "is 2, allowed is 3, the DIMMs in the set");
  }

  @Test
  void anotherTypeOfMemoryLosesAll() throws IOException {
    lost((label, position) -> position == 1 ? with(label, LabelField.TYPE, 7) : label,
        "label in slot 1 of DIMM 1: type_guid at ");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3 * 16 << 20, -1})
  void aSizeThatOneDimmDoesNotHaveLosesAll(long size) throws IOException {
    lost((label, position) -> position == 2 ? with(label, LabelField.RAW_SIZE, size) : label, "of DIMM 2: ");
  }

  private static Label with(Label label, int field, long value) {
    byte[] bytes = label.toBytes();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(field, value);
    return Label.parse(label.version(), bytes).withChecksum();
  }

  @Test
  void aUuidTwiceOnALaterDimmLosesAll() throws IOException {
    SetMedia media = media(2, 4096).label(0, SIZE);
    media.dimm(1)
        .add(SetMedia.member(Label.of(V1_2, uuid(0), "again", MadeMedia.COOKIE, SIZE, SIZE, 1, Abstraction.DAX),
            2, 1));
    try (InterleaveSet set = open(media.in(folder), 4096)) {
      assertThat(sentences(set)).first().asString().startsWith("label in slot 1 of ")
          .contains("allowed is a uuid that no other label has").endsWith(LOST);
    }
  }

  @Test
  void sizesAreAddedUpAndTheFirstDimmSaysWhere() throws IOException {
    List<Path> files = media(2, 4096).label(0, SIZE, (label, position) -> position == 1
        ? with(with(label, LabelField.RAW_SIZE, 2 * SIZE), LabelField.DPA, SIZE)
        : label).in(folder);
    try (InterleaveSet set = open(files, 4096)) {
      assertThat(set.namespaces()).singleElement().satisfies(odd -> {
        assertThat(odd.linux()).isEqualTo(LinuxView.RAW);
        assertThat(odd.rawSize()).isEqualTo(3 * SIZE);
        assertThat(odd.offset()).isZero();
      });
      assertThat(set.problems()).extracting(Problem::field).containsExactly("dpa", "rawsize", "signature");
    }
  }

  @Test
  void aDimmOnWhichLabelsOverlapHasNone() throws IOException {
    SetMedia media = media(2, 4096).label(0, SIZE);
    media.dimm(1).label(0, 2 * SIZE);
    try (InterleaveSet set = open(media.in(folder), 4096)) {
      assertThat(sentences(set).getFirst()).startsWith("label in slot 1 of ")
          .endsWith("; Linux fails the DIMM (EBUSY), and does not see its labels");
      assertThat(set.namespaces()).singleElement().satisfies(lost -> assertThat(lost.linux())
          .isEqualTo(LinuxView.NONE));
    }
  }

  @Test
  void theCookieOfTheSetIsThatOfItsDimms() throws IOException {
    List<InterleaveSetCookie.Dimm> dimms = List.of(new InterleaveSetCookie.Dimm(0, 0x11, 0x8089, 0x1920, 1),
        new InterleaveSetCookie.Dimm(4096, 0x12, 0x8089, 0x1920, 1));
    InterleaveSetCookie cookie = InterleaveSetCookie.of(dimms);
    List<Path> files = media(2, 4096).label(0, SIZE, (label, position) -> with(label, LabelField.COOKIE,
        cookie.cookie2())).infoBlock(0, SIZE, uuid(0)).in(folder);
    try (InterleaveSet set = InterleaveSet.open(files, Attachment.DEFAULT.withSet(cookie), OptionalInt.of(4096))) {
      assertThat(set.problems()).isEmpty();
      assertThat(set.namespaces()).singleElement().satisfies(sound -> assertThat(sound.linux())
          .isEqualTo(LinuxView.DEVDAX));
    }
    InterleaveSetCookie swapped = InterleaveSetCookie.of(List.of(
        new InterleaveSetCookie.Dimm(4096, 0x11, 0x8089, 0x1920, 1),
        new InterleaveSetCookie.Dimm(0, 0x12, 0x8089, 0x1920, 1)));
    try (InterleaveSet set = InterleaveSet.open(files, Attachment.DEFAULT.withSet(swapped), OptionalInt.of(4096))) {
      assertThat(sentences(set)).singleElement().asString().contains("isetcookie", "Linux skips the label");
      assertThat(set.namespaces()).isEmpty();
    }
  }

  @Test
  void nothingOfItIsMapped() throws IOException {
    List<Path> files = media(2, 4096).label(0, SIZE).infoBlock(0, SIZE, uuid(0)).in(folder);
    try (InterleaveSet set = open(files, 4096); DaxBus bus = DaxBus.create()) {
      assertThatThrownBy(() -> bus.add(set.namespaces().getFirst().waiving(Waiver.ALLOCATION)))
          .isInstanceOf(DaxException.class).hasMessageContaining("it is interleaved over 2 DIMMs");
    }
  }

  private void refused(List<Path> files, int turn, String... words) {
    assertThatThrownBy(() -> open(files, turn)).isInstanceOfSatisfying(DaxException.class,
        e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL)).hasMessageContainingAll(words);
  }

  @Test
  void whatIsNoSetIsRefusedInWords() throws IOException {
    List<Path> files = media(2, 4096).label(0, SIZE).in(folder);
    Path single = MadeMedia.labelled(SIZE, V1_2).label(0, SIZE).in(folder);
    Path other = MadeMedia.labelled(SIZE, V1_2).label(0, SIZE).in(folder);
    Path bare = MadeMedia.whole(SIZE).in(folder);
    Path empty = MadeMedia.labelled(SIZE, V1_2).in(folder);
    refused(files.subList(0, 1), 4096, "at least two DIMMs");
    refused(List.of(files.get(0), files.get(0)), 4096, "is the same file as", "name each DIMM once");
    refused(List.of(files.get(0), files.get(1), single), 4096, "a set of 2 DIMMs, and these are 3");
    refused(List.of(single, other), 4096, "each is a region by itself", "inspect each by itself");
    refused(List.of(files.get(0), bare), 4096, bare + " has no labels of an NVDIMM");
    refused(List.of(empty, single), 4096, "inspect each by itself");
    for (int turn : new int[]{-1, 3, 32, 100, 4097}) {
      refused(files, turn, "not every " + turn, "256 or 4K");
    }
  }

  @Test
  void labelAreasAloneAreASetToo() throws IOException {
    List<Path> files = SetMedia.of(4, 0, 4096, V1_2).label(0, SIZE).label(SIZE, SIZE).in(folder);
    try (InterleaveSet set = open(files, 4096)) {
      assertThat(set.problems()).isEmpty();
      assertThat(set.regionSize()).isZero();
      assertThat(set.unchecked()).hasSize(4)
          .allMatch(sentence -> sentence.contains("is a label area and nothing else"));
      assertThat(set.namespaces()).hasSize(2).allMatch(namespace -> namespace.linux() == LinuxView.UNKNOWN
          && namespace.rawSize() == 4 * SIZE);
    }
  }
}
