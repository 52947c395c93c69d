// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Where memory comes from: the NUMA policy of a thread, set_mempolicy(2) and get_mempolicy(2). */
public final class NumaPolicy {
  /** As many nodes as any kernel has: MAX_NUMNODES is 1 &lt;&lt; CONFIG_NODES_SHIFT, at most 10. */
  private static final int NODES = 1024;

  private NumaPolicy() {
  }

  /** Something that makes system calls. */
  @FunctionalInterface
  public interface Step {
    /**
     * Does it.
     *
     * @throws SystemCallException if a call fails
     */
    void run() throws SystemCallException;
  }

  /**
   * Does a step in which memory comes from one node or not at all.
   *
   * <p>The policy belongs to a kernel thread, so the step gets a thread of its own, and the policy dies with it:
   * the calling thread may be a virtual one, and keeps the policy that it had.
   *
   * @param node the node, from 0
   * @param step what to do
   * @throws SystemCallException if the policy cannot be set (EINVAL: no such node; EPERM or ENOSYS:
   *     {@link #isRefusal}), or from the step
   */
  public static void onNode(int node, Step step) throws SystemCallException {
    Throwable[] thrown = new Throwable[1];
    Thread thread = Thread.ofPlatform().name("jdax-node-" + node).start(() -> {
      try {
        bindThisThread(node);
        step.run();
      } catch (Throwable t) {
        thrown[0] = t;
      }
    });
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // the step is finite, and half of it is no state to leave behind
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (thrown[0]) {
      case null -> {
      }
      case SystemCallException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown[0]);
    }
  }

  /**
   * {@return whether a call failed because this process may not ask for nodes at all: a seccomp filter, as containers
   * have it, answers with EPERM or ENOSYS, and so does a kernel without NUMA}
   *
   * @param failure the failure
   */
  public static boolean isRefusal(SystemCallException failure) {
    boolean asksForNodes = switch (failure.systemCall()) {
      case SET_MEMPOLICY, GET_MEMPOLICY, MBIND -> true;
      default -> false;
    };
    return asksForNodes && (failure.errno() == Abi.EPERM || failure.errno() == Abi.ENOSYS);
  }

  private static void bindThisThread(int node) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment nodes = arena.allocate(NODES / Byte.SIZE, Long.BYTES);
      if (node < 0 || node >= NODES) {
        throw new SystemCallException(SystemCall.SET_MEMPOLICY, Abi.EINVAL);
      }
      nodes.setAtIndex(JAVA_LONG, node / Long.SIZE, 1L << node % Long.SIZE);
      // The kernel takes one bit less than it is told (mm/mempolicy.c, get_nodes).
      Linux.check(SystemCall.SET_MEMPOLICY, Linux.calls().set_mempolicy(Abi.MPOL_BIND, nodes, NODES + 1));
    }
  }

  static int nodeAt(long address) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment node = arena.allocate(JAVA_INT);
      Linux.check(SystemCall.GET_MEMPOLICY,
          Linux.calls().get_mempolicy(node, MemorySegment.NULL, 0, address, Abi.MPOL_F_NODE | Abi.MPOL_F_ADDR));
      return node.get(JAVA_INT, 0);
    }
  }
}
