// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.util.List;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.Descriptor;
import dev.jdax.spi.Extent;
import dev.jdax.spi.InProcessRegion;
import dev.jdax.spi.Memory;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionOps;

/** A driver of regions that are addresses and no memory: more than any machine has, to be carved up, not mapped. */
final class AddressesOnly implements DaxDriver {
  /**
   * Addresses, in blocks of 2 MiB.
   *
   * @param blocks how many blocks
   */
  record Source(long blocks) implements MemorySource {
    @Override
    public String toString() {
      return blocks + " blocks of addresses";
    }
  }

  @Override
  public String name() {
    return "addresses";
  }

  @Override
  public Match matches(MemorySource source) {
    return source instanceof Source ? Match.EXACT : Match.NONE;
  }

  @Override
  public RegionOps probe(MemorySource source) throws DaxException {
    long size = ((Source) source).blocks * PageSize.SIZE_2M.bytes();
    return InProcessRegion.dynamic(new NoMemory(size), 0, PageSize.SIZE_2M);
  }

  private record NoMemory(long size) implements Memory {
    @Override
    public List<Extent> extents() {
      return List.of(new Extent(0, size));
    }

    @Override
    public PageSize granularity() {
      return PageSize.SIZE_2M;
    }

    @Override
    public boolean mayVanish() {
      return false;
    }

    @Override
    public boolean pinned() {
      return true;
    }

    @Override
    public Descriptor open(Access access) throws DaxException {
      throw DaxException.of(Errno.ENXIO, "open " + ByteSize.format(size), "there is no memory behind the addresses",
          "take a region of memory");
    }

    @Override
    public void close() {
      // nothing was taken
    }
  }
}
