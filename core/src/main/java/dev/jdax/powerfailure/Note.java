// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.util.Locale;
import java.util.Objects;

import dev.jdax.ByteSize;

/**
 * Something that breaks no check and is worth a look.
 *
 * @param kind what it is
 * @param offset where it is, in bytes; of several the first
 * @param length how long it is, in bytes; of several the first
 * @param count how often it was met in that line of the program
 * @param point where: the first point after the store, or the flush
 */
public record Note(Kind kind, long offset, long length, int count, Point point) {
  /** What is noted. */
  public enum Kind {
    /** It was stored and, when the program returned, not flushed. */
    NOT_FLUSHED,
    /** It was flushed and, when the program returned, not waited for by the thread that had flushed it. */
    NOT_DRAINED,
    /**
     * A range was flushed in which nothing had changed since that thread had flushed it, or it had become durable. What
     * was there already may have been stored again, which cannot be told from nothing.
     */
    FLUSHED_UNCHANGED
  }

  /** Checks that nothing is null. */
  public Note {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(point, "point");
  }

  /**
   * {@return a line of text}
   */
  @Override
  public String toString() {
    String what = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": ";
    String often = count > 1 ? ", and " + (count - 1) + " more of that line of the program" : "";
    return kind == Kind.FLUSHED_UNCHANGED
        ? what + point + often
        : what + ByteSize.format(length) + " at " + ByteSize.hex(offset) + ", stored before " + point + often;
  }
}
