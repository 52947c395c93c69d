// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.PageSize;

/**
 * A region as its driver runs it: state and changes of state, without the rules.
 *
 * <p>{@link dev.jdax.DaxRegion} calls it under the region's lock, one call at a time, and has checked the rules of the
 * state table before; an implementation that talks to a kernel may be refused all the same, and keeps the errno.
 * Nothing is remembered above between two calls.
 */
public interface RegionOps {
  /**
   * {@return what the region is now}
   *
   * @throws DaxException if it cannot be read
   */
  RegionInfo info() throws DaxException;

  /**
   * {@return further attributes of the region, by name, with the text that they show; one that every region has shows
   * this text instead}
   *
   * @throws DaxException if they cannot be read
   */
  default Map<String, String> properties() throws DaxException {
    return Map.of();
  }

  /**
   * {@return further attributes of a device, as those of the region}
   *
   * @param id its id
   * @throws DaxException if they cannot be read
   */
  default Map<String, String> properties(int id) throws DaxException {
    return Map.of();
  }

  /**
   * {@return the ids of the devices that there are now, ascending}
   *
   * @throws DaxException if they cannot be read
   */
  List<Integer> deviceIds() throws DaxException;

  /**
   * {@return whether there is a device of that id now}
   *
   * @param id the id
   * @throws DaxException if it cannot be read
   */
  boolean hasDevice(int id) throws DaxException;

  /**
   * {@return what a device is now}
   *
   * @param id its id
   * @throws DaxException with ENXIO if there is none of that id
   */
  DeviceInfo device(int id) throws DaxException;

  /**
   * Makes a device of size 0, not bound, with the region's alignment and the lowest free id.
   *
   * @return its id
   * @throws DaxException if it cannot be made
   */
  int create() throws DaxException;

  /**
   * Grows or shrinks a device, placing ranges as Linux does ({@code dev_dax_resize} in drivers/dax/bus.c).
   *
   * @param id its id
   * @param size the new size in bytes; 0 takes all ranges away
   * @throws DaxException if it cannot be done
   */
  void resize(int id, long size) throws DaxException;

  /**
   * Begins to resize a device, so that what it grows by can be made ready without the region's lock.
   *
   * @param id its id; empty for a device that is yet to be made
   * @param size the size in bytes that the device is to have
   * @return what takes the memory and gives it to the device, to be closed by the caller; if nothing can be taken in
   *     advance, or need be, its {@link Growth#give} resizes the device
   */
  default Growth growth(OptionalInt id, long size) {
    return new Growth() {
      @Override
      public void reserve() {
        // The resize takes it.
      }

      @Override
      public void prepare() {
        // The resize does it.
      }

      @Override
      public void give(int device) throws DaxException {
        resize(device, size);
      }

      @Override
      public void close() {
        // Nothing was taken.
      }
    };
  }

  /**
   * {@return whether memory is being made ready for a device: it is not to be given back before that has ended}
   */
  default boolean isGrowing() {
    return false;
  }

  /**
   * Sets a device's alignment.
   *
   * @param id its id
   * @param alignment the alignment
   * @throws DaxException if it cannot be done
   */
  void setAlignment(int id, PageSize alignment) throws DaxException;

  /**
   * Binds a device to the driver of a mode: {@link DaxMode#DEVDAX} and it can be mapped.
   *
   * @param id its id
   * @param mode the mode
   * @throws DaxException with EOPNOTSUPP if this kind of memory has no such mode; or if it cannot be done
   */
  void bind(int id, DaxMode mode) throws DaxException;

  /**
   * Refuses where a mode cannot be had, as far as that is known without trying: asked before a device is unbound from
   * another one.
   *
   * @param id its id
   * @param mode the mode
   * @throws DaxException with EINVAL if the device's memory cannot be used so
   */
  default void requireBindable(int id, DaxMode mode) throws DaxException {
    // Most memory can be used in each of its modes.
  }

  /**
   * Refuses where other processes are in the way of {@link #unbind}: asked before the mappings of this one are revoked.
   *
   * @param id its id
   * @throws DaxException with EBUSY if so
   */
  default void requireUnusedByOthers(int id) throws DaxException {
    // Memory that only this process has is nobody else's to use.
  }

  /**
   * Unbinds a device from its driver, whichever that is.
   *
   * @param id its id
   * @throws DaxException if it cannot be done
   */
  void unbind(int id) throws DaxException;

  /**
   * Deletes a device of size 0 that is not bound.
   *
   * @param id its id
   * @throws DaxException if it cannot be done
   */
  void delete(int id) throws DaxException;

  /**
   * {@return what a bound device is mapped from}
   *
   * @param id its id
   * @throws DaxException if it cannot be read
   */
  Memory backing(int id) throws DaxException;

  /**
   * {@return whether {@link #close} gives memory back, so that a region that the program forgets is to be closed}
   */
  default boolean holdsMemory() {
    return true;
  }

  /**
   * Gives the memory back, once; a further call does nothing, or what is left to do. Called when the region is closed and
   * its last mapping has ended, and nothing {@linkplain #isGrowing() grows}; never throws.
   */
  void close();
}
