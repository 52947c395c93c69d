// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/** The program may not do that: EACCES, EPERM or EROFS. */
public final class DaxAccessException extends DaxException {
  private static final long serialVersionUID = 1;

  DaxAccessException(Errno errno, String attempt, String reason, String remedy, Throwable cause) {
    super(errno, attempt, reason, remedy, cause);
  }
}
