// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileLock;
import dev.jdax.platform.Patience;
import dev.jdax.platform.SystemCallException;
import dev.jdax.spi.FileUsers;
import dev.jdax.spi.Unwind;

/**
 * Keeps the layout of a dynamic region as it is, while jdax reads the ranges of a device, or changes them itself: no
 * other program of jdax changes it at the same time. Held on the region's {@code create} file, which nothing else
 * locks.
 *
 * <p>The kernel needs that: it can hang when two programs change one region at once, or one changes what the other
 * reads. And it does not say which program has created a new device.
 */
record LayoutLock(Optional<Fd> file) implements AutoCloseable {
  private static final String FILE = "create";
  private static final Patience PATIENCE = new Patience(Duration.ofSeconds(5), Duration.ofMillis(1));

  /**
   * Takes it to change something: nobody else has it then. A user who may not take it may not write what it guards
   * either, and is told so there.
   *
   * @param region the region's attributes
   * @param attempt what is to be done, for the sentence of a refusal
   * @throws DaxException with EBUSY if another program keeps it
   */
  static LayoutLock toChange(SysfsFolder region, String attempt) throws DaxException {
    try (Unwind unwind = new Unwind()) {
      Fd file;
      try {
        file = unwind.make(() -> region.openForLock(FILE, true), Fd::close);
      } catch (DaxException e) {
        if (e.errno() == Errno.EACCES || e.errno() == Errno.EPERM) {
          return new LayoutLock(Optional.empty());
        }
        throw e;
      }
      return take(file, FileLock.EXCLUSIVE, attempt, unwind);
    }
  }

  /**
   * {@return whether the layout of a region can change; that of a static region cannot, and there is nothing to lock}
   *
   * @param attributes the folder of the region's attributes
   */
  static boolean isNeeded(Path attributes) {
    return Files.exists(attributes.resolve(FILE));
  }

  /**
   * Takes it to read the ranges of a dynamic region, as others may, too.
   *
   * @param region the region's attributes
   * @param attempt what is to be done, for the sentence of a refusal
   * @throws DaxException with EBUSY if another program keeps it
   */
  static LayoutLock toRead(SysfsFolder region, String attempt) throws DaxException {
    try (Unwind unwind = new Unwind()) {
      Fd file = unwind.make(() -> region.openForLock(FILE, false), Fd::close);
      return take(file, FileLock.SHARED, attempt, unwind);
    }
  }

  private static LayoutLock take(Fd file, FileLock lock, String attempt, Unwind unwind) throws DaxException {
    try {
      if (!PATIENCE.last(() -> lock.take(file), got -> got)) {
        throw DaxException.of(Errno.EBUSY, attempt, "another program has been changing its region for "
            + PATIENCE.most().toSeconds() + " s" + FileUsers.lockHolders(file.number()),
            "try again; if that program does not end, end it");
      }
      LayoutLock taken = new LayoutLock(Optional.of(file));
      unwind.keep();
      return taken;
    } catch (SystemCallException e) {
      throw DaxException.of(Errno.of(e.errno()), attempt, "the kernel refused " + e.call(), "look at its log", e);
    }
  }

  @Override
  public void close() {
    file.ifPresent(Fd::close);
  }
}
