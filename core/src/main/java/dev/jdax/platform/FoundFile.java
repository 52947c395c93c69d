// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a path leads to, found and not opened yet: opening a device can do something, and opening a pipe can wait for
 * ever. Whatever the path comes to mean, this stays the file that was found (open(2), {@code O_PATH}).
 */
public final class FoundFile implements AutoCloseable {
  private final Fd place;

  private FoundFile(Fd place) {
    this.place = place;
  }

  /**
   * Finds a file.
   *
   * @param path its path, or a link to it
   * @return the file
   * @throws SystemCallException if open(2) fails: with ENOENT if there is none
   */
  public static FoundFile at(Path path) throws SystemCallException {
    return new FoundFile(Fd.openPlace(path));
  }

  /**
   * {@return what it is, and how long}
   *
   * @throws SystemCallException if fstat(2) fails
   */
  public FileStatus status() throws SystemCallException {
    return place.status();
  }

  /**
   * Opens this very file as {@link Fd#openAsAllowed} does.
   *
   * @return the open file
   * @throws SystemCallException if open(2) fails
   */
  public Fd openAsAllowed() throws SystemCallException {
    return Fd.openAsAllowed(link());
  }

  /**
   * Opens this very file.
   *
   * @param write whether it is to be written too
   * @return the open file
   * @throws SystemCallException if open(2) fails
   */
  public Fd open(boolean write) throws SystemCallException {
    return Fd.open(link(), write);
  }

  /**
   * Opens this very file as {@link Fd#openExclusively} does.
   *
   * @return the open file; empty if it is a device that is held
   * @throws SystemCallException if open(2) fails otherwise
   */
  public Optional<Fd> openExclusively() throws SystemCallException {
    try {
      return Optional.of(Fd.openExclusively(link()));
    } catch (SystemCallException e) {
      if (e.errno() == Abi.EBUSY && status().isBlockDevice()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Leads to the file itself, and not to what its path means by now; its permissions are looked at again. */
  private Path link() {
    return Path.of("/proc/self/fd/" + place.number());
  }

  @Override
  public void close() {
    place.close();
  }
}
