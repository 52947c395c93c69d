// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A small file, such as those of {@code /proc} and {@code /sys}, read whole whether or not the thread is interrupted.
 *
 * <p>{@link Files} reads through a channel, which an interrupt closes: a limit or a user of a file would look as if it
 * were not there.
 */
public final class WholeFile {
  private static final int BUFFER = 1 << 16;

  private WholeFile() {
  }

  /**
   * {@return the bytes of a file; the thread stays interrupted if it is, or becomes so during the call}
   *
   * @param file its path
   * @throws IOException as {@link Files#readAllBytes}, but for an interrupt
   */
  public static byte[] bytes(Path file) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return read(file);
        } catch (ClosedByInterruptException e) {
          interrupted = Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Reads with a large buffer from the first call on: a file of {@code /proc/sys} is told in one read(2), and is at its
   * end then, and {@link Files#readAllBytes} begins with one byte where a file says that it is empty.
   */
  private static byte[] read(Path file) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        all.write(buffer, 0, count);
      }
    }
    return all.toByteArray();
  }

  /**
   * {@return the text of a file; bytes that are none in the character set are replaced}
   *
   * @param file its path
   * @param characters its character set
   * @throws IOException as {@link #bytes}
   */
  public static String text(Path file, Charset characters) throws IOException {
    return new String(bytes(file), characters);
  }

  /**
   * {@return the lines of a file, read as {@link #text} does}
   *
   * @param file its path
   * @param characters its character set
   * @throws IOException as {@link #bytes}
   */
  public static List<String> lines(Path file, Charset characters) throws IOException {
    return text(file, characters).lines().toList();
  }
}
