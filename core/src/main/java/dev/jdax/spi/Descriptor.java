// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import dev.jdax.Access;
import dev.jdax.DaxException;
import dev.jdax.Errno;

/**
 * A file that is open until {@link #close}.
 *
 * @param number the number of its descriptor
 * @param closing what closes it; does nothing where it stays open for others
 */
public record Descriptor(int number, Runnable closing) implements AutoCloseable {
  /**
   * {@return the descriptor of a file that stays open for others}
   *
   * @param number the number of its descriptor
   * @param file the file, for a sentence
   * @param writeRefusal why it could only be opened for reading, an errno; 0 if it can be written
   * @param access what it is to be mapped for
   * @throws DaxException with that reason (EACCES, EPERM or EROFS) if it is to be written, and can only be read
   */
  public static Descriptor shared(int number, String file, int writeRefusal, Access access)
      throws DaxException {
    if (access == Access.READ_WRITE && writeRefusal != 0) {
      Errno errno = Errno.of(writeRefusal);
      throw DaxException.of(errno, "map " + file + " for writing",
          "it could only be opened for reading: " + errno.text(),
          "map it READ_ONLY; or get the right to write to it, and make the region again");
    }
    return new Descriptor(number, () -> {
    });
  }

  @Override
  public void close() {
    closing.run();
  }
}
