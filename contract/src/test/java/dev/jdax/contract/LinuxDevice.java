// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;
import dev.jdax.kernel.Dax;

/** A kind of device that Linux itself has, in a guest: of NVDIMM media in each alignment, and of soft-reserved RAM. */
enum LinuxDevice {
  LINUX_PMEM_4K(PageSize.SIZE_4K), LINUX_PMEM_2M(PageSize.SIZE_2M), LINUX_PMEM_1G(PageSize.SIZE_1G), //
  LINUX_HMEM(PageSize.SIZE_2M);

  private final PageSize alignment;

  LinuxDevice(PageSize alignment) {
    this.alignment = alignment;
  }

  /** Those that {@code -Djdax.linux=true} says are there: none, but in a guest that has them all. */
  static Stream<LinuxDevice> all() {
    return Boolean.getBoolean("jdax.linux") ? Stream.of(values()) : Stream.empty();
  }

  PageSize alignment() {
    return alignment;
  }

  boolean isDynamic() {
    return this == LINUX_HMEM;
  }

  /** {@return a device of this kind, bound; one of soft-reserved RAM is made, of two blocks, on the bus} */
  DaxDevice device(DaxBus bus) throws DaxException {
    if (isDynamic()) {
      return LinuxRegion.withAvailable(bus, 2 * alignment.bytes()).create(2 * alignment.bytes());
    }
    for (DaxRegion region : Dax.regions()) {
      List<DaxDevice> devices = region.devices();
      if (!region.isDynamic() && devices.getFirst().alignment() == alignment) {
        return devices.getFirst();
      }
    }
    throw new AssertionError("this guest has no " + this + " but " + Dax.devices());
  }

  /** The name in docs/contract.md and in the ledger. */
  @Override
  public String toString() {
    return LinuxRegion.nameOnThisKernel(name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }
}
