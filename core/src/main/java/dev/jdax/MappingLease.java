// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/**
 * Keeps a mapping from ending while native code, or a library that keeps addresses, uses its memory
 * ({@link DaxMapping#retain}).
 *
 * <p>While one is held, {@link DaxMapping#close} fails with an IllegalStateException after a second, as it does while a
 * foreign call holds the memory, and a revocation ({@link OnMapped#REVOKE}, {@link DaxRegion#remove}) is refused with
 * EBUSY after its second. The lease is held until it is closed, by any thread. Keep it as long: a lease that nothing
 * refers to any more is as one that is closed.
 */
public final class MappingLease implements AutoCloseable {
  private final DaxMapping mapping;
  private volatile boolean closed;

  MappingLease(DaxMapping mapping) {
    this.mapping = mapping;
  }

  /**
   * {@return the mapping that it is of}
   */
  public DaxMapping mapping() {
    return mapping;
  }

  boolean isHeld() {
    return !closed;
  }

  /** Lets go of the mapping; a further call does nothing. */
  @Override
  public void close() {
    closed = true;
  }
}
