// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Permission to run a guest. A guest has two processors, and only so many run at once, whoever boots them, as this
 * machine has pairs of them: more would not be done sooner, and would run out of the time that each has.
 *
 * @param lock on one byte of a file; it ends with this JVM at the latest
 */
record Turn(FileLock lock) implements AutoCloseable {
  private static final int PAIRS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  private static final long PAUSE_MILLIS = 100;

  /** One for this JVM: to close another one on the same file would end this one's locks. */
  private static FileChannel turns;

  static Turn await() throws IOException, InterruptedException {
    while (true) {
      for (int i = 0; i < PAIRS; i++) {
        FileLock lock = tryLock(i);
        if (lock != null) {
          return new Turn(lock);
        }
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static synchronized FileLock tryLock(int i) throws IOException {
    if (turns == null) {
      Path file = Kernel.made().resolveSibling("turns");
      turns = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
    try {
      return turns.tryLock(i, 1, false);
    } catch (OverlappingFileLockException e) {
      return null; // another guest of this JVM has it
    }
  }

  @Override
  public void close() throws IOException {
    lock.release();
  }
}
