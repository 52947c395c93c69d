// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/** The device, or its memory, is in use: EBUSY. It may succeed when what uses it has ended. */
public final class DaxBusyException extends DaxException {
  private static final long serialVersionUID = 1;

  DaxBusyException(Errno errno, String attempt, String reason, String remedy, Throwable cause) {
    super(errno, attempt, reason, remedy, cause);
  }
}
