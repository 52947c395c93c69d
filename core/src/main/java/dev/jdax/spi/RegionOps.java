// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.PageSize;

/**
 * A region as its driver runs it: state and changes of state, without the rules.
 *
 * <p>{@link dev.jdax.DaxRegion} calls it under the region's lock, one call at a time, and has checked the rules of the
 * state table before; an implementation that talks to a kernel may be refused all the same, and keeps the errno.
 *
 * <p>A device is named by its {@link DeviceKey}. If the region has no device of that key any more, each method that reads
 * or changes the device throws ENXIO, and does nothing to another device that has the id by then. An implementation
 * remembers nothing of one call for the next: with a key, any method can be called first.
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
   * @param device which device
   * @throws DaxException with ENXIO if the region has it no more; or if they cannot be read
   */
  default Map<String, String> properties(DeviceKey device) throws DaxException {
    return Map.of();
  }

  /**
   * {@return the keys of the devices that there are now, by id, ascending}
   *
   * @throws DaxException if they cannot be read
   */
  List<DeviceKey> deviceKeys() throws DaxException;

  /**
   * {@return the key of the device that has an id now, or empty if none has}
   *
   * @param id the id
   * @throws DaxException if it cannot be read
   */
  Optional<DeviceKey> keyOf(int id) throws DaxException;

  /**
   * {@return what a device is now}
   *
   * @param device which device
   * @throws DaxException with ENXIO if the region has it no more
   */
  DeviceInfo device(DeviceKey device) throws DaxException;

  /**
   * Makes a device of size 0, not bound, with the region's alignment and the lowest free id.
   *
   * @return its key
   * @throws DaxException if it cannot be made
   */
  DeviceKey create() throws DaxException;

  /**
   * Grows or shrinks a device, placing ranges as Linux does ({@code dev_dax_resize} in drivers/dax/bus.c).
   *
   * @param device which device
   * @param size the new size in bytes; 0 takes all ranges away
   * @throws DaxException with ENXIO if the region has it no more; or if it cannot be done
   */
  void resize(DeviceKey device, long size) throws DaxException;

  /**
   * Begins to resize a device, so that what it grows by can be made ready without the region's lock.
   *
   * @param device which device; empty if it is yet to be made
   * @param size the size in bytes that the device is to have
   * @return what takes the memory and gives it to the device, to be closed by the caller; if nothing can be taken in
   *     advance, or need be, its {@link Growth#give} resizes the device
   */
  default Growth growth(Optional<DeviceKey> device, long size) {
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
      public void give(DeviceKey taker) throws DaxException {
        resize(taker, size);
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
   * @param device which device
   * @param alignment the alignment
   * @throws DaxException with ENXIO if the region has it no more; or if it cannot be done
   */
  void setAlignment(DeviceKey device, PageSize alignment) throws DaxException;

  /**
   * Binds a device to the driver of a mode: {@link DaxMode#DEVDAX} and it can be mapped.
   *
   * @param device which device
   * @param mode the mode
   * @throws DaxException with ENXIO if the region has it no more; with EOPNOTSUPP if this kind of memory has no such
   *     mode; or if it cannot be done
   */
  void bind(DeviceKey device, DaxMode mode) throws DaxException;

  /**
   * Refuses where a mode cannot be had, as far as that is known without trying: asked before a device is unbound from
   * another one.
   *
   * @param device which device
   * @param mode the mode
   * @throws DaxException with ENXIO if the region has it no more; with EINVAL if its memory cannot be used so
   */
  default void requireBindable(DeviceKey device, DaxMode mode) throws DaxException {
    // Most memory can be used in each of its modes.
  }

  /**
   * Refuses where other processes are in the way of {@link #unbind}: asked before the mappings of this one are revoked.
   *
   * @param device which device
   * @throws DaxException with ENXIO if the region has it no more; with EBUSY if so
   */
  default void requireUnusedByOthers(DeviceKey device) throws DaxException {
    // Memory that only this process has is nobody else's to use.
  }

  /**
   * Unbinds a device from its driver, whichever that is.
   *
   * @param device which device
   * @throws DaxException with ENXIO if the region has it no more; or if it cannot be done
   */
  void unbind(DeviceKey device) throws DaxException;

  /**
   * Deletes a device of size 0 that is not bound.
   *
   * @param device which device
   * @throws DaxException with ENXIO if the region has it no more; or if it cannot be done
   */
  void delete(DeviceKey device) throws DaxException;

  /**
   * {@return what a bound device is mapped from}
   *
   * @param device which device
   * @throws DaxException with ENXIO if the region has it no more; or if it cannot be read
   */
  Memory memory(DeviceKey device) throws DaxException;

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
