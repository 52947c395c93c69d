// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.LabelVersion.V1_2;
import static dev.jdax.pmem.MadeMedia.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.spi.Waiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A file that is a label area and nothing else, as {@code ndctl read-labels -o} writes it. */
class ALabelAreaAloneIsRead {
  @TempDir
  private Path folder;

  private Path of(byte[] area) throws IOException {
    return Files.write(folder.resolve("labels.bin"), area);
  }

  @ParameterizedTest
  @EnumSource(LabelVersion.class)
  void ofLinux(LabelVersion version) throws IOException {
    try (NvdimmImage image = NvdimmImage.open(of(LabelMedia.ofLinux(version)))) {
      assertThat(image.isLabelAreaOnly()).isTrue();
      assertThat(image.problems()).isEmpty();
      assertThat(image.labelArea().orElseThrow().version()).isEqualTo(version);
      assertThat(image.namespaces()).extracting(Namespace::name)
          .containsExactlyInAnyOrder(version == V1_2 ? new String[]{"one", "two", "three"} : new String[]{"alpha", ""});
      assertThat(image.namespaces()).allSatisfy(namespace -> {
        assertThat(namespace.linux()).isEqualTo(LinuxView.UNKNOWN);
        assertThat(namespace.rawSize()).isPositive();
        assertThat(namespace.rawUuid()).isPresent();
      });
      assertThat(image.freeSpaces()).isEmpty();
      assertThat(image.unchecked()).singleElement().asString().startsWith("a label area and nothing else");
    }
  }

  @ParameterizedTest
  @CsvSource({"768, V1_1", "1024, V1_2", "1025, V1_1", "4096, V1_2", "131072, V1_2", "131328, V1_1", "262144, V1_1",
      "1048576, V1_2", "2097152, V1_2"})
  void ofEverySize(int size, LabelVersion version) throws IOException {
    try (NvdimmImage image = NvdimmImage.open(of(LabelMedia.empty(size, version, 3, 2)))) {
      assertThat(image.isLabelAreaOnly()).isTrue();
      assertThat(image.labelArea().orElseThrow().geometry()).isEqualTo(new LabelGeometry(size, version));
      assertThat(image.problems()).isEmpty();
    }
  }

  @Test
  void atTheRightPositionItIsBoundToIt() throws IOException {
    Path file = of(LabelMedia.ofLinux(V1_2));
    try (NvdimmImage image = NvdimmImage.open(file, Attachment.DEFAULT.withSlot(2))) {
      assertThat(image.problems()).isEmpty();
    }
    try (NvdimmImage image = NvdimmImage.open(file, Attachment.DEFAULT.withSlot(1))) {
      assertThat(image.problems()).hasSize(3).allMatch(problem -> problem.field().equals("isetcookie"));
    }
  }

  @Test
  void whatNoDimmHasIsStillAProblem() throws IOException {
    Path file = MadeMedia.labelled(0, V1_2).label(0, 16 * MIB).label(1L << 52, MIB).label(1L << 51, 1L << 51)
        .label(1L << 62, MIB).in(folder);
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.problems()).extracting(Problem::field).containsExactly("dpa", "dpa");
      assertThat(image.namespaces()).hasSize(2);
    }
  }

  @Test
  void itIsNotMappedAndNotEdited() throws IOException {
    Path file = of(LabelMedia.ofLinux(V1_2));
    try (NvdimmImage image = NvdimmImage.open(file); DaxBus bus = DaxBus.create()) {
      assertThatThrownBy(() -> bus.add(image.namespace("one").waiving(Waiver.ALLOCATION)))
          .isInstanceOf(DaxException.class).hasMessageContaining("the file has the label area alone");
    }
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Set.of(Force.UNSEEN_USERS))) {
      assertThatThrownBy(() -> editor.destroyNamespace("one")).isInstanceOfSatisfying(DaxException.class,
          e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY)).hasMessageContaining("a label area and nothing else");
      assertThat(editor.checkLabels()).isEmpty();
    }
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Force.all())) {
      editor.destroyNamespace("one");
      assertThat(editor.image().namespaces()).extracting(Namespace::name).containsExactlyInAnyOrder("two", "three");
    }
  }
}
