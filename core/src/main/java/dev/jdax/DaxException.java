// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.io.IOException;

/**
 * What was asked cannot be done with this device, in its state, on this machine.
 *
 * <p>The message is one sentence: what was attempted, why not (the value, the constraint, the object), what to do, and
 * the {@linkplain #errno() error number} that Linux gives for it. What programs handle has a class of its own: the object
 * is not there ({@link DaxNotFoundException}), it is in use ({@link DaxBusyException}), or the program may not do that
 * ({@link DaxAccessException}).
 */
public sealed class DaxException extends IOException
    permits DaxNotFoundException, DaxBusyException, DaxAccessException {
  private static final long serialVersionUID = 1;

  /** The error number. */
  private final Errno errno;
  /** What was attempted. */
  private final String attempt;
  /** Why it cannot be. */
  private final String reason;
  /** What to do. */
  private final String remedy;

  /**
   * {@return the exception for a mistake that jdax found itself, of the class that its errno has}
   *
   * @param errno what Linux says for the same mistake
   * @param attempt what was attempted, as it follows the word "cannot", such as {@code map dax0.1}
   * @param reason why it cannot be: value, constraint, object
   * @param remedy what to do
   */
  public static DaxException of(Errno errno, String attempt, String reason, String remedy) {
    return of(errno, attempt, reason, remedy, null);
  }

  /**
   * {@return the exception for a failure that has a cause, of the class that its errno has}
   *
   * @param errno what the kernel said
   * @param attempt what was attempted, as it follows the word "cannot", such as {@code map dax0.1}
   * @param reason why it cannot be: value, constraint, object
   * @param remedy what to do
   * @param cause the failure
   */
  public static DaxException of(Errno errno, String attempt, String reason, String remedy, Throwable cause) {
    return switch (errno) {
      case ENXIO, ENODEV, ENOENT -> new DaxNotFoundException(errno, attempt, reason, remedy, cause);
      case EBUSY -> new DaxBusyException(errno, attempt, reason, remedy, cause);
      case EACCES, EPERM, EROFS -> new DaxAccessException(errno, attempt, reason, remedy, cause);
      default -> new DaxException(errno, attempt, reason, remedy, cause);
    };
  }

  DaxException(Errno errno, String attempt, String reason, String remedy, Throwable cause) {
    super("cannot " + attempt + ": " + reason + "; " + remedy + " (" + errno + ")", cause);
    this.errno = errno;
    this.attempt = attempt;
    this.reason = reason;
    this.remedy = remedy;
  }

  /**
   * {@return the error number: the kernel's own, or the one that Linux gives for the same mistake}
   */
  public Errno errno() {
    return errno;
  }

  /**
   * {@return what was attempted, as it follows the word "cannot"}
   */
  public String attempt() {
    return attempt;
  }

  /**
   * {@return why it cannot be: value, constraint, object}
   */
  public String reason() {
    return reason;
  }

  /**
   * {@return what to do}
   */
  public String remedy() {
    return remedy;
  }
}
