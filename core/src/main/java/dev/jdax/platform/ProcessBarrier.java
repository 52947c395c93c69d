// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * A memory barrier in all threads of this process at once, membarrier(2).
 *
 * <p>Of two threads of which each stores and then loads what the other stores, both need a barrier in between, so that
 * one of them sees the other. Where one does that often and the other seldom, the seldom one has a barrier made in both;
 * the often one only has to keep the compiler from changing the order.
 */
public final class ProcessBarrier {
  /** Asked for with the first use, which takes some milliseconds. */
  private static final class Registration {
    static final boolean IS_REGISTERED = Linux.calls().membarrier(Abi.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
        0) == 0;
  }

  private ProcessBarrier() {
  }

  /** {@return whether there is such a barrier: since Linux 4.14, unless a filter of system calls has no word of it} */
  public static boolean isAvailable() {
    return Registration.IS_REGISTERED;
  }

  /**
   * Makes the barrier, once it was found to be available.
   *
   * @return whether it was made: what each thread had stored before is seen by the caller, and what the caller had
   *     stored is seen by all that each thread does after
   */
  public static boolean make() {
    return Linux.calls().membarrier(Abi.MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0) == 0;
  }
}
