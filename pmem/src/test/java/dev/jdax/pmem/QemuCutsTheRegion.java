// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The region as QEMU makes it: what its memory backend's alignment leaves before the label area. */
class QemuCutsTheRegion {
  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final int LABELS = 128 << 10;
  private static final Attachment FIRST = Attachment.DEFAULT.withSlot(0);

  @TempDir
  private Path folder;

  private Path image(long size) throws IOException {
    Path file = folder.resolve("nv-" + size + ".img");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(size);
    }
    return file;
  }

  private static NamespaceRequest devdax(MapLocation map) {
    return NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, map);
  }

  /** Sizes in KiB; guests have shown the same regions (MadeImagesComeUpInLinux). */
  @ParameterizedTest
  @CsvSource({"4194304, 1048576, 3145728", "4194432, 1048576, 4194304", "66560, 2048, 65536", "65792, 2048, 65536",
      "67588, 4, 67460", "1048576, 16384, 1032192"})
  void toAMultipleOfTheAlignment(long file, long alignment, long region) throws IOException {
    Attachment attachment = FIRST.withBackendAlignment(alignment * KIB).withLabelSize(LABELS);
    Path image = image(file * KIB);
    try (ImageEditor editor = ImageEditor.open(image, attachment, Force.all())) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
      Namespace made = editor.createNamespace(devdax(MapLocation.DEVICE).withName("all")).namespace().orElseThrow();
      assertThat(made.rawSize()).isEqualTo(region * KIB - region * KIB % (16 * MIB));
    }
    try (NvdimmImage read = NvdimmImage.open(image, attachment)) {
      assertThat(read.regionSize()).isEqualTo(region * KIB);
      assertThat(read.cutOff()).isEqualTo(file * KIB - LABELS - region * KIB);
      assertThat(read.problems()).isEmpty();
      assertThat(read.namespace("all").linux()).isEqualTo(LinuxView.DEVDAX);
    }
  }

  /** As it was made until the alignment was known: Linux has none of the namespaces then. */
  @Test
  void andANamespaceThatReachesPastTheCutIsLost() throws IOException {
    Path image = image(4 * GIB);
    try (ImageEditor editor = ImageEditor.open(image, FIRST, Force.all())) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
      assertThat(editor.createNamespace(devdax(MapLocation.DEVICE)).namespace().orElseThrow().rawSize())
          .isEqualTo(4080 * MIB);
    }
    try (NvdimmImage read = NvdimmImage.open(image, FIRST.withBackendAlignment(GIB))) {
      assertThat(read.regionSize()).isEqualTo(3 * GIB);
      assertThat(read.namespaces()).singleElement().extracting(Namespace::linux).isEqualTo(LinuxView.NONE);
      assertThat(read.problems()).first().hasToString("region: size at 0xc0000000 is 0xc0000000, allowed is at least"
          + " 0xff000000, where the space of the label in slot 0 ends; QEMU cuts the region down to a multiple of the"
          + " alignment of QEMU's memory backend, 1 GiB, and Linux does not see the last 1048448 KiB of it");
      assertThat(read.problems()).anySatisfy(problem -> assertThat(problem.field()).isEqualTo("rawsize"));
    }
  }

  @Test
  void andAnInfoBlockOfAllOfItIsForMoreThanThereIs() throws IOException {
    Path image = image(96 * MIB);
    try (ImageEditor editor = ImageEditor.open(image, FIRST, Force.all())) {
      editor.createNamespace(devdax(MapLocation.RAM));
    }
    try (NvdimmImage read = NvdimmImage.open(image, FIRST.withBackendAlignment(64 * MIB))) {
      assertThat(read.namespaces()).singleElement().satisfies(namespace -> {
        assertThat(namespace.rawSize()).isEqualTo(64 * MIB);
        assertThat(namespace.size()).isEqualTo(62 * MIB);
      });
      assertThat(read.problems()).first().satisfies(problem -> assertThat(problem.toString())
          .startsWith(
              "region: size at 0x4000000 is 0x4000000, allowed is at least 0x6000000, where the data of the info"
                  + " block end; QEMU cuts the region down"));
    }
    try (ImageEditor editor = ImageEditor.open(image, FIRST.withBackendAlignment(64 * MIB), Force.all())) {
      assertThat(editor.createNamespace(devdax(MapLocation.RAM)).namespace().orElseThrow().rawSize())
          .isEqualTo(64 * MIB);
      assertThat(editor.image().problems()).isEmpty();
    }
  }

  @Test
  void untilNothingIsLeft() throws IOException {
    Path image = image(GIB);
    Attachment attachment = FIRST.withBackendAlignment(GIB);
    try (ImageEditor editor = ImageEditor.open(image, attachment, Force.all())) {
      assertThatThrownBy(() -> editor.initLabels(LabelVersion.V1_2, LABELS))
          .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
          .hasMessageContainingAll("an alignment of 1 GiB", "cuts that down to nothing",
              "a multiple of 1 GiB, and the label area after it");
    }
    try (NvdimmImage read = NvdimmImage.open(image, attachment.withLabelSize(LABELS))) {
      assertThat(read.namespaces()).isEmpty();
      assertThat(read.freeSpaces()).isEmpty();
      assertThat(read.isLabelAreaOnly()).isFalse();
      assertThat(read.unchecked()).isEmpty();
      assertThat(read.problems()).anySatisfy(problem -> assertThat(problem.toString()).contains(
          "at least 1 GiB, the alignment of QEMU's memory backend; QEMU refuses the DIMM"));
    }
    try (NvdimmImage read = NvdimmImage.open(image, attachment.withBase(0x1_2000_0000L))) {
      assertThat(read.problems()).singleElement().satisfies(problem -> assertThat(problem.toString()).contains(
          "base at 0x0 is 0x120000000", "a multiple of the alignment of QEMU's memory backend, 1 GiB"));
    }
  }

  @Test
  void andTheAlignmentIsThatOfTheFileSystemIfNoneIsSaid() throws IOException {
    try (NvdimmImage read = NvdimmImage.open(image(64 * MIB + 4097), FIRST)) {
      assertThat(read.attachment().backendAlignment()).hasValue(4096);
      assertThat(read.regionSize()).isEqualTo(64 * MIB + 4096);
    }
    Path pages = Path.of("/dev/hugepages");
    assumeTrue(Files.isWritable(pages) && Files.getFileStore(pages).type().equals("hugetlbfs"),
        "needs hugetlbfs at /dev/hugepages; run .ci/prepare as root");
    Path file = pages.resolve("jdax-cut-" + ProcessHandle.current().pid());
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(66 * MIB); // holes: no page is taken
      try (NvdimmImage read = NvdimmImage.open(file, FIRST.withLabelSize(LABELS))) {
        assertThat(read.attachment().backendAlignment()).hasValue(2 * MIB);
        assertThat(read.regionSize()).isEqualTo(64 * MIB);
        assertThat(read.cutOff()).isEqualTo(2 * MIB - LABELS);
      }
      try (NvdimmImage read = NvdimmImage.open(file, FIRST.withLabelSize(LABELS).withBackendAlignment(16 * MIB))) {
        assertThat(read.regionSize()).isEqualTo(64 * MIB);
      }
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void andAnAlignmentIsAPowerOfTwo() {
    for (long wrong : List.of(0L, -4096L, 2048L, 3 * MIB)) {
      assertThatThrownBy(() -> FIRST.withBackendAlignment(wrong)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("powers of two from 4096 on");
    }
  }
}
