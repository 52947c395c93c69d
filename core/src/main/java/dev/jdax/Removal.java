// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/** What happens to live mappings when their device is disabled, resized or destroyed. */
public enum Removal {
  /** It is refused, with EBUSY, while there are any. */
  IF_IDLE,
  /** They are revoked first: whoever touches one afterwards gets an {@link IllegalStateException}. */
  FORCE
}
