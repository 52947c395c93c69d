// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.List;
import java.util.Optional;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PersistenceDomain;

/** What a bound device is mapped from: parts of a file that can be opened. */
public interface Backing extends FaultGranularity {
  /**
   * Opens the file, for one mapping; the caller closes it as soon as that stands.
   *
   * @param access what the mapping is to be for
   * @return the open file
   * @throws DaxException if it cannot be opened so
   */
  Descriptor open(Access access) throws DaxException;

  /**
   * {@return the parts of the file that the device consists of, in the order of their page offsets}
   */
  List<Extent> extents();

  /**
   * {@return what the extents are parts of: equal to that of another backing, if both are of the same memory and count
   * its offsets alike}
   */
  default Object memory() {
    return this;
  }

  /**
   * {@return whether others can take the memory away while it is mapped, so that it is probed first}
   */
  boolean mayVanish();

  /**
   * {@return whether the memory is kept where it is in RAM}
   */
  boolean pinned();

  /**
   * {@return whether the mapping is made with {@code MAP_SYNC}, so that the kernel refuses it where a flushed store
   * would not be durable}
   *
   * <p>That it accepts proves nothing: it does so for volatile memory, too.
   */
  default boolean synchronous() {
    return false;
  }

  /**
   * Refuses where the memory behind a mapping may have become other memory since it was made.
   *
   * @param attempt what is attempted
   * @throws DaxException with ENXIO if so
   */
  default void requireSame(String attempt) throws DaxException {
    // Most memory stays what it is, or vanishes.
  }

  /**
   * {@return how far a store to a mapping of it has to travel to survive a loss of power}
   *
   * @param synchronousMapping whether the kernel has accepted {@code MAP_SYNC} for the mapping
   */
  default PersistenceDomain persistenceDomain(boolean synchronousMapping) {
    return PersistenceDomain.UNKNOWN;
  }

  /**
   * {@return who is told what its mappings do to make stores durable, which they then do not do themselves; empty but
   * for memory of tests}
   */
  default Optional<StoreObserver> observer() {
    return Optional.empty();
  }

  /**
   * Has the NVDIMMs behind it write their own buffers to the media.
   *
   * @param attempt what was attempted
   * @return whether that was done; false if it is never needed
   * @throws DaxException with EOPNOTSUPP if there are none, or there is no way; or as the kernel refuses
   */
  default boolean deepFlush(String attempt) throws DaxException {
    throw DaxException.of(Errno.EOPNOTSUPP, attempt, "there is no NVDIMM behind it, whose buffers could be flushed",
        "persist what is to survive, where the persistence domain is a durable one");
  }

  /**
   * {@return why memory could not be touched: when it was to be mapped, or later}
   *
   * @param attempt what was attempted
   * @param at where it is in the mapping, in bytes
   */
  default DaxException unreachable(String attempt, long at) {
    return DaxException.of(Errno.EFAULT, attempt, "the memory at " + ByteSize.hex(at) + " of it is gone",
        "see who has truncated the file that it is made of");
  }
}
