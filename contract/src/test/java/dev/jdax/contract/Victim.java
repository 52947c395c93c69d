// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;

import dev.jdax.DaxException;
import dev.jdax.Errno;

/** A thread of the {@link Torture}: it goes through one {@link Ordeal} after the other. */
final class Victim extends Thread {
  /** What jdax may say to a thread whose device or memory others are destroying, or that is interrupted. */
  private static final Set<Errno> EXPECTED = Set.of(Errno.ENXIO, Errno.ENODEV, Errno.ENOSPC, Errno.EBUSY, Errno.EINTR);
  private static final Ordeal[] ORDEALS = Ordeal.values();

  final Torture torture;
  final Random random;
  /** Its own files and image, which no other thread has anything to do with. */
  final Path folder;
  final Path image;
  /** What it fills its memory with. */
  final byte tag;
  final Map<Ordeal, Integer> done = new EnumMap<>(Ordeal.class);
  final Map<String, Integer> errors = new HashMap<>();
  /** When it last finished an ordeal, in {@link System#nanoTime()}. */
  volatile long progress = System.nanoTime();

  Victim(Torture torture, int number, long seed) throws IOException {
    super(null, null, "victim " + number, 1 << 20);
    this.torture = torture;
    this.random = new Random(seed);
    this.folder = Files.createDirectory(torture.folder.resolve("victim" + number));
    this.image = ImageKind.IMAGE_TMPFS.make(folder, "image");
    this.tag = (byte) (number + 1);
  }

  @Override
  public void run() {
    while (!torture.over) {
      try {
        goThrough(ORDEALS[random.nextInt(ORDEALS.length)]);
        progress = System.nanoTime();
      } catch (VirtualMachineError e) {
        // The heap is still full, and the error was not even counted.
      }
    }
  }

  private void goThrough(Ordeal ordeal) {
    try {
      ordeal.of(this);
      done.merge(ordeal, 1, Integer::sum);
    } catch (Throwable e) {
      if (isExpected(ordeal, e)) {
        errors.merge(e.getClass().getSimpleName(), 1, Integer::sum);
      } else {
        torture.isWrong(e);
      }
    }
  }

  private static boolean isExpected(Ordeal ordeal, Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError || cause instanceof StackOverflowError) {
        return true;
      }
    }
    return ordeal.expects(e) || e instanceof DaxException of && EXPECTED.contains(of.errno())
        || e instanceof IllegalStateException;
  }

  /** Tries a step until the JVM has the memory and the stack for it. */
  static <T> T untilItIsDone(Callable<T> step) throws Exception {
    while (true) {
      try {
        return step.call();
      } catch (OutOfMemoryError e) {
        Thread.onSpinWait(); // another thread lets go of the heap
      }
    }
  }

  static void untilItIsDone(Runnable step) {
    while (true) {
      try {
        step.run();
        return;
      } catch (OutOfMemoryError | InternalError e) {
        Thread.onSpinWait();
      }
    }
  }
}
