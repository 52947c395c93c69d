// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

/**
 * Is told what mappings do to make stores durable: for memory in test mode, as in
 * {@link dev.jdax.powerfailure.PowerFailures}.
 *
 * <p>Each call is made by the thread that does it, and before it takes effect. Offsets count from the beginning of the
 * device, in bytes, and are aligned to nothing.
 */
public interface StoreObserver {
  /** Stores before this and stores after it are to be told apart. */
  default void order() {
    // it may be of no interest
  }

  /**
   * The lines of a range are to be written back.
   *
   * @param offset where the range begins
   * @param length how long it is; may be 0
   */
  default void flush(long offset, long length) {
    // it may be of no interest
  }

  /** What this thread has flushed is to be waited for. */
  default void drain() {
    // it may be of no interest
  }

  /**
   * A flush and a drain in one.
   *
   * @param offset where the range begins
   * @param length how long it is; may be 0
   */
  default void persist(long offset, long length) {
    // it may be of no interest
  }
}
