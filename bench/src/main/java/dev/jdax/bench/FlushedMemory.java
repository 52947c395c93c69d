// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import dev.jdax.DaxException;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import dev.jdax.hmem.HmemDriver;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.ForwardingMemory;
import dev.jdax.spi.InProcessRegion;
import dev.jdax.spi.Memory;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionOps;
import dev.jdax.spi.Unwind;

/**
 * A driver of this machine's memory whose persistence domain is said to be the memory controller: so that lines of the
 * cache are written back, as they are on a device that keeps them. It survives nothing.
 */
final class FlushedMemory implements DaxDriver {
  /**
   * Memory of this machine.
   *
   * @param size how much, in bytes
   * @param pageSize in which pages
   */
  record Source(long size, PageSize pageSize) implements MemorySource {
  }

  @Override
  public String name() {
    return "flushed";
  }

  @Override
  public Match matches(MemorySource source) {
    return source instanceof Source ? Match.EXACT : Match.NONE;
  }

  @Override
  public RegionOps probe(MemorySource source) throws DaxException {
    Source wanted = (Source) source;
    try (Unwind unwind = new Unwind()) {
      Memory claim = unwind.make(() -> HmemDriver.claim(HmemRegion.of(wanted.size, wanted.pageSize)), Memory::close);
      RegionOps region = InProcessRegion.dynamic(new Flushed(claim), 0, wanted.pageSize);
      unwind.keep();
      return region;
    }
  }

  private static final class Flushed extends ForwardingMemory {
    Flushed(Memory claim) {
      super(claim);
    }

    @Override
    public PersistenceDomain persistenceDomain(boolean synchronousMapping) {
      return PersistenceDomain.MEMORY_CONTROLLER;
    }
  }
}
