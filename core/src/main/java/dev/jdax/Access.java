// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/** What a mapping is for. */
public enum Access {
  /** Loads only. */
  READ_ONLY,
  /** Loads and stores. */
  READ_WRITE
}
