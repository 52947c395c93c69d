// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import dev.jdax.DaxException;

/**
 * What a device is to grow by: taken from its region, and no device's yet. So it can be made ready while other threads
 * create, resize, map and destroy devices of the region.
 *
 * <p>{@link RegionOps#growth} makes one, which has taken nothing yet: whatever error comes after that, its
 * {@link #close} returns all. One thread uses it; it calls {@link #reserve}, {@link #prepare}, {@link #give} and
 * {@link #close}, in this order, the first and the third with the region's lock, the others without.
 */
public interface Growth extends AutoCloseable {
  /**
   * Takes the memory: the region has less available from now on, and the device has what it had.
   *
   * @throws DaxException with ENOSPC if so much is not available; or if it cannot be done
   */
  void reserve() throws DaxException;

  /**
   * Makes the memory ready for the device: clears it, if that is the policy. Can take long.
   *
   * @throws DaxException if it cannot be done; what was taken is to be closed
   */
  void prepare() throws DaxException;

  /**
   * Makes it a device's own, at the end of what that has.
   *
   * @param taker the device
   * @throws DaxException with ENXIO if the region has it no more; with EBUSY if the ranges of the device are others than
   *     when it was reserved; or if it cannot be done
   */
  void give(DeviceKey taker) throws DaxException;

  /** Returns to the region what was given to no device; a further call does nothing. Takes no lock, and never throws. */
  @Override
  void close();
}
