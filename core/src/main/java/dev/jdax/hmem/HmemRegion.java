// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.ByteSize;
import dev.jdax.PageSize;
import dev.jdax.spi.MemorySource;

/**
 * A description of memory of this machine that is to become a dynamic region.
 *
 * {@snippet :
 * DaxRegion region = bus.add(HmemRegion.of(4L << 30, PageSize.SIZE_2M).onNode(0));
 * }
 *
 * @param size how much, in bytes: a positive multiple of {@link PageSize#sizeGranule()}
 * @param pageSize in which pages, which is the region's alignment
 * @param node the NUMA node that all of it is to be on, or empty for any
 * @param file the file on hugetlbfs or tmpfs to make for it, or empty for memory without a name
 * @param clear whether memory is cleared when a device gets it
 * @param granularityWaived whether faults may be smaller than {@code pageSize}
 */
public record HmemRegion(long size, PageSize pageSize, OptionalInt node, Optional<Path> file, ClearPolicy clear,
    boolean granularityWaived) implements MemorySource {
  /**
   * Checks what is wrong on any machine.
   *
   * @throws IllegalArgumentException if the size is not positive, or the node negative
   */
  public HmemRegion {
    Objects.requireNonNull(pageSize, "pageSize");
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(clear, "clear");
    if (size <= 0) {
      throw new IllegalArgumentException("a region of " + size + " bytes: the size must be positive");
    }
    if (node.isPresent() && node.getAsInt() < 0) {
      throw new IllegalArgumentException("node " + node.getAsInt() + ": NUMA nodes count from 0");
    }
  }

  /**
   * {@return memory without a name, on any node}
   *
   * @param size how much, in bytes
   * @param pageSize in which pages
   * @throws IllegalArgumentException if {@code size <= 0}
   */
  public static HmemRegion of(long size, PageSize pageSize) {
    return new HmemRegion(size, pageSize, OptionalInt.empty(), Optional.empty(), ClearPolicy.NEVER, false);
  }

  /**
   * {@return memory that another process, or another bus, has made with {@link #inFile}, to be shared with it}
   *
   * @param file the file
   */
  public static HmemAttachment attach(Path file) {
    return new HmemAttachment(file);
  }

  /**
   * {@return the same, all of it on one NUMA node, which is verified}
   *
   * @param wanted the node, from 0
   * @throws IllegalArgumentException if {@code wanted < 0}
   */
  public HmemRegion onNode(int wanted) {
    return new HmemRegion(size, pageSize, OptionalInt.of(wanted), file, clear, granularityWaived);
  }

  /**
   * {@return the same, in a file that is made for it and that other processes can {@linkplain #attach attach} to}
   *
   * <p>The file must not be there yet. It is on hugetlbfs, mounted with pages of {@link #pageSize}, or, for pages of 4
   * KiB, on tmpfs. It stays when the region is closed, and holds its memory, until it is deleted.
   *
   * @param path where to make it
   */
  public HmemRegion inFile(Path path) {
    return new HmemRegion(size, pageSize, node, Optional.of(path), clear, granularityWaived);
  }

  /**
   * {@return the same, cleared whenever a device gets some of it}
   */
  public HmemRegion clearedOnCreate() {
    return new HmemRegion(size, pageSize, node, file, ClearPolicy.ON_CREATE, granularityWaived);
  }

  /**
   * {@return the same, where faults of 4 KiB are accepted although {@link #pageSize} is larger}
   *
   * <p>Mappings are aligned and sized all the same. For a file on tmpfs, which cannot promise larger faults.
   */
  public HmemRegion waivingGranularity() {
    return new HmemRegion(size, pageSize, node, file, clear, true);
  }

  /**
   * {@return what it is, in a few words}
   */
  @Override
  public String toString() {
    return ByteSize.format(size) + " in pages of " + pageSize + (node.isPresent() ? " on node " + node.getAsInt() : "")
        + file.map(path -> " in " + path).orElse("");
  }
}
