// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.platform.Fd;
import dev.jdax.platform.SystemCallException;

/**
 * Lets one program of jdax at a time create devices in a region: the kernel does not say whose a new device is. Held on
 * the region's {@code create} file, which nothing else locks.
 */
record CreationLock(Fd file) implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration RETRY = Duration.ofMillis(1);

  static CreationLock take(SysfsFolder region, Path folder) throws DaxException {
    Fd file = region.openForLock("create");
    String attempt = "create a device in the region at " + folder;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!file.lock(Fd.Lock.EXCLUSIVE)) {
        if (System.nanoTime() >= deadline) {
          file.close();
          throw new DaxException(Errno.EBUSY, attempt, "another program has been creating one for 2 s", "try again");
        }
        LockSupport.parkNanos(RETRY.toNanos());
      }
      return new CreationLock(file);
    } catch (SystemCallException e) {
      file.close();
      throw new DaxException(Errno.of(e.errno()), attempt, "the kernel refused " + e.call(), "look at its log", e);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
