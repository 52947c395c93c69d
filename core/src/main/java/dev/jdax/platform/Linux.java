// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/** Where the platform's classes find the kernel. */
final class Linux {
  /** What a test has put between jdax and the kernel; null where nothing is. */
  private static volatile LinuxCalls interposed;

  private Linux() {
  }

  /** {@return the kernel, or what a test has put in its place; where the kernel is out of reach, each call throws} */
  static LinuxCalls calls() {
    LinuxCalls calls = interposed;
    return calls != null ? calls : Kernel.CALLS;
  }

  /** For tests: puts {@code calls} in the kernel's place, or with null the kernel back in its own. */
  static void interpose(LinuxCalls calls) {
    interposed = calls;
  }

  /**
   * {@return the result of a call}
   *
   * @throws SystemCallException if the call failed
   */
  static long check(SystemCall call, long result) throws SystemCallException {
    if (result < 0) {
      throw new SystemCallException(call, (int) -result);
    }
    return result;
  }

  /** Holds the kernel, so that it is linked with the first call and not before. */
  private static final class Kernel {
    static final LinuxCalls CALLS = Libc.kernel();
  }
}
