// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.util.OptionalInt;

import dev.jdax.DaxException;
import dev.jdax.PageSize;
import dev.jdax.spi.Claim;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.InProcessRegion;
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
      case HmemRegion wanted -> dynamic(HmemClaim.make(wanted), wanted.pageSize());
      case HmemAttachment shared -> whole(HmemClaim.attach(shared));
      default -> throw new IllegalArgumentException("hmem does not know " + source);
    };
  }

  private static RegionOps dynamic(Claim claim, PageSize alignment) throws DaxException {
    try (Unwind unwind = new Unwind()) {
      unwind.onFailure(claim::close);
      RegionOps region = InProcessRegion.dynamic(claim, 0, alignment);
      unwind.keep();
      return region;
    }
  }

  private static RegionOps whole(Claim claim) throws DaxException {
    try (Unwind unwind = new Unwind()) {
      unwind.onFailure(claim::close);
      InProcessRegion region = InProcessRegion.fixed(claim, OptionalInt.empty(), 0, claim.granularity());
      region.createDevice(0, 0, claim.size());
      unwind.keep();
      return region;
    }
  }
}
