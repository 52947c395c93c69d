// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between jdax and the kernel, counts the system calls of one thread, and fails one of them, once.
 *
 * {@snippet :
 * int calls;
 * try (FailingCalls counted = FailingCalls.counting()) {
 *   tryIt();
 *   calls = counted.calls().size();
 * }
 * for (int k = 1; k <= calls; k++) {
 *   try (FailingCalls failing = FailingCalls.failing(k, 12)) {
 *     assertThatThrownBy(() -> tryIt());
 *     assertThat(failing.hasFailed()).isTrue();
 *   }
 *   // and nothing is left behind
 * }
 * }
 *
 * <p>Counted are the calls of the thread that made it, of the threads that it was given, and of those on which
 * {@link NumaPolicy#onNode} runs a step (their names begin with {@code jdax-node-}). The calls of other threads go
 * through untold. A call that a signal interrupts (EINTR) counts again when it is made again. Only one is in place at a
 * time; making a second one waits for the first to be closed.
 */
public final class FailingCalls implements AutoCloseable {
  private static final int NONE = 0;
  private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();

  private final Set<Thread> counted;
  private final int failing;
  /** The name of the call that fails the first time that it is made; null where its number says which one fails. */
  private final String failingName;
  private final int errno;
  private final LinuxCalls kernel;
  /** Guarded by this. */
  private final List<String> calls = new ArrayList<>();
  /** Guarded by this. */
  private boolean failed;
  private boolean closed;

  private FailingCalls(int failing, String failingName, int errno, Thread[] others) {
    Set<Thread> threads = new HashSet<>(Set.of(others));
    threads.add(Thread.currentThread());
    this.counted = Set.copyOf(threads);
    this.failing = failing;
    this.failingName = failingName;
    this.errno = errno;
    if (ONE_AT_A_TIME.isHeldByCurrentThread()) {
      throw new IllegalStateException("this thread has one in place already; close that first");
    }
    ONE_AT_A_TIME.lock();
    openWhatStaysOpen();
    this.kernel = Linux.calls();
    Linux.interpose(this::invoke);
  }

  /** So that the same steps make the same calls each time, whatever was mapped before. */
  private static void openWhatStaysOpen() {
    Quarantine.OF_THIS_PROCESS.release();
    try {
      ReservationFile.ofThisJvm();
    } catch (SystemCallException e) {
      // The first reservation will tell.
    }
  }

  /**
   * {@return one that fails no call}
   *
   * @param others threads whose calls are counted beside those of the calling thread
   */
  public static FailingCalls counting(Thread... others) {
    return new FailingCalls(NONE, null, 0, others);
  }

  /**
   * {@return one that fails no call: another name for {@link #counting}}
   */
  public static FailingCalls none() {
    return counting();
  }

  /**
   * {@return one that fails call number {@code k} and lets all others through}
   *
   * <p>The failing call does not reach the kernel; but a {@code close} does, and is then told as failed, as Linux has
   * it.
   *
   * @param k which call, from 1
   * @param errno the error that it gives, positive
   * @param others threads whose calls are counted beside those of the calling thread
   */
  public static FailingCalls failing(int k, int errno, Thread... others) {
    if (k <= NONE || errno <= 0) {
      throw new IllegalArgumentException("call " + k + ", errno " + errno + ": both count from 1");
    }
    return new FailingCalls(k, null, errno, others);
  }

  /**
   * {@return one that fails the first call of a name and lets all others through, however many came before it}
   *
   * @param call the name, as in C
   * @param errno the error that it gives, positive
   * @param others threads whose calls are counted beside those of the calling thread
   */
  public static FailingCalls failingFirst(String call, int errno, Thread... others) {
    return new FailingCalls(NONE, Objects.requireNonNull(call, "call"), errno, others);
  }

  private long invoke(SystemCall call, long a, long b, long c, long d, long e, long f) {
    Thread thread = Thread.currentThread();
    if (!counted.contains(thread) && !thread.getName().startsWith("jdax-node-")) {
      return kernel.invoke(call, a, b, c, d, e, f);
    }
    boolean fail;
    synchronized (this) {
      calls.add(call.toString());
      fail = failingName == null ? calls.size() == failing : !failed && call.toString().equals(failingName);
      failed |= fail;
    }
    if (!fail) {
      return kernel.invoke(call, a, b, c, d, e, f);
    }
    if (call == SystemCall.CLOSE) {
      kernel.invoke(call, a, b, c, d, e, f);
    }
    return -errno;
  }

  /**
   * {@return the names of the calls so far, as in C, in order; the failed one too}
   */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  /**
   * {@return whether the call that was to fail has been made}
   */
  public synchronized boolean hasFailed() {
    return failed;
  }

  /** Puts back what was in its place; to be called by the thread that made it; a further call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Linux.interpose(kernel);
      ONE_AT_A_TIME.unlock();
    }
  }
}
