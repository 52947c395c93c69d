// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.util.concurrent.atomic.AtomicInteger;

/** Runs a step of a test, once, before a system call of one name of the calling thread reaches the kernel. */
public final class StepBeforeACall implements AutoCloseable {
  private final LinuxCalls kernel = Linux.calls();

  private StepBeforeACall() {
  }

  /** What a test does in between. */
  public interface Step {
    /** @throws Exception if that fails: the call then fails with an AssertionError */
    void run() throws Exception;
  }

  /**
   * {@return one that is in place until it is closed}
   *
   * @param name the call, as in C
   * @param step what is done before it
   */
  public static StepBeforeACall of(String name, Step step) {
    return of(name, 1, step);
  }

  /**
   * {@return one that is in place until it is closed}
   *
   * @param name the call, as in C
   * @param nth which of the calls of that name, from 1
   * @param step what is done before it
   */
  public static StepBeforeACall of(String name, int nth, Step step) {
    StepBeforeACall before = new StepBeforeACall();
    Thread thread = Thread.currentThread();
    AtomicInteger calls = new AtomicInteger();
    Linux.interpose((call, a, b, c, d, e, f) -> {
      if (call.toString().equals(name) && Thread.currentThread() == thread
          && calls.incrementAndGet() == nth) {
        try {
          step.run();
        } catch (Exception failure) {
          throw new AssertionError(failure);
        }
      }
      return before.kernel.invoke(call, a, b, c, d, e, f);
    });
    return before;
  }

  @Override
  public void close() {
    Linux.interpose(kernel);
  }
}
