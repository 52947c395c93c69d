// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static dev.jdax.pmem.MadeMedia.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.Errno;
import dev.jdax.platform.FailingCalls;
import dev.jdax.spi.Waiver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are no image, or not the image that they were: {@link NvdimmImage#open} and the driver. */
class BadFilesAreShownOrRefused {
  private static final long REGION = 64 * MIB;
  private static final int AREA = 128 << 10;
  private static final String BLANK = "allowed is \"NAMESPACE_INDEX\" and a zero byte; Linux ignores this block";

  @TempDir
  private Path folder;

  private Path image() throws IOException {
    return MadeMedia.labelled(REGION, LabelVersion.V1_2).namespace(0, 32 * MIB).namespace(32 * MIB, 32 * MIB)
        .in(folder);
  }

  private static void resize(Path file, long size) throws IOException {
    try (RandomAccessFile media = new RandomAccessFile(file.toFile(), "rw")) {
      media.setLength(size);
    }
  }

  /** What is wrong, but for what is wrong with the info block too because the namespace ends elsewhere. */
  private static List<String> sentences(NvdimmImage image) {
    return image.problems().stream().map(Problem::toString).filter(sentence -> !sentence.contains("; by itself: "))
        .toList();
  }

  private static void assertRefused(Namespace namespace, Errno errno, String... words) {
    try (DaxBus bus = DaxBus.create()) {
      assertThatThrownBy(() -> bus.add(namespace.waiving(Waiver.ALLOCATION)))
          .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
          .hasMessageContainingAll(words);
      assertThat(bus.regions()).isEmpty();
    }
  }

  @Test
  void anEmptyFileIsNoImage() throws IOException {
    Path file = Files.createFile(folder.resolve("empty"));
    for (Attachment attachment : List.of(Attachment.DEFAULT, Attachment.DEFAULT.withLabelSize(AREA))) {
      assertThatThrownBy(() -> NvdimmImage.open(file, attachment))
          .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
          .hasMessageContaining("open image " + file + ": it is empty; name an image of a DIMM");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4096, AREA - 1, AREA, (2 << 20) - 1, 64 << 20, 1L << 40})
  void aFileOfNothingButAHoleIsARawDisk(long size) throws IOException {
    Path file = Files.createFile(folder.resolve("hole"));
    resize(file, size);
    long before = LabelMedia.allocatedBytes();
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(LabelMedia.allocatedBytes() - before).isLessThan(16 << 20);
      assertThat(image.problems()).extracting(Problem::field).isSubsetOf("signature").hasSize(size < 8192 ? 1 : 0);
      assertThat(image.namespaces()).singleElement().satisfies(all -> {
        assertThat(all.linux()).isEqualTo(LinuxView.RAW);
        assertThat(all.size()).isEqualTo(size - size % 4096); // QEMU cuts the rest off
        assertRefused(all, Errno.ENODEV, "probe namespace0.0 of " + file);
      });
    }
  }

  @Test
  void aHoleWithALabelAreaIsBlank() throws IOException {
    Path file = Files.createFile(folder.resolve("hole"));
    resize(file, REGION + AREA);
    try (NvdimmImage image = NvdimmImage.open(file, Attachment.DEFAULT.withLabelSize(AREA))) {
      assertThat(sentences(image)).containsExactly(
          "index block 0: signature at 0x4000000 is 16 zero bytes, " + BLANK,
          "index block 1: signature at 0x4000100 is 16 zero bytes, " + BLANK);
      assertThat(image.namespaces()).singleElement().satisfies(all -> {
        assertThat(all.linux()).isEqualTo(LinuxView.RAW);
        assertThat(all.size()).isEqualTo(REGION);
      });
      assertThat(image.labelArea().orElseThrow().availableSlots()).isEqualTo(509);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {REGION + AREA - 1, REGION + AREA - 4096, REGION + 1, REGION, REGION - 1, 32 * MIB + 8192})
  void aTruncatedFileHasLostItsLabels(long size) throws IOException {
    Path file = image();
    resize(file, size);
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.labelArea()).isEmpty();
      assertThat(sentences(image)).containsExactly("info block: parent_uuid at 0x1020 is " + MadeMedia.uuid(0)
          + ", allowed is " + Guids.NULL + ", as the namespace has no label; Linux makes a raw disk of the namespace");
      assertThat(image.namespaces()).singleElement().satisfies(all -> {
        assertThat(all.linux()).isEqualTo(LinuxView.RAW);
        assertThat(all.rawSize()).isEqualTo(size - size % 4096);
        assertThat(all.infoBlock().orElseThrow().parentUuid()).isEqualTo(MadeMedia.uuid(0));
        assertRefused(all, Errno.ENODEV, "parent_uuid");
      });
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {8191, 8192, 1 << 20})
  void aTruncatedRegionWithoutLabels(long size) throws IOException {
    Path file = MadeMedia.whole(REGION).infoBlock(0, MadeMedia.block(0, REGION, Guids.NULL)).in(folder);
    resize(file, size);
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.namespaces()).singleElement().satisfies(all -> {
        assertThat(all.linux()).isEqualTo(size < 8192 ? LinuxView.RAW : LinuxView.NONE);
        assertRefused(all, size < 8192 ? Errno.ENODEV : Errno.EOPNOTSUPP, size < 8192 ? "not readable" : "dataoff");
      });
    }
  }

  @Test
  void aFileThatIsTruncatedAfterItWasOpened() throws IOException {
    Path file = image();
    try (NvdimmImage image = NvdimmImage.open(file)) {
      resize(file, 48 * MIB);
      assertThat(image.size()).isEqualTo(REGION + AREA);
      assertThat(image.namespaces()).hasSize(2);
      assertRefused(image.namespace("n1"), Errno.EINVAL, "claim 0x2000000-0x3ffffff of " + file,
          "the file ends at 0x3000000", "see who has truncated it");
      try (DaxBus bus = DaxBus.create()) {
        bus.add(image.namespace("n0").waiving(Waiver.ALLOCATION));
        bus.device("dax0.0").map(Access.READ_WRITE).close();
      }
    }
  }

  @Test
  void aFileThatGrowsWhileItIsOpenStaysWhatItWas() throws IOException {
    Path file = image();
    try (NvdimmImage image = NvdimmImage.open(file); DaxBus bus = DaxBus.create()) {
      resize(file, 2 * REGION);
      assertThat(image.size()).isEqualTo(REGION + AREA);
      assertThat(image.regionSize()).isEqualTo(REGION);
      bus.add(image.namespace("n1").waiving(Waiver.ALLOCATION));
      resize(file, 4 * REGION);
      try (DaxMapping mapping = bus.device("dax0.1").map(Access.READ_WRITE)) {
        assertThat(mapping.segment().byteSize()).isEqualTo(image.namespace("n1").size());
      }
      try (NvdimmImage grown = NvdimmImage.open(file)) {
        assertThat(grown.labelArea()).describedAs("the label area is no longer at the end").isEmpty();
        assertThat(grown.namespaces()).singleElement()
            .satisfies(all -> assertThat(all.linux()).isEqualTo(LinuxView.RAW));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"65536, 0x4010000", "262144, 0x3fe0000", "131071, 0x4000001", "131073, 0x3ffffff", "768, 0x401fd00"})
  void aLabelAreaOfAnotherSizeThanItHasIsBlank(int said, String offset) throws IOException {
    try (NvdimmImage image = NvdimmImage.open(image(), Attachment.DEFAULT.withLabelSize(said))) {
      LabelArea area = image.labelArea().orElseThrow();
      assertThat(area.offset()).isEqualTo(Long.decode(offset));
      assertThat(area.blank()).isTrue();
      assertThat(image.regionSize()).isEqualTo(area.offset() - area.offset() % 4096);
      assertThat(sentences(image)).hasSize(3).first().asString()
          .startsWith("index block 0: signature at " + offset + " is ").endsWith(BLANK);
      assertThat(image.namespaces()).singleElement()
          .satisfies(all -> assertThat(all.linux()).isEqualTo(LinuxView.RAW));
    }
  }

  @Test
  void aLabelAreaThatIsTooSmallOrNotThere() throws IOException {
    Path file = image();
    try (NvdimmImage small = NvdimmImage.open(file, Attachment.DEFAULT.withLabelSize(767))) {
      assertThat(sentences(small)).hasSize(2).first().isEqualTo("label area: size at 0x401fd01 is 767 bytes, allowed is"
          + " at least 768 bytes: two index blocks of 256 bytes and two labels; Linux fails the DIMM (ENXIO)");
    }
    try (NvdimmImage none = NvdimmImage.open(file, Attachment.DEFAULT.withLabelSize(0))) {
      assertThat(none.labelArea()).isEmpty();
      assertThat(none.regionSize()).isEqualTo(REGION + AREA);
    }
  }

  @Test
  void aFileThatMayNotBeWrittenIsShown() throws IOException {
    Path file = image();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    try (NvdimmImage image = NvdimmImage.open(file)) {
      assertThat(image.problems()).isEmpty();
      assertThat(image.namespaces()).hasSize(2);
      if (!Files.isWritable(file)) { // root may write to any file; see aFileThatMayNotBeWrittenIsADeviceForReading
        assertOnlyRead(image.namespaces().getFirst(), Errno.EACCES);
      }
    }
  }

  private static void assertOnlyRead(Namespace namespace, Errno errno) throws IOException {
    try (DaxBus bus = DaxBus.create()) {
      DaxDevice device = bus.add(namespace.waiving(Waiver.ALLOCATION)).devices().getFirst();
      assertThat(device.region().attribute("read_only").show()).isEqualTo("1\n");
      device.map(Access.READ_ONLY).close();
      assertThatThrownBy(() -> device.map(Access.READ_WRITE))
          .isInstanceOfSatisfying(DaxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
          .hasMessageContaining("cannot map " + namespace.file() + " for writing: it could only be opened for reading");
    }
  }

  @Test
  @Tag("class-path") // FailingCalls is in package dev.jdax.platform, which a module path does not show
  void aFileThatMayNotBeWrittenIsADeviceForReading() throws IOException {
    try (NvdimmImage image = NvdimmImage.open(image())) {
      for (Errno errno : List.of(Errno.EACCES, Errno.EPERM)) {
        try (FailingCalls _ = FailingCalls.failing(3, errno.number())) { // found, looked at, opened
          assertOnlyRead(image.namespaces().getFirst(), errno);
        }
      }
    }
  }

  @Test
  void aFileThatMayNotBeReadIsRefusedToAllButRoot() throws IOException {
    Path file = image();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    if (Files.isReadable(file)) {
      try (NvdimmImage image = NvdimmImage.open(file)) {
        assertThat(image.namespaces()).hasSize(2);
      }
    } else {
      assertThatThrownBy(() -> NvdimmImage.open(file)).isInstanceOf(AccessDeniedException.class);
    }
  }
}
