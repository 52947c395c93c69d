// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/** Counts the steps of one thread through classes that call this before each of their instructions, and stops it at one. */
public final class Steps {
  private static volatile Thread counted;
  private static long left;

  private Steps() {
  }

  /** What is thrown; nothing catches just this. */
  static final class Stopped extends VirtualMachineError {
    private static final long serialVersionUID = 1;
  }

  /** Called before each instruction. */
  public static void step() {
    if (Thread.currentThread() == counted && --left == 0) {
      counted = null;
      throw new Stopped();
    }
  }

  /** Lets the calling thread be stopped before the step of that number, from 1. */
  static void stopAt(long number) {
    left = number;
    counted = Thread.currentThread();
  }

  /** {@return whether it was not stopped; it will not be stopped any more} */
  static boolean goOn() {
    boolean on = counted != null;
    counted = null;
    return on;
  }
}
