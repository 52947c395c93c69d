// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;
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
  private WholeFile() {
  }

  /**
   * {@return the bytes of a file; the thread stays interrupted if it is, or becomes so meanwhile}
   *
   * @param file its path
   * @throws IOException as {@link Files#readAllBytes}, but for an interrupt
   */
  public static byte[] bytes(Path file) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return Files.readAllBytes(file);
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
