// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/**
 * How far a store has to travel to survive a loss of power, and so what {@link DaxMapping#persist} does: what the
 * domain needs, and no more.
 */
public enum PersistenceDomain {
  /**
   * The CPU's cache is in the domain, as with eADR: a store is durable as soon as others could see it. Persisting is a
   * fence.
   */
  CPU_CACHE,
  /** The memory controller is: lines of the cache are written back, and then waited for. */
  MEMORY_CONTROLLER,
  /**
   * The pages of a file without DAX: the kernel writes them to the medium, msync(2). They are as durable as the file
   * system keeps them.
   */
  PAGE,
  /** Nothing is: the memory is volatile. Persisting orders stores, as a fence does, and makes nothing durable. */
  NONE,
  /** Nobody tells. Lines are written back and waited for, as with {@link #MEMORY_CONTROLLER}, for what it is worth. */
  UNKNOWN;

  /**
   * {@return whether what was persisted survives a loss of power, as far as the kernel or the medium says}
   */
  public boolean isDurable() {
    return this == CPU_CACHE || this == MEMORY_CONTROLLER || this == PAGE;
  }

  /** {@return whether lines of the cache have to be written back} */
  boolean flushesLines() {
    return this == MEMORY_CONTROLLER || this == UNKNOWN;
  }
}
