// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.io.IOException;

/**
 * What was asked cannot be done with this device, in its state, on this machine.
 *
 * <p>The message is one sentence: what was attempted, why not (the value, the constraint, the object), what to do, and
 * the {@linkplain #errno() error number} that Linux gives for it.
 */
public final class DaxException extends IOException {
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
   * Makes one of a mistake that jdax found itself.
   *
   * @param errno what Linux says for the same mistake
   * @param attempt what was attempted, behind the word "cannot", such as {@code map dax0.1}
   * @param reason why it cannot be: value, constraint, object
   * @param remedy what to do
   */
  public DaxException(Errno errno, String attempt, String reason, String remedy) {
    this(errno, attempt, reason, remedy, null);
  }

  /**
   * Makes one of a failure below.
   *
   * @param errno what the kernel said
   * @param attempt what was attempted, behind the word "cannot", such as {@code map dax0.1}
   * @param reason why it cannot be: value, constraint, object
   * @param remedy what to do
   * @param cause the failure
   */
  public DaxException(Errno errno, String attempt, String reason, String remedy, Throwable cause) {
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
   * {@return what was attempted, as it stands behind the word "cannot"}
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
