// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.Closeable;
import java.io.IOException;

/**
 * The one way by which jdax writes to media.
 *
 * <p>Between two barriers writes reach the media in any order, and each of them in parts; a barrier returns when all
 * that was written before it has. The tests record both, and look at everything that a power failure may leave.
 */
interface Media extends MediaReader, Closeable {
  /** {@return how many bytes there are} */
  long size() throws IOException;

  /**
   * Writes bytes.
   *
   * @param offset where they go in the file
   * @param bytes the bytes
   * @throws IOException if that fails; some of them may have been written
   */
  void write(long offset, byte[] bytes) throws IOException;

  /**
   * Begins an edit: makes sure that nobody else uses the media, and keeps others from it until {@link #end} as far as
   * that is possible. What was read before may have changed.
   *
   * @throws IOException if somebody uses them
   */
  default void begin() throws IOException {
    // Nobody else knows the media.
  }

  /** Ends an edit; a further call does nothing. */
  default void end() {
  }

  /**
   * Waits until everything written is safe from a power failure.
   *
   * @throws IOException if that cannot be known
   */
  void barrier() throws IOException;
}
