// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.lang.foreign.MemorySegment;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.spi.MemorySource;

/**
 * A region of this machine's memory with one device, which is mapped: jdax's side.
 *
 * @param bus the bus of the region
 * @param mapping the mapping
 */
record Mapped(DaxBus bus, DaxMapping mapping) implements AutoCloseable {
  static Mapped of(long size, PageSize pageSize) throws DaxException {
    return of(DaxBus.create(), HmemRegion.of(size, pageSize), size);
  }

  /** {@return the same, of memory that is flushed as if it kept what is stored} */
  static Mapped flushed(long size, PageSize pageSize) throws DaxException {
    return of(DaxBus.withDrivers(new FlushedMemory()), new FlushedMemory.Source(size, pageSize), size);
  }

  private static Mapped of(DaxBus bus, MemorySource source, long size) throws DaxException {
    try {
      return new Mapped(bus, bus.add(source).create(size).map(Access.READ_WRITE));
    } catch (DaxException | RuntimeException e) {
      bus.close();
      throw e;
    }
  }

  MemorySegment segment() {
    return mapping.segment();
  }

  @Override
  public void close() {
    mapping.close();
    bus.close();
  }
}
