// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.util.Objects;
import java.util.Optional;

/**
 * Eight bytes that were stored and not durable when the power failed, in the byte order of the machine.
 *
 * @param offset where they are, in bytes, a multiple of 8
 * @param durable what was durable
 * @param stored what was stored
 * @param left what the power failure left
 * @param seen the first point after the store
 * @param flushed the first flush after the store, or empty if there was none
 */
public record Word(long offset, long durable, long stored, long left, Point seen, Optional<Point> flushed) {
  /** Checks that there is a point. */
  public Word {
    Objects.requireNonNull(seen, "seen");
    Objects.requireNonNull(flushed, "flushed");
  }
}
