// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lease of an editor: held during an edit, gone between two. */
class NobodyReadsAnImageWhileItIsWritten {
  private static final long MIB = 1 << 20;
  private static final int LABELS = 128 << 10;
  private static final long WAIT_MILLIS = 300;
  private static final NamespaceRequest REQUEST = NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M,
      MapLocation.DEVICE).withSize(16 * MIB);

  @TempDir
  private Path folder;
  private Path file;

  @BeforeEach
  void thereIsAnImage() throws IOException {
    file = folder.resolve("nv.img");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(64 * MIB + LABELS);
    }
    assumeTrue(Set.of("ext4", "xfs", "btrfs", "f2fs", "tmpfs").contains(Files.getFileStore(file).type()),
        "needs a folder on ext4, XFS, Btrfs, F2FS or tmpfs for its files");
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT.withSlot(0), Force.none())) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
    }
  }

  /** A program that reads the label area: it starts at the first write of an edit, and copies it into a file. */
  private final class Reading implements Media {
    private final Media below;
    private Process reader;
    private boolean waited = true;

    Reading(Media below) {
      this.below = below;
    }

    @Override
    public void write(long offset, byte[] bytes) throws IOException {
      below.write(offset, bytes);
      if (reader == null) {
        reader = new ProcessBuilder("dd", "if=" + file, "of=" + folder.resolve("seen"), "bs=128K", "skip=512",
            "status=none").inheritIO().start();
      }
      try {
        waited &= !reader.waitFor(WAIT_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public long size() throws IOException {
      return below.size();
    }

    @Override
    public byte[] read(long offset, int length) throws IOException {
      return below.read(offset, length);
    }

    @Override
    public void barrier() throws IOException {
      below.barrier();
    }

    @Override
    public void begin() throws IOException {
      below.begin();
    }

    @Override
    public void end() {
      below.end();
    }

    @Override
    public void close() throws IOException {
      below.close();
    }
  }

  @Test
  void whoOpensItMeanwhileWaitsAndSeesTheNewState() throws Exception {
    List<Reading> readings = new ArrayList<>();
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT.withSlot(0), Force.none(), below -> {
      readings.add(new Reading(below));
      return readings.getFirst();
    })) {
      editor.createNamespace(REQUEST.withName("alpha"));
      Reading reading = readings.getFirst();
      assertThat(reading.reader.waitFor()).isZero();
      assertThat(reading.waited).isTrue();
      LabelArea seen = LabelArea.parse(Files.readAllBytes(folder.resolve("seen")), 64 * MIB);
      assertThat(seen.live()).singleElement().satisfies(slot -> assertThat(slot.label().name()).isEqualTo("alpha"));
    }
  }

  @Test
  void betweenTwoEditsItIsOpenedAtOnceAndLookedAtAgain() throws Exception {
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT.withSlot(0), Force.none())) {
      editor.createNamespace(REQUEST.withName("alpha"));
      byte[] labels = new byte[LABELS];
      try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
        other.seek(64 * MIB);
        other.readFully(labels);
        assertThatThrownBy(() -> editor.createNamespace(REQUEST.withName("beta")))
            .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
            .hasMessageContaining("it is open or mapped in process " + ProcessHandle.current().pid() + " (");
        other.seek(64 * MIB);
        other.write(LabelMedia.with(LabelVersion.V1_2)); // somebody ends all namespaces
      }
      editor.createNamespace(REQUEST.withName("gamma"));
      assertThat(editor.image().namespaces()).extracting(Namespace::name).containsExactly("gamma");
    }
  }
}
