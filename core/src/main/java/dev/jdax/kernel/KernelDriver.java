// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import dev.jdax.DaxException;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionOps;

/** Drives the regions that Linux has: a {@link KernelRegion} becomes a region whose every state is read from sysfs. */
public final class KernelDriver implements DaxDriver {
  private final LinuxTree tree;

  /** Makes the driver; {@link java.util.ServiceLoader} does. */
  public KernelDriver() {
    this(LinuxTree.THIS);
  }

  KernelDriver(LinuxTree tree) {
    this.tree = tree;
  }

  @Override
  public String name() {
    return "kernel";
  }

  @Override
  public Match matches(MemorySource source) {
    return source instanceof KernelRegion ? Match.EXACT : Match.NONE;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nothing is claimed: the region is the kernel's, and others may use it, too.
   *
   * @throws DaxException with ENXIO if the kernel has no such region
   */
  @Override
  public RegionOps probe(MemorySource source) throws DaxException {
    return SysfsRegion.of(tree, ((KernelRegion) source).folder());
  }
}
