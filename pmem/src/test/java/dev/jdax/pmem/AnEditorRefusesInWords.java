// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.spi.FileClaim;
import dev.jdax.spi.Waiver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an editor does not do, with Linux's error number and a sentence; nothing is written before a refusal. */
class AnEditorRefusesInWords {
  private static final long MIB = 1 << 20;
  private static final int LABELS = 128 << 10;
  private static final NamespaceRequest REQUEST = NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M,
      MapLocation.DEVICE);

  @TempDir
  private Path folder;
  private final RecordedMedia media = new RecordedMedia(64 * MIB + LABELS);

  @BeforeEach
  void forget() {
    media.takeEvents();
  }

  @AfterEach
  void nothingIsWrittenBeforeARefusal() {
    assertThat(media.takeEvents()).isEmpty();
  }

  private void refused(Errno errno, ThrowingCallable call, String... words) {
    assertThatThrownBy(call).isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessageContainingAll(words);
  }

  private ImageEditor careful(Attachment attachment) throws IOException {
    return ImageEditor.of(attachment, media, Force.none());
  }

  private ImageEditor labelled() throws IOException {
    ImageEditor editor = careful(Attachment.DEFAULT.withSlot(0));
    editor.initLabels(LabelVersion.V1_2, LABELS);
    media.takeEvents();
    return editor;
  }

  @Test
  void labelAreasOfNoUse() throws IOException {
    ImageEditor editor = careful(Attachment.DEFAULT);
    refused(Errno.ENXIO, () -> editor.initLabels(LabelVersion.V1_2, 768),
        "no room for two index blocks and two labels");
    refused(Errno.EINVAL, () -> editor.initLabels(LabelVersion.V1_2, 4 << 20), "larger than 2 MiB");
    refused(Errno.EINVAL, () -> editor.initLabels(LabelVersion.V1_2, 129 << 10), "no multiple of 4 KiB");
    ImageEditor small = ImageEditor.of(Attachment.DEFAULT, new RecordedMedia(LABELS), Force.none());
    refused(Errno.EINVAL, () -> small.initLabels(LabelVersion.V1_2, LABELS), "leave nothing of it");
    assertThatThrownBy(() -> editor.initLabels(LabelVersion.V1_2, -1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void labelsThatAreNeeded() throws IOException {
    ImageEditor editor = labelled();
    editor.createNamespace(REQUEST);
    media.takeEvents();
    refused(Errno.EBUSY, () -> editor.initLabels(LabelVersion.V1_2, LABELS), "there are 1 labels in it");
    media.write(64 * MIB + 64, new byte[]{1});
    media.write(64 * MIB + 256 + 64, new byte[]{1});
    media.takeEvents();
    ImageEditor damaged = careful(Attachment.DEFAULT);
    refused(Errno.EBUSY, () -> damaged.initLabels(LabelVersion.V1_2, LABELS), "the label area there is damaged");
    refused(Errno.EINVAL, () -> damaged.createNamespace(REQUEST), "no index block in its label area is valid");
    refused(Errno.EINVAL, () -> damaged.destroyNamespace("namespace0.0"), "no index block in its label area is valid");
    refused(Errno.EINVAL, damaged::repairLabels, "no index block in its label area is valid");
  }

  @Test
  void sizesThatDoNotFit() throws IOException {
    ImageEditor editor = labelled();
    refused(Errno.EINVAL, () -> editor.createNamespace(REQUEST.withSize(20 * MIB)), "use 16 MiB or 32 MiB");
    refused(Errno.EINVAL, () -> editor.createNamespace(REQUEST.withSize(MIB)), "use 16 MiB");
    refused(Errno.ENOSPC, () -> editor.createNamespace(REQUEST.withSize(80 * MIB)), "largest free space has 64 MiB");
    editor.createNamespace(REQUEST);
    media.takeEvents();
    refused(Errno.ENOSPC, () -> editor.createNamespace(REQUEST), "no free space has 16 MiB in one piece");
  }

  @Test
  void basesThatDoNotFit() throws IOException {
    RecordedMedia gib = new RecordedMedia(1L << 30);
    NamespaceRequest request = NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_1G, MapLocation.DEVICE);
    ImageEditor editor = ImageEditor.of(Attachment.DEFAULT, gib, Force.none());
    refused(Errno.ENXIO, () -> editor.createNamespace(request), "no aligned block is left for the data");
    ImageEditor odd = ImageEditor.of(Attachment.DEFAULT.withBase(0x1_0000_1000L), gib, Force.none());
    refused(Errno.EINVAL, () -> odd.createNamespace(REQUEST), "the base must be a multiple of 2 MiB");
    assertThat(gib.takeEvents()).isEmpty();
  }

  @Test
  void whatIsThereAlready() throws IOException {
    ImageEditor editor = labelled();
    UUID uuid = UUID.randomUUID();
    editor.createNamespace(REQUEST.withSize(16 * MIB).withUuid(uuid).withName("twin"));
    editor.createNamespace(REQUEST.withSize(16 * MIB).withName("twin"));
    media.takeEvents();
    refused(Errno.EINVAL, () -> editor.createNamespace(REQUEST.withUuid(uuid)), "has uuid " + uuid + " already");
    refused(Errno.EEXIST, () -> editor.destroyNamespace("twin"),
        "namespace0.0 (uuid " + uuid + "), namespace0.1 (uuid ",
        "name one of them by its uuid");
    refused(Errno.ENXIO, () -> editor.destroyNamespace("none"), "there is none of that name or uuid");
    refused(Errno.EINVAL, () -> editor.writeInfoBlock(editor.image().namespace("namespace0.0").infoBlock().get()),
        "it has labels");
    ImageEditor elsewhere = careful(Attachment.DEFAULT.withSlot(5));
    refused(Errno.EINVAL, () -> elsewhere.createNamespace(REQUEST), "isetcookie", "say which DIMM the labels are of",
        "that of QEMU's NVDIMM at position 0");
  }

  @Test
  void aLabelWithoutADimm() throws IOException {
    for (LabelVersion version : LabelVersion.values()) {
      ImageEditor third = careful(Attachment.DEFAULT.withSlot(3));
      third.initLabels(version, LABELS);
      media.takeEvents();
      ImageEditor unknown = careful(Attachment.DEFAULT);
      assertThat(unknown.image().qemuPosition()).isEmpty();
      refused(Errno.EINVAL, () -> unknown.createNamespace(REQUEST.withSize(16 * MIB)), "create a namespace in media",
          "no label there says which DIMM it is of", "the DIMM's position in QEMU, from 0 (--slot",
          "the cookie of its interleave set (--cookie");
      assertThat(media.takeEvents()).isEmpty();
      third.createNamespace(REQUEST.withSize(16 * MIB).withName("alpha"));
      // Now a label says it.
      ImageEditor keeps = careful(Attachment.DEFAULT);
      keeps.createNamespace(REQUEST.withSize(16 * MIB));
      assertThat(keeps.image().qemuPosition()).hasValue(3);
      assertThat(NvdimmImage.of(Path.of("media"), Attachment.DEFAULT.withSlot(3), media.size(), media).problems())
          .isEmpty();
      keeps.destroyNamespace("alpha");
      keeps.destroyNamespace("namespace0.0");
      media.takeEvents();
      refused(Errno.EINVAL, () -> keeps.createNamespace(REQUEST), "no label there says which DIMM it is of");
    }
  }

  @Test
  void moreLabelsThanSlots() throws IOException {
    RecordedMedia tight = new RecordedMedia(128 * MIB + 4096);
    ImageEditor editor = ImageEditor.of(Attachment.DEFAULT.withLabelSize(4096).withSlot(0), tight, Force.none());
    editor.initLabels(LabelVersion.V1_2, 4096);
    LabelArea area = editor.image().labelArea().orElseThrow();
    assertThat(area.availableSlots()).isEqualTo(13);
    for (int i = 0; i < 6; i++) {
      editor.createNamespace(REQUEST.withSize(16 * MIB));
    }
    // Slots that are taken, and have no label in them.
    LabelArea now = editor.image().labelArea().orElseThrow();
    var free = now.index().orElseThrow().freeSlots();
    free.clear(7, 14);
    MediaStep step = LabelUpdate.index(now, free, "taken");
    tight.write(step.offset(), step.bytes().toArray());
    ImageEditor full = ImageEditor.of(Attachment.DEFAULT.withLabelSize(4096), tight, Force.none());
    refused(Errno.ENXIO, () -> full.createNamespace(REQUEST), "only the one is free that updates need");
  }

  @Test
  void whatOnlyALabelHolds() throws IOException {
    ImageEditor editor = careful(Attachment.DEFAULT.withLabelSize(0));
    refused(Errno.EINVAL, () -> editor.createNamespace(REQUEST.withName("alpha")), "stand in a label");
    refused(Errno.EINVAL, () -> editor.createNamespace(REQUEST.withUuid(UUID.randomUUID())), "stand in a label");
    refused(Errno.EINVAL, () -> editor.createNamespace(REQUEST.withSize(16 * MIB)), "has all of its region");
    refused(Errno.ENXIO, editor::repairLabels, "there are none");
    editor.createNamespace(REQUEST);
    media.takeEvents();
    refused(Errno.EEXIST, () -> editor.createNamespace(REQUEST), "a sound info block", "by force");
    refused(Errno.EEXIST, () -> editor.destroyNamespace("namespace0.0"), "a sound info block", "by force");
    refused(Errno.EBUSY, () -> editor.initLabels(LabelVersion.V1_2, LABELS), "one namespace without a label");
    assertThatThrownBy(() -> REQUEST.withName("x".repeat(64))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void labelsThatOverlapAreEndedOneByOne() throws IOException {
    Label one = LabelMedia.label(LabelVersion.V1_2, LabelMedia.UUID_A, 0, 0, 32 * MIB);
    Label two = LabelMedia.label(LabelVersion.V1_2, LabelMedia.UUID_B, 1, 16 * MIB, 32 * MIB);
    media.write(64 * MIB, LabelMedia.with(LabelVersion.V1_2, one, two));
    media.takeEvents();
    ImageEditor editor = careful(Attachment.DEFAULT);
    assertThat(editor.checkLabels()).isNotEmpty();
    refused(Errno.EINVAL, () -> editor.createNamespace(REQUEST), "Linux cannot use its labels as they are");
    refused(Errno.ENXIO, () -> editor.destroyNamespace("namespace0.0"), "there is none of that name or uuid");
    editor.destroyNamespace(LabelMedia.UUID_B.toString());
    assertThat(editor.checkLabels()).isEmpty();
    assertThat(editor.image().namespaces()).hasSize(1);
    assertThat(media.takeEvents()).hasSize(2).last().isSameAs(RecordedMedia.Event.BARRIER); // the other one's bytes stay
  }

  private Path file(long size) throws IOException {
    Path file = folder.resolve("nv.img");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(size);
    }
    return file;
  }

  @Test
  void filesThatAreNoImage() throws IOException {
    refused(Errno.EISDIR, () -> ImageEditor.open(folder, Attachment.DEFAULT, Force.all()), "it is a folder");
    refused(Errno.EINVAL, () -> ImageEditor.open(file(0), Attachment.DEFAULT, Force.all()), "it is empty");
    refused(Errno.ENOENT, () -> ImageEditor.open(folder.resolve("none"), Attachment.DEFAULT, Force.all()),
        "there is no such file");
  }

  @Test
  void filesInUse() throws Exception {
    Path file = file(64 * MIB);
    FileClaim claim = FileClaim.of(file, 16 * MIB, 16 * MIB, Set.of(Waiver.ALLOCATION));
    refused(Errno.EBUSY, () -> ImageEditor.open(file, Attachment.DEFAULT, Force.all()), "is claimed already");
    claim.close();
    try (ImageEditor first = ImageEditor.open(file, Attachment.DEFAULT, Force.all())) {
      refused(Errno.EBUSY, () -> ImageEditor.dryRunning(file, Attachment.DEFAULT, Force.all()), "is claimed already");
      assertThat(first.image().file()).isEqualTo(file);
    }
    try (FileChannel channel = FileChannel.open(file); var arena = java.lang.foreign.Arena.ofConfined()) {
      channel.map(FileChannel.MapMode.READ_ONLY, 4096, 4096, arena);
      refused(Errno.EBUSY, () -> ImageEditor.open(file, Attachment.DEFAULT, Force.all()),
          "it is open or mapped in process "
              + ProcessHandle.current().pid() + " (");
    }
    ImageEditor.open(file, Attachment.DEFAULT, Force.all()).close();
  }
}
