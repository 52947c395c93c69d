// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import dev.jdax.platform.Fd;
import dev.jdax.platform.SystemCallException;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.Descriptor;
import dev.jdax.spi.Extent;
import dev.jdax.spi.InProcessRegion;
import dev.jdax.spi.Memory;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionOps;
import dev.jdax.spi.StoreObserver;
import dev.jdax.spi.Unwind;

/**
 * Volatile memory that plays persistent memory, one static device of it: stores have to reach the memory controller,
 * and somebody is told of what is done about that.
 */
final class MemoryUnderTest implements Memory {
  /** What a size has to be a multiple of. */
  static final PageSize PAGE = PageSize.SIZE_4K;

  private final Fd file;
  private final Wanted wanted;

  private MemoryUnderTest(Fd file, Wanted wanted) {
    this.file = file;
    this.wanted = wanted;
  }

  /**
   * A description of such memory.
   *
   * @param size how much, in bytes
   * @param observer the observer that is told
   */
  record Wanted(long size, StoreObserver observer) implements MemorySource {
    @Override
    public String toString() {
      return ByteSize.format(size) + " of memory under test";
    }
  }

  /** Makes it. */
  static final class Driver implements DaxDriver {
    @Override
    public String name() {
      return "powerfailure";
    }

    @Override
    public Match matches(MemorySource source) {
      return source instanceof Wanted ? Match.EXACT : Match.NONE;
    }

    @Override
    public RegionOps probe(MemorySource source) throws DaxException {
      try (Unwind unwind = new Unwind()) {
        MemoryUnderTest memory = unwind.make(() -> make((Wanted) source), MemoryUnderTest::close);
        InProcessRegion region = InProcessRegion.fixed(memory, OptionalInt.empty(), 0, PAGE);
        region.createDevice(0, 0, memory.wanted.size());
        unwind.keep();
        return region;
      }
    }

    private static MemoryUnderTest make(Wanted wanted) throws DaxException {
      try (Unwind unwind = new Unwind()) {
        Fd file = unwind.make(() -> Fd.memfd("jdax-powerfailure"), Fd::close);
        file.truncate(wanted.size());
        file.sealSize();
        MemoryUnderTest memory = new MemoryUnderTest(file, wanted);
        unwind.keep();
        return memory;
      } catch (SystemCallException e) {
        Errno errno = Errno.of(e.errno());
        throw DaxException.of(errno, "make " + wanted, "the kernel refused " + e.call() + ": " + errno.text(),
            e.remedyOr("close files, or raise the limit (ulimit -n)"), e);
      }
    }
  }

  @Override
  public List<Extent> extents() {
    return List.of(new Extent(0, wanted.size()));
  }

  @Override
  public PageSize granularity() {
    return PAGE;
  }

  @Override
  public boolean mayVanish() {
    return false;
  }

  @Override
  public boolean pinned() {
    return false;
  }

  @Override
  public PersistenceDomain persistenceDomain(boolean synchronousMapping) {
    return PersistenceDomain.MEMORY_CONTROLLER;
  }

  @Override
  public Optional<StoreObserver> observer() {
    return Optional.of(wanted.observer());
  }

  @Override
  public Descriptor open(Access access) {
    return new Descriptor(file.number(), () -> {
    });
  }

  @Override
  public void close() {
    file.close();
  }
}
