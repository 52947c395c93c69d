// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.platform.Fd;
import dev.jdax.platform.SystemCallException;

/**
 * A file or a block device that is read through one descriptor. Unlike a {@link java.nio.channels.FileChannel} it stays
 * open when the thread that reads it is interrupted.
 *
 * <p>Any thread may read; the thread that closes it makes sure that no other thread still does. Offsets and lengths are
 * in bytes.
 */
public final class ReadFile implements AutoCloseable {
  private final Path path;
  private final Fd file;
  private final long size;

  private ReadFile(Path path, Fd file, long size) {
    this.path = path;
    this.file = file;
    this.size = size;
  }

  /**
   * Opens a file or a block device.
   *
   * @param path the file
   * @param attempt what it is opened for, for sentences
   * @return the file, to be closed
   * @throws NoSuchFileException if it is not there
   * @throws AccessDeniedException if the process may not read it
   * @throws DaxException with EISDIR if it is a folder; with EINVAL if it is neither a file nor a block device; or as
   *     the kernel refuses to open it
   * @throws IOException never otherwise
   */
  public static ReadFile open(Path path, String attempt) throws IOException {
    try (Unwind unwind = new Unwind()) {
      // An open(2) of a pipe waits, and one of some character devices does something.
      EditedFile.requireKind(Fd.statusOf(path), attempt);
      Fd file = unwind.make(() -> Fd.open(path, false), Fd::close);
      EditedFile.requireKind(file.status(), attempt);
      ReadFile opened = new ReadFile(path, file, file.end());
      unwind.keep();
      return opened;
    } catch (SystemCallException e) {
      throw switch (Errno.of(e.errno())) {
        case ENOENT -> new NoSuchFileException(path.toString());
        case EACCES -> new AccessDeniedException(path.toString());
        default -> FileClaim.refused(attempt, e, "see that its path leads to a file");
      };
    }
  }

  /**
   * {@return how long the file was when it was opened}
   */
  public long size() {
    return size;
  }

  /**
   * {@return bytes of the file; what a file has lost that became shorter reads as zero, as a hole does}
   *
   * @param offset where they begin
   * @param length how many
   * @throws DaxException as the kernel refuses to read
   */
  public byte[] read(long offset, int length) throws DaxException {
    try {
      return Arrays.copyOf(file.read(offset, length), length);
    } catch (SystemCallException e) {
      throw FileClaim.refused("read " + length + " bytes at " + ByteSize.hex(offset) + " of " + path, e,
          "look at the kernel's log");
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
