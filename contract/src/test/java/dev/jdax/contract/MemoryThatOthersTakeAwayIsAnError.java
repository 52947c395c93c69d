// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import dev.jdax.DaxBus;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.platform.ForkedJvm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file that is cut off while it is mapped: jdax's own operations say so. */
class MemoryThatOthersTakeAwayIsAnError {
  private static final long SIZE = 16L << 20;

  private Path folder;

  @AfterEach
  void deleteFiles() throws IOException {
    if (folder != null) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  /** A file of memory, made by this process and let go of; or an image. */
  private Path file(String kind, String where) throws IOException {
    ImageKind image = where.equals("tmpfs") ? ImageKind.IMAGE_TMPFS : ImageKind.IMAGE_HUGETLBFS;
    if (where.equals("disk")) {
      folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "jdax-contract-");
      return ImageKind.IMAGE_TMPFS.make(folder, "image");
    }
    folder = image.folder();
    if (kind.equals("image")) {
      return image.make(folder, "image");
    }
    Path file = folder.resolve("memory");
    try (DaxBus bus = DaxBus.create()) {
      bus.add(HmemRegion.of(SIZE, where.equals("tmpfs") ? PageSize.SIZE_4K : PageSize.SIZE_2M).inFile(file));
    }
    return file;
  }

  @ParameterizedTest
  @CsvSource({"hmem, tmpfs", "hmem, hugetlbfs", "image, tmpfs", "image, hugetlbfs", "image, disk"})
  void forCopyAndFillAndReadAndCheck(String kind, String where) throws Exception {
    ForkedJvm jvm = ForkedJvm.run(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"), TakenAway.class, kind,
        file(kind, where).toString());
    assertThat(jvm.said().lines()).containsExactly("copy: EFAULT", "long copy: EFAULT", "fill: EFAULT",
        "long fill: EFAULT", "first block: done", "persist: done", "read: EFAULT",
        "read into native memory: EFAULT", "long read: EFAULT", "read of the first block: done", "read 2", "check true",
        "load: InternalError", "alive");
    assertThat(jvm.status()).isZero();
  }
}
