// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/**
 * Something that happened to a device of a bus.
 *
 * @param kind what happened
 * @param device the device
 */
public record DaxEvent(Kind kind, DaxDevice device) {
  /** What happened. */
  public enum Kind {
    /** It was made; it may be of size 0. */
    ADD,
    /** It is gone. */
    REMOVE,
    /** It was bound, unbound, resized, or its alignment was set. */
    CHANGE
  }
}
