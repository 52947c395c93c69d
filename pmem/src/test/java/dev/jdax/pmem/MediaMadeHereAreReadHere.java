// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Media that an {@link ImageEditor} made, read again: by jdax, by a model of first fit, and by ndctl. */
class MediaMadeHereAreReadHere {
  private static final long MIB = 1 << 20;
  private static final int LABELS = 128 << 10;

  @TempDir
  private Path folder;

  private Path image(long size) throws IOException {
    Path file = folder.resolve("nv.img");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(size);
    }
    return file;
  }

  private static ImageEditor edit(Path file, Attachment attachment) throws IOException {
    return ImageEditor.open(file, attachment, Force.all());
  }

  @ParameterizedTest
  @EnumSource
  void aLabelledImage(LabelVersion version) throws IOException {
    Path file = image(256 * MIB + LABELS);
    Attachment second = Attachment.DEFAULT.withSlot(1);
    UUID uuid = UUID.randomUUID();
    try (ImageEditor editor = edit(file, second)) {
      editor.initLabels(version, LABELS);
      MediaEdit alpha = editor.createNamespace(NamespaceRequest
          .of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE).withSize(96 * MIB).withName("alpha")
          .withUuid(uuid));
      assertThat(alpha.namespace().orElseThrow().name()).isEqualTo("alpha");
      assertThat(alpha.steps()).extracting(MediaStep::toString).satisfiesExactly(
          step -> assertThat(step).startsWith("write 8 KiB at 0x0: info block of ").endsWith("mode devdax; barrier"),
          step -> assertThat(step).endsWith("label of " + uuid + " in slot 0; barrier"),
          step -> assertThat(step).endsWith("index block 1, sequence number 1, slot 0 taken; barrier"));
      editor.createNamespace(NamespaceRequest.of(LinuxView.FSDAX, PageSize.SIZE_4K, MapLocation.RAM)
          .withSize(64 * MIB).withName("\u00fcmlaut"));
    }
    try (NvdimmImage image = NvdimmImage.open(file, second)) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.regionSize()).isEqualTo(256 * MIB);
      LabelArea area = image.labelArea().orElseThrow();
      assertThat(area.version()).isEqualTo(version);
      assertThat(area.availableSlots()).isEqualTo(area.geometry().slots() - 3);
      assertThat(image.namespaces()).extracting(Namespace::linux).containsExactly(LinuxView.DEVDAX, LinuxView.FSDAX);
      Namespace alpha = image.namespace(uuid.toString());
      assertThat(alpha.offset()).isZero();
      assertThat(alpha.size()).isEqualTo(94 * MIB);
      assertThat(alpha.map()).contains(MapLocation.DEVICE);
      Namespace other = image.namespace("\u00fcmlaut");
      assertThat(other.offset()).isEqualTo(96 * MIB);
      assertThat(other.size()).isEqualTo(62 * MIB);
      assertThat(other.alignment()).contains(PageSize.SIZE_4K);
      assertThat(image.freeSpaces()).containsExactly(new NvdimmImage.Space(160 * MIB, 96 * MIB));
    }
  }

  /** The labels of Linux, of three namespaces; slot and cookie are those that Linux gave them. */
  @Test
  void anImageOfLinuxIsGoneOnWith() throws IOException {
    Path file = Images.LABELS_1_2.in(folder);
    try (ImageEditor editor = edit(file, Images.LABELS_1_2.attachment())) {
      editor.destroyNamespace("two");
      Namespace made = editor.createNamespace(NamespaceRequest
          .of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE).withSize(32 * MIB)).namespace().orElseThrow();
      assertThat(made.offset()).isEqualTo(64 * MIB);
      assertThat(made.label().orElseThrow().cookie()).isEqualTo(52512838552564958L);
      assertThat(editor.checkLabels()).isEmpty();
      assertThat(editor.image().freeSpaces()).containsExactly(new NvdimmImage.Space(96 * MIB, 32 * MIB),
          new NvdimmImage.Space(192 * MIB, 64 * MIB));
      assertThat(editor.repairLabels().steps()).hasSize(1);
      assertThat(editor.repairLabels().steps()).isEmpty();
    }
    try (NvdimmImage image = NvdimmImage.open(file, Images.LABELS_1_2.attachment())) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.namespaces()).extracting(Namespace::name).containsExactly("one", "", "three");
    }
  }

  @Test
  void anImageWithoutLabels() throws IOException {
    Path file = image(64 * MIB);
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT, Force.all())) {
      Namespace made = editor.createNamespace(
          NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.RAM)).namespace().orElseThrow();
      assertThat(made.size()).isEqualTo(62 * MIB);
      InfoBlock other = made.infoBlock().orElseThrow();
      editor.destroyNamespace(made.device());
      assertThat(editor.image().namespaces().getFirst().linux()).isEqualTo(LinuxView.RAW);
      assertThat(editor.writeInfoBlock(other).namespace().orElseThrow().infoBlock()).contains(other);
    }
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.namespaces().getFirst().linux()).isEqualTo(LinuxView.DEVDAX);
    }
  }

  @Test
  void labelAreasOfManySizesReplaceEachOther() throws IOException {
    Path file = image(64 * MIB);
    int[] sizes = {128 << 10, 256 << 10, 132 << 10, 2 << 20, 128 << 10};
    for (int size : sizes) {
      for (LabelVersion version : LabelVersion.values()) {
        try (ImageEditor editor = edit(file, Attachment.DEFAULT.withSlot(0))) {
          editor.initLabels(version, size);
          editor.createNamespace(NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_4K, MapLocation.RAM)
              .withSize(16 * MIB));
        }
        try (NvdimmImage image = NvdimmImage.open(file)) {
          assertThat(image.problems()).isEmpty();
          assertThat(image.labelArea().orElseThrow().geometry()).isEqualTo(new LabelGeometry(size, version));
          assertThat(image.namespaces()).hasSize(1);
        }
      }
    }
  }

  @Test
  void aDryRunSaysTheSameAndWritesNothing() throws IOException {
    Path file = image(64 * MIB + LABELS);
    byte[] before = Files.readAllBytes(file);
    NamespaceRequest request = NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE)
        .withName("alpha").withUuid(new UUID(1, 2)).withInfoBlockUuid(new UUID(3, 4));
    List<MediaEdit> dry = new ArrayList<>();
    try (ImageEditor editor = ImageEditor.dryRunning(file, Attachment.DEFAULT.withSlot(0), Force.all())) {
      dry.add(editor.initLabels(LabelVersion.V1_2, LABELS));
      dry.add(editor.createNamespace(request));
      dry.add(editor.destroyNamespace("alpha"));
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    try (ImageEditor editor = edit(file, Attachment.DEFAULT.withSlot(0))) {
      assertThat(List.of(editor.initLabels(LabelVersion.V1_2, LABELS), editor.createNamespace(request),
          editor.destroyNamespace("alpha"))).isEqualTo(dry);
    }
  }

  /** A model in blocks of 16 MiB: who has each. */
  @Test
  void manyComeAndGoAsInTheModel() {
    LabelMedia.eachSeed(20, random -> {
      try {
        follow(random);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  private static void follow(Random random) throws IOException {
    String[] blocks = new String[16];
    RecordedMedia media = new RecordedMedia(blocks.length * 16 * MIB + LABELS);
    ImageEditor editor = ImageEditor.of(Attachment.DEFAULT.withSlot(0), media, Force.all());
    editor.initLabels(LabelVersion.values()[random.nextInt(2)], LABELS);
    for (int step = 0; step < 60; step++) {
      String name = "n" + step;
      if (random.nextInt(3) > 0) {
        int size = 1 + random.nextInt(4);
        int at = firstFit(blocks, size);
        NamespaceRequest request = NamespaceRequest.of(random.nextBoolean() ? LinuxView.DEVDAX : LinuxView.FSDAX,
            random.nextBoolean() ? PageSize.SIZE_2M : PageSize.SIZE_4K, MapLocation.values()[random.nextInt(2)])
            .withSize(size * 16 * MIB).withName(name);
        try {
          editor.createNamespace(request);
          Arrays.fill(blocks, at, at + size, name);
        } catch (DaxException e) {
          assertThat(e.errno()).isEqualTo(Errno.ENOSPC);
          assertThat(at).isNegative();
        }
      } else {
        Optional<String> gone = Optional.ofNullable(blocks[random.nextInt(blocks.length)]);
        if (gone.isPresent()) {
          editor.destroyNamespace(gone.get());
          Arrays.setAll(blocks, i -> gone.get().equals(blocks[i]) ? null : blocks[i]);
        }
      }
      NvdimmImage image = NvdimmImage.of(Path.of("read"), Attachment.DEFAULT, media.size(), media);
      assertThat(image.problems()).isEmpty();
      assertThat(shown(image, blocks.length)).containsExactly(blocks);
    }
  }

  private static int firstFit(String[] blocks, int size) {
    for (int at = 0; at + size <= blocks.length; at++) {
      if (Arrays.stream(blocks, at, at + size).allMatch(taken -> taken == null)) {
        return at;
      }
    }
    return -1;
  }

  private static String[] shown(NvdimmImage image, int count) {
    String[] blocks = new String[count];
    for (Namespace namespace : image.namespaces()) {
      int at = (int) (namespace.offset() / (16 * MIB));
      Arrays.fill(blocks, at, at + (int) (namespace.rawSize() / (16 * MIB)), namespace.name());
    }
    long free = Arrays.stream(blocks).filter(taken -> taken == null).count() * 16 * MIB;
    assertThat(image.freeSpaces().stream().mapToLong(NvdimmImage.Space::length).sum()).isEqualTo(free);
    return blocks;
  }

  @Test
  void ndctlReadsTheInfoBlocks() throws Exception {
    Path ndctl = Path.of("/usr/bin/ndctl");
    assumeTrue(Files.isExecutable(ndctl), "needs ndctl; run .ci/prepare as root");
    Path file = image(128 * MIB + LABELS);
    try (ImageEditor editor = edit(file, Attachment.DEFAULT.withSlot(0))) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
      for (LinuxView mode : new LinuxView[]{LinuxView.DEVDAX, LinuxView.FSDAX}) {
        Namespace made = editor.createNamespace(NamespaceRequest.of(mode, PageSize.SIZE_2M, MapLocation.DEVICE)
            .withSize(64 * MIB)).namespace().orElseThrow();
        Path cut = folder.resolve("namespace");
        try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "r")) {
          byte[] head = new byte[1 << 20];
          whole.seek(made.offset());
          whole.readFully(head);
          Files.write(cut, head);
        }
        Path output = folder.resolve("read");
        Process process = new ProcessBuilder(ndctl.toString(), "read-infoblock", "-jVv", "-i", cut.toString())
            .redirectInput(new File("/dev/null")).redirectOutput(output.toFile())
            .redirectError(folder.resolve("errors").toFile()).start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(output).replaceAll("\\s", "")).contains(
            mode == LinuxView.DEVDAX ? "NVDIMM_DAX_INFO" : "NVDIMM_PFN_INFO",
            "\"uuid\":\"" + made.uuid().orElseThrow(), "\"parent_uuid\":\"" + made.rawUuid().orElseThrow(),
            "\"dataoff\":" + made.dataOffset() + ",");
      }
    }
  }
}
