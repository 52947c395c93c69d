// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static dev.jdax.contract.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxMapping;
import dev.jdax.Errno;
import dev.jdax.PersistenceDomain;
import dev.jdax.platform.FailingCalls;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.NvdimmImage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The namespace of an image in the folder of the build: on a disk, as a rule, and by the page what it is persisted. */
class AnImageOnADiskIsDurableByThePage {
  private Path folder;
  private DaxBus bus;
  private DaxMapping mapping;

  @BeforeEach
  void mapAnImage() throws IOException {
    folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "jdax-contract-");
    Path file = ImageKind.IMAGE_TMPFS.make(folder, "image");
    bus = DaxBus.create();
    try (NvdimmImage image = NvdimmImage.open(file, Attachment.DEFAULT.withLabelSize(0))) {
      mapping = bus.add(image.namespaces().getFirst()).devices().getFirst().map(Access.READ_WRITE);
    }
  }

  @AfterEach
  void deleteIt() throws IOException {
    bus.close();
    Files.delete(folder.resolve("image"));
    Files.delete(folder);
  }

  @Test
  void unlessTheDiskIsMemory() throws IOException {
    boolean memory = List.of("tmpfs", "ramfs", "hugetlbfs").contains(Files.getFileStore(folder).type());
    PersistenceDomain domain = mapping.persistenceDomain();
    assertThat(domain).isEqualTo(memory ? PersistenceDomain.NONE : PersistenceDomain.PAGE);
    mapping.fill(0, 1, (byte) 1); // so that what is made once is there
    try (FailingCalls counted = FailingCalls.counting()) {
      mapping.flush(1, 1);
      mapping.persist(4095, 2);
      mapping.copyFrom(1, MemorySegment.ofArray(new byte[5000]));
      mapping.fill(4095, 5000, (byte) 1);
      assertThat(counted.calls()).hasSize(memory ? 0 : 4).allMatch("msync"::equals);
    }
    if (!memory) {
      try (FailingCalls _ = FailingCalls.failing(1, Errno.EIO.number())) {
        assertRefused(Errno.EIO, () -> mapping.fill(0, 8, (byte) 2), "cannot persist 8 bytes at 0x0", "msync",
            "the medium may be failing");
      }
    }
  }
}
