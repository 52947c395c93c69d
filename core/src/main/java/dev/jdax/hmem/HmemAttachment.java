// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.nio.file.Path;
import java.util.Objects;

import dev.jdax.spi.MemorySource;

/**
 * Memory in a file on hugetlbfs or tmpfs that another process, or another bus, has made a region of, and that is to be
 * shared with it.
 *
 * <p>It becomes a static region with one device over the whole file: how the maker has carved it up is the maker's own.
 * A file that may only be read is attached to for reading: its device can be mapped READ_ONLY.
 *
 * @param file the file
 */
public record HmemAttachment(Path file) implements MemorySource {
  /** Checks that there is a path. */
  public HmemAttachment {
    Objects.requireNonNull(file, "file");
  }

  /**
   * {@return what it is, in a few words}
   */
  @Override
  public String toString() {
    return "shared memory in " + file;
  }
}
