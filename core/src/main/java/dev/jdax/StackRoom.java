// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/**
 * Lets an error come before a change is begun, and not in the middle of it.
 *
 * <p>{@link #require} goes down the stack as far as a change will go, and returns again. If the stack is too small, the
 * StackOverflowError is thrown there, where nothing has been begun. Where the JVM has met memory that is gone and has not
 * said so yet, it throws its InternalError at one of the next returns of a method, and there are enough of them here.
 */
final class StackRoom {
  /** A change needs about 10 KiB of stack, and each of these calls has 100 bytes and more. */
  private static final int CALLS = 128;

  private StackRoom() {
  }

  /** Returns if the calling thread has room on its stack for a change, and no error of earlier accesses is due. */
  static void require() {
    descend(CALLS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** The arguments are there for their size: no more than six are in registers. */
  private static long descend(int calls, long a, long b, long c, long d, long e, long f, long g, long h, long i, long j,
      long k, long l, long m, long n) {
    return calls == 0 ? a + n : descend(calls - 1, b, c, d, e, f, g, h, i, j, k, l, m, n, a + calls) + 1;
  }
}
