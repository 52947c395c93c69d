// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.UUID;

import dev.jdax.DaxException;
import dev.jdax.PageSize;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.Plan;

/** Where an NVDIMM image may be whose namespace the contract is held against. */
enum ImageKind {
  IMAGE_TMPFS(PageSize.SIZE_4K), IMAGE_HUGETLBFS(PageSize.SIZE_2M);

  private static final long RAW_SIZE = 16L << 20;

  private final PageSize alignment;

  ImageKind(PageSize alignment) {
    this.alignment = alignment;
  }

  PageSize alignment() {
    return alignment;
  }

  /** {@return the kind of memory behind it, of which nothing may be left} */
  Backend backend() {
    return this == IMAGE_TMPFS ? Backend.MEMFD_4K : Backend.HUGETLBFS_FILE;
  }

  /** Makes a folder for images, or skips the test in words. */
  Path folder() throws IOException {
    backend().assumeBlocks(2 * RAW_SIZE / (2L << 20));
    Path parent = this == IMAGE_TMPFS ? Path.of("/dev/shm") : Backend.mount().orElseThrow();
    return Files.createTempDirectory(parent, "jdax-contract-");
  }

  /**
   * Makes an image without labels, of 16 MiB, whose one namespace is in mode devdax; a file of huge pages is written by
   * mapping it.
   */
  Path make(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
        StandardOpenOption.WRITE); Arena arena = Arena.ofShared()) {
      MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, RAW_SIZE, arena);
      MemorySegment.copy(MemorySegment.ofArray(infoBlock()), 0, memory, InfoBlock.OFFSET, InfoBlock.SIZE);
    }
    return file;
  }

  private byte[] infoBlock() throws DaxException {
    return Plan.ofRaw(RAW_SIZE, Attachment.DEFAULT.base(), alignment, MapLocation.RAM)
        .toInfoBlock(InfoBlock.Signature.DEVDAX, UUID.randomUUID(), new UUID(0, 0)).toBytes();
  }

  /** The name in docs/contract.md and in the ledger. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
