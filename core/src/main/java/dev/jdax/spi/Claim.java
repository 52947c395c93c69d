// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.Map;
import java.util.Optional;

import dev.jdax.Access;
import dev.jdax.DaxException;
import dev.jdax.PersistenceDomain;

/**
 * Memory made ours: allocated in full, on its node, pinned where that can be had, locked against others, and checked;
 * all of it undone as one.
 */
public interface Claim extends FaultGranularity {
  /**
   * {@return where the memory begins in the file that {@link #open} gives, in bytes}
   */
  long fileOffset();

  /**
   * {@return how much memory, in bytes}
   */
  long size();

  /**
   * {@return the NUMA node of the memory, -1 if none was asked for}
   */
  default int node() {
    return -1;
  }

  /**
   * {@return what this is a part of, as {@link Backing#memory} has it}
   */
  default Object memory() {
    return this;
  }

  /**
   * {@return whether others can take the memory away while it is mapped}
   */
  boolean mayVanish();

  /**
   * {@return whether the memory is kept where it is in RAM}
   */
  boolean pinned();

  /**
   * {@return whether it is to be mapped with {@code MAP_SYNC}, as {@link Backing#synchronous} has it}
   */
  default boolean synchronous() {
    return false;
  }

  /**
   * {@return how far a store to it has to travel to survive a loss of power}
   *
   * @param synchronousMapping whether the kernel has accepted {@code MAP_SYNC} for the mapping
   */
  default PersistenceDomain persistenceDomain(boolean synchronousMapping) {
    return PersistenceDomain.UNKNOWN;
  }

  /**
   * {@return who is told what mappings of it do to make stores durable, as {@link Backing#observer} has it}
   */
  default Optional<StoreObserver> observer() {
    return Optional.empty();
  }

  /**
   * {@return what a region of this memory shows beside Linux's attributes, by name}
   */
  default Map<String, String> properties() {
    return Map.of();
  }

  /**
   * Opens the memory for one mapping.
   *
   * @param access what the mapping is to be for
   * @return the open file
   * @throws DaxException if it cannot be opened so
   */
  Descriptor open(Access access) throws DaxException;

  /**
   * Makes a part of the memory ready for a device that gets it: clears it, if that is the policy.
   *
   * @param offset where the part begins, in bytes
   * @param length how long it is, in bytes
   * @throws DaxException if it cannot be done
   */
  void prepare(long offset, long length) throws DaxException;

  /** Gives everything back, once; a further call does nothing, or what is left to do. Never throws. */
  void close();
}
