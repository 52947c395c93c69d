// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

import dev.jdax.DaxException;
import dev.jdax.DaxMapping;

/**
 * What {@code twin.c} does with libpmem, done with jdax, in the same places of the same memory: see there.
 *
 * <p>One operation after the other goes from place to place, within what the larger caches hold, as far as its length
 * allows. Each run does its work twice and times the second.
 */
final class DurableStores {
  static final int LINE = 64;
  /** Where a source begins in a page makes a difference of a tenth. */
  private static final long PAGE = 4096;
  private static final long WINDOW = 4 << 20;

  /** One operation. */
  @FunctionalInterface
  interface Operation {
    void run(long number) throws DaxException;
  }

  private final DaxMapping mapping;
  private final MemorySegment memory;

  DurableStores(DaxMapping mapping) {
    this.mapping = mapping;
    this.memory = mapping.segment();
  }

  Operation persist(int bytes) {
    long step = step(bytes);
    return number -> {
      long at = place(number, step);
      dirty(memory, at, bytes, number);
      mapping.persist(at, bytes);
    };
  }

  Operation copy(MemorySegment source) {
    long step = step(source.byteSize());
    return number -> mapping.copyFrom(place(number, step), source);
  }

  Operation flush(int lines) {
    int bytes = lines * LINE;
    long step = step(bytes);
    return number -> {
      long at = place(number, step);
      dirty(memory, at, bytes, number);
      mapping.flush(at, bytes);
      mapping.drain();
    };
  }

  /** {@return bytes to be copied, outside of Java's heap, of which every page is there, from the start of a page on} */
  static MemorySegment source(long bytes) {
    return Arena.ofAuto().allocate(bytes, PAGE).fill((byte) 7);
  }

  static Side timed(Operation operation, int operations) {
    return () -> {
      all(operation, 0, operations);
      long start = System.nanoTime();
      all(operation, 0, operations);
      return System.nanoTime() - start;
    };
  }

  /** {@return the same in two threads, each of which does so many, far from the other} */
  static Side timedInTwoThreads(Operation operation, int operations, long bytes) {
    return () -> {
      inTwoThreads(operation, operations, bytes);
      return inTwoThreads(operation, operations, bytes);
    };
  }

  private static long inTwoThreads(Operation operation, int operations, long bytes) throws IOException {
    CyclicBarrier ready = new CyclicBarrier(2);
    Exception[] failure = new Exception[1];
    Thread other = Thread.ofPlatform().start(() -> {
      try {
        ready.await();
        all(operation, WINDOW / 2 / step(bytes), operations);
      } catch (DaxException | InterruptedException | BrokenBarrierException e) {
        failure[0] = e;
      }
    });
    try {
      long start = System.nanoTime();
      ready.await();
      all(operation, 0, operations);
      other.join();
      if (failure[0] != null) {
        throw new IOException("the other thread failed", failure[0]);
      }
      return System.nanoTime() - start;
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IOException("interrupted", e);
    }
  }

  private static void all(Operation operation, long first, int operations) throws DaxException {
    for (long i = first; i < first + operations; i++) {
      operation.run(i);
    }
  }

  /** {@return how long each took, in nanoseconds, after as many that were not timed} */
  static long[] each(Operation operation, int operations) throws DaxException {
    long[] nanos = new long[operations];
    all(operation, 0, operations);
    for (int i = 0; i < operations; i++) {
      long start = System.nanoTime();
      operation.run(i);
      nanos[i] = System.nanoTime() - start;
    }
    return nanos;
  }

  static void dirty(MemorySegment memory, long from, int bytes, long value) {
    for (int at = 0; at < bytes; at += LINE) {
      memory.set(JAVA_LONG, from + at, value);
    }
  }

  static long place(long number, long step) {
    return number * step & Math.max(WINDOW, 4 * step) - 1;
  }

  static long step(long bytes) {
    return Math.max(LINE, Long.highestOneBit(2 * bytes - 1));
  }
}
