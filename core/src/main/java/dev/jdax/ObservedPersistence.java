// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import dev.jdax.platform.Reservation;
import dev.jdax.spi.Memory;
import dev.jdax.spi.StoreObserver;

/**
 * The persistence of memory in test mode: an observer is told what would be done.
 *
 * <p>A class of its own, and no question in {@link Persistence}: where no memory is in test mode it is never loaded,
 * and the JIT compiler calls the other one directly.
 */
final class ObservedPersistence extends Persistence {
  private final StoreObserver observer;
  /** Where the mapping begins in its device. */
  private final long start;

  ObservedPersistence(DaxMapping mapping, Reservation run, Memory memory, PersistenceDomain domain,
      StoreObserver observer) {
    super(mapping, run, memory, domain);
    this.observer = observer;
    this.start = mapping.offset();
  }

  @Override
  void order() {
    super.order();
    observer.order();
  }

  @Override
  void flush(long offset, long length) {
    observer.flush(start + offset, length);
  }

  @Override
  void drain() {
    observer.drain();
  }

  @Override
  void persist(long offset, long length) {
    observer.persist(start + offset, length);
  }

  @Override
  void storesBegin() {
    observer.order();
  }

  @Override
  void storedPastTheCache(long offset, long length) {
    observer.persist(start + offset, length);
  }

  /** There is no NVDIMM, and so no buffer of one. */
  @Override
  boolean deepFlush() {
    observer.order();
    return false;
  }
}
