// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * A system call that the kernel refused.
 *
 * <p>Checked, so that each floor above says in its own sentence what was attempted, and keeps the number.
 */
public class SystemCallException extends Exception {
  private static final long serialVersionUID = 1;

  private final SystemCall call;
  private final int errno;

  SystemCallException(SystemCall call, int errno) {
    super(call + " failed with errno " + errno);
    this.call = call;
    this.errno = errno;
  }

  /** {@return the name of the call that failed, such as {@code mmap}} */
  public String call() {
    return call.toString();
  }

  SystemCall systemCall() {
    return call;
  }

  /** {@return the number that the kernel gave, positive} */
  public int errno() {
    return errno;
  }
}
