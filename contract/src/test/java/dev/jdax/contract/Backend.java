// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;

/** A kind of memory that the contract is held against. */
enum Backend {
  MEMFD_4K(PageSize.SIZE_4K, 32), HUGETLB_2M(PageSize.SIZE_2M, 32), HUGETLB_1G(PageSize.SIZE_1G, 2), //
  HUGETLBFS_FILE(PageSize.SIZE_2M, 32), //
  /** A dynamic region of Linux's, in a guest. */
  LINUX_HMEM(PageSize.SIZE_2M, 32);

  private final PageSize alignment;
  private final int blocks;
  private final List<Path> files = new ArrayList<>();

  Backend(PageSize alignment, int blocks) {
    this.alignment = alignment;
    this.blocks = blocks;
  }

  /** Those of this machine; a guest says with {@code -Djdax.backends=hugetlb-1g,...} which are there. */
  static List<Backend> all() {
    String chosen = System.getProperty("jdax.backends");
    return Stream.of(values())
        .filter(backend -> chosen == null ? !backend.isLinux() : List.of(chosen.split(",")).contains(backend.word()))
        .toList();
  }

  /** Those whose memory is claimed when a region is made of it. */
  static List<Backend> claimed() {
    return all().stream().filter(backend -> !backend.isLinux()).toList();
  }

  /** Whether its devices are Linux's own. */
  boolean isLinux() {
    return this == LINUX_HMEM;
  }

  PageSize alignment() {
    return alignment;
  }

  /** How many blocks a test may take at once. */
  int blocks() {
    return blocks;
  }

  /** The size of a block: what a device's size is a multiple of. */
  long block() {
    return alignment.sizeGranule();
  }

  boolean isHuge() {
    return alignment != PageSize.SIZE_4K;
  }

  /** Skips the test, in words, if so many blocks are not to be had. */
  void assumeBlocks(long wanted) {
    if (isHuge() && !isLinux()) {
      long free = freePages();
      assumeTrue(free >= wanted, "needs " + wanted + (this == HUGETLB_1G ? " 1 GiB pages" : " 2 MiB pages") + ", and "
          + free + " are free; run .ci/prepare as root");
    }
    if (this == HUGETLBFS_FILE) {
      assumeTrue(mount().isPresent(), "needs a hugetlbfs with 2 MiB pages mounted; run .ci/prepare as root");
    }
  }

  /** Makes a region of so many blocks; of Linux's, the first that is not on the bus gets so many available. */
  DaxRegion region(DaxBus bus, long blocks) throws DaxException {
    return isLinux() ? LinuxRegion.withAvailable(bus, blocks * block()) : bus.add(memory(blocks * block()));
  }

  /** Where the first device of such a region begins. */
  long start(DaxRegion region) throws DaxException {
    return isLinux() ? LinuxRegion.firstAvailable(region) : 0;
  }

  /** Describes so many blocks of this memory; a file gets a new name each time. */
  HmemRegion memory(long size) {
    HmemRegion memory = HmemRegion.of(size, alignment);
    return this == HUGETLBFS_FILE ? memory.inFile(newFile()) : memory;
  }

  private synchronized Path newFile() {
    Path file = mount().orElseThrow().resolve("jdax-contract-" + ProcessHandle.current().pid() + "-" + files.size());
    files.add(file);
    return file;
  }

  /** Deletes the files that tests have made. */
  synchronized void deleteFiles() throws IOException {
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }

  /** The pages that nobody has taken or reserved; for small pages 0. */
  long freePages() {
    return isHuge() && !isLinux() ? pool("free_hugepages") - pool("resv_hugepages") : 0;
  }

  private long pool(String file) {
    Path folder = Path.of("/sys/kernel/mm/hugepages/hugepages-" + (alignment.bytes() >> 10) + "kB");
    try {
      return Long.parseLong(Files.readString(folder.resolve(file)).strip());
    } catch (IOException e) {
      return 0; // no pool of that size
    }
  }

  static Optional<Path> mount() {
    try {
      return Files.readAllLines(Path.of("/proc/mounts")).stream().map(line -> line.split(" "))
          .filter(mount -> mount[2].equals("hugetlbfs") && mount[3].contains("pagesize=2M"))
          .map(mount -> Path.of(mount[1]))
          .filter(Files::isWritable).findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The name in docs/contract.md and in the ledger. */
  @Override
  public String toString() {
    return isLinux() ? LinuxRegion.nameOnThisKernel(word()) : word();
  }
}
