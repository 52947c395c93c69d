// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.util.OptionalInt;

import dev.jdax.DaxException;
import dev.jdax.PageSize;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.InProcessRegion;
import dev.jdax.spi.Memory;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionOps;
import dev.jdax.spi.Unwind;

/**
 * Claims memory of this machine: an {@link HmemRegion} becomes a dynamic region, an {@link HmemAttachment} a static
 * one.
 */
public final class HmemDriver implements DaxDriver {
  /** Makes the driver; {@link java.util.ServiceLoader} does. */
  public HmemDriver() {
  }

  @Override
  public String name() {
    return "hmem";
  }

  @Override
  public Match matches(MemorySource source) {
    return source instanceof HmemRegion || source instanceof HmemAttachment ? Match.EXACT : Match.NONE;
  }

  @Override
  public RegionOps probe(MemorySource source) throws DaxException {
    return switch (source) {
      case HmemRegion wanted -> dynamic(wanted);
      case HmemAttachment shared -> whole(shared);
      default -> throw new IllegalArgumentException("hmem does not know " + source);
    };
  }

  /**
   * Claims memory as {@link #probe} does, for another driver, whose regions change some answers of this memory
   * ({@link dev.jdax.spi.ForwardingMemory}).
   *
   * @param wanted how much, in which pages, and where
   * @return the memory; it is claimed until it is closed
   * @throws DaxException if it cannot be claimed
   */
  public static Memory claim(HmemRegion wanted) throws DaxException {
    return HmemClaim.make(wanted);
  }

  private static RegionOps dynamic(HmemRegion wanted) throws DaxException {
    try (Unwind unwind = new Unwind()) {
      Memory claim = unwind.make(() -> claim(wanted), Memory::close);
      RegionOps region = InProcessRegion.dynamic(claim, 0, wanted.pageSize());
      unwind.keep();
      return region;
    }
  }

  private static RegionOps whole(HmemAttachment shared) throws DaxException {
    try (Unwind unwind = new Unwind()) {
      HmemClaim claim = unwind.make(() -> HmemClaim.attach(shared), HmemClaim::close);
      InProcessRegion region = InProcessRegion.fixed(claim, OptionalInt.empty(), 0, claim.granularity());
      region.createDevice(0, 0, claim.size());
      unwind.keep();
      return region;
    }
  }
}
