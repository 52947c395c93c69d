// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.Set;

/**
 * Tells from a thread's stack whether the thread is inside of a method.
 *
 * <p>A thread leaves a mark when it goes in and takes it away when it comes out. An error can come in between the two, at
 * any instruction, and leave the mark for ever; the stack shows the truth. Looking there costs tens of microseconds, so
 * it is done where a mark is in the way, and seldom.
 */
final class StackTraces {
  /** A method of these has fewer methods of jdax and of the JDK above it. */
  private static final int DEEP_ENOUGH = 256;

  /** Whether a trace has been seen to be deep enough: the JVM does not change that. */
  private static boolean areDeep;

  private StackTraces() {
  }

  /**
   * {@return whether a thread may be inside of one of some methods: false if its stack shows that it is not}
   *
   * @param thread the thread; also the calling one
   * @param methods names of classes, with those of methods: {@code "dev.jdax.DaxMapping.close"}
   */
  static boolean mayHold(Thread thread, Set<String> methods) {
    if (!thread.isAlive()) {
      return false;
    }
    areDeep = areDeep || depthThatIsShown(DEEP_ENOUGH) >= DEEP_ENOUGH;
    if (!areDeep) {
      return true; // the methods may be missing: -XX:MaxJavaStackTraceDepth cuts the trace
    }
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (methods.contains(frame.getClassName() + "." + frame.getMethodName())) {
        return true;
      }
    }
    return false;
  }

  private static int depthThatIsShown(int calls) {
    return calls == 0 ? new Throwable().getStackTrace().length : depthThatIsShown(calls - 1);
  }
}
