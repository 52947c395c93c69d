// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/** What happens to live mappings when their device is disabled, resized or destroyed. */
public enum OnMapped {
  /** It is refused, with EBUSY, while there are any. */
  REFUSE,
  /**
   * They are revoked first: an access afterwards throws an {@link IllegalStateException}.
   *
   * <p>A mapping whose memory a foreign call or I/O holds cannot be revoked, and after a second the change is refused
   * with EBUSY. A second attempt takes the memory away, if the call holds it then, too: the mapping is closed, and the
   * call goes on with private memory of zeros that is nobody's. So do accesses through segments that the program had
   * already, since the JDK does not let them be closed; no store of theirs reaches the device. A mapping of which a
   * {@linkplain DaxMapping#retain lease} is held is never taken away.
   */
  REVOKE
}
