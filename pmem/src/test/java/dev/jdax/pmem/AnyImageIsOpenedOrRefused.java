// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** {@link NvdimmImage#open} under a fuzzer, as {@link AnyBytesAreParsedWithinBounds} says: rejected or shown. */
class AnyImageIsOpenedOrRefused {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static Path file;
  private static FileChannel media;

  @BeforeAll
  static void makeAFile() throws IOException {
    // On a disk the file system would write out each image before it is cut off for the next.
    file = Files.isWritable(MEMORY)
        ? Files.createTempFile(MEMORY, "jdax-fuzz-", ".img")
        : Files.createTempFile("jdax-fuzz-", ".img");
    media = FileChannel.open(file, StandardOpenOption.WRITE);
  }

  @AfterAll
  static void deleteIt() throws IOException {
    media.close();
    Files.delete(file);
  }

  @FuzzTest
  void whateverStandsInIt(byte[] data) throws IOException {
    MediaOfBytes made = MediaOfBytes.of(data);
    made.write(media);
    try (NvdimmImage image = Bounds.within(made.size(), () -> NvdimmImage.open(file, made.attachment()))) {
      assertThat(image.size()).isEqualTo(made.size());
      assertThat(image.regionSize()).isBetween(0L, image.size());
      image.problems().forEach(problem -> assertThat(problem.toString()).isNotEmpty());
      image.namespaces().forEach(namespace -> assertSane(image, namespace));
      long end = 0;
      for (NvdimmImage.Space space : image.freeSpaces()) {
        assertThat(space.offset()).isGreaterThanOrEqualTo(end);
        assertThat(space.length()).isBetween(1L, image.regionSize() - space.offset());
        end = space.offset() + space.length();
      }
    } catch (IOException refused) {
      assertThat(refused).hasMessageContaining(file.toString());
    }
  }

  private static void assertSane(NvdimmImage image, Namespace namespace) {
    assertThat(namespace.toString()).contains(namespace.device());
    assertThat(namespace.offset()).isBetween(0L, image.labelledSize());
    assertThat(namespace.rawSize()).isBetween(0L, image.labelledSize() - namespace.offset());
    assertThat(namespace.dataOffset()).isBetween(0L, namespace.rawSize());
    if (namespace.linux() == LinuxView.SECTOR) { // Linux believes how many sectors there are
      assertThat(namespace.size()).isNotNegative();
    } else {
      assertThat(namespace.size()).isBetween(0L, namespace.rawSize() - namespace.dataOffset());
    }
    assertThat(image.problems()).containsAll(namespace.problems());
    if (namespace.linux() == LinuxView.DEVDAX) {
      assertThat(namespace.alignment()).isPresent();
      assertThat(namespace.map()).isPresent();
      assertThat(namespace.size()).isPositive();
    }
  }
}
