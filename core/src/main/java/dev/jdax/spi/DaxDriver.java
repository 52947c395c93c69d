// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import dev.jdax.DaxException;

/**
 * Turns memory of one kind into regions.
 *
 * <p>A driver is found with {@link java.util.ServiceLoader}, and chosen by {@link #matches}, as Linux finds a module by
 * its alias. It has no state of its own; any thread may call it.
 */
public interface DaxDriver {
  /** How well a driver knows a source. */
  enum Match {
    /** Not at all. */
    NONE,
    /** As one of a wider kind. */
    GENERAL,
    /** As exactly what it is made for. */
    EXACT
  }

  /**
   * {@return the driver's name, as Linux would have it: one word in lower case}
   */
  String name();

  /**
   * {@return how well this driver knows the source; of two that know it, the better one gets it}
   *
   * @param source the source
   */
  Match matches(MemorySource source);

  /**
   * Claims the source and makes a region of it. A probe that fails leaves nothing behind.
   *
   * @param source a source that the driver {@linkplain #matches matches}
   * @return the region, which is now the caller's to close
   * @throws DaxException if the source cannot be claimed or is not as it should be
   */
  RegionOps probe(MemorySource source) throws DaxException;
}
