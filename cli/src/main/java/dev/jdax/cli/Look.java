// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.Optional;

import dev.jdax.DaxException;
import dev.jdax.Errno;

/** A look at something of Linux's, which may be gone by then, or only root's to know. */
@FunctionalInterface
interface Look<T> {
  /** What is said in place of what only root may know. */
  String NEEDS_ROOT = "unknown (needs root)";

  T look() throws DaxException;

  /** {@return what was seen, or empty if only root may know it} */
  static <T> Optional<T> orNeedsRoot(Look<T> look) throws DaxException {
    return unless(Errno.EACCES, look);
  }

  /** {@return what was seen, or empty if somebody has taken it away since} */
  static <T> Optional<T> unlessGone(Look<T> look) throws DaxException {
    return unless(Errno.ENXIO, look);
  }

  private static <T> Optional<T> unless(Errno errno, Look<T> look) throws DaxException {
    try {
      return Optional.of(look.look());
    } catch (DaxException e) {
      if (e.errno() == errno) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
