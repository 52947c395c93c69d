// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

import dev.jdax.Access;
import dev.jdax.DaxException;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import dev.jdax.platform.Fd;
import dev.jdax.platform.SystemCallException;

/**
 * Memory that says of itself, for tests, in which persistence domain it is, and whether it may vanish: a file of small
 * pages, without a name as a rule. It is its own driver, for one region with one device.
 */
public final class MemoryInADomain implements DaxDriver, MemorySource, Memory {
  private final PersistenceDomain domain;
  private final boolean mayVanish;
  private final long size;
  private final Fd file;

  private MemoryInADomain(PersistenceDomain domain, boolean mayVanish, long size, Fd file) {
    this.domain = domain;
    this.mayVanish = mayVanish;
    this.size = size;
    this.file = file;
    truncate(size);
  }

  /**
   * Makes one.
   *
   * @param domain the domain
   * @param mayVanish whether it may vanish
   * @param size how much, in bytes
   */
  public MemoryInADomain(PersistenceDomain domain, boolean mayVanish, long size) {
    this(domain, mayVanish, size, made(() -> Fd.memfd("jdax-in-a-domain")));
  }

  /**
   * {@return one in a file, which is made for it, and may vanish}
   *
   * @param domain the domain
   * @param path the file
   * @param size how much, in bytes
   */
  public static MemoryInADomain inFile(PersistenceDomain domain, Path path, long size) {
    return new MemoryInADomain(domain, true, size, made(() -> Fd.create(path)));
  }

  private interface Making {
    Fd file() throws SystemCallException;
  }

  private static Fd made(Making making) {
    try {
      return making.file();
    } catch (SystemCallException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Takes the memory behind an offset away, or gives new memory.
   *
   * @param length the length that is left
   */
  public void truncate(long length) {
    try {
      file.truncate(length);
    } catch (SystemCallException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public String name() {
    return "in-a-domain";
  }

  @Override
  public Match matches(MemorySource source) {
    return source == this ? Match.EXACT : Match.NONE;
  }

  @Override
  public RegionOps probe(MemorySource source) throws DaxException {
    InProcessRegion region = InProcessRegion.fixed(this, OptionalInt.of(7), 0, PageSize.SIZE_4K);
    region.createDevice(0, 0, size);
    return region;
  }

  @Override
  public List<Extent> extents() {
    return List.of(new Extent(0, size));
  }

  @Override
  public PageSize granularity() {
    return PageSize.SIZE_4K;
  }

  @Override
  public boolean mayVanish() {
    return mayVanish;
  }

  @Override
  public boolean pinned() {
    return false;
  }

  @Override
  public PersistenceDomain persistenceDomain(boolean synchronousMapping) {
    return domain;
  }

  @Override
  public Descriptor open(Access access) throws DaxException {
    return new Descriptor(file.number(), () -> {
    });
  }

  @Override
  public void close() {
    file.close();
  }
}
