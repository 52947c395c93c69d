// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import dev.jdax.spi.EditedFile.Unproven;

/**
 * A program that writes to the file that is its argument, while another program wants to read it. It says what that
 * program reads, and whether it had to wait.
 */
final class EditsAFile {
  private static final long WAIT_MILLIS = 300;

  private EditsAFile() {
  }

  public static void main(String[] arguments) throws Exception {
    Path path = Path.of(arguments[0]);
    try (EditedFile file = EditedFile.open(path, "edit " + path, new Unproven(false, ""))) {
      System.out.println("before: " + readerOf(path).inputReader().readLine());
      file.begin();
      file.write(0, "ha".getBytes(StandardCharsets.UTF_8));
      Process reader = readerOf(path);
      boolean waits = !reader.waitFor(WAIT_MILLIS, TimeUnit.MILLISECONDS);
      file.write(2, "lf\n".getBytes(StandardCharsets.UTF_8));
      file.end();
      System.out.println((waits ? "waited for: " : "at once: ") + reader.inputReader().readLine());
      System.out.println("after: " + readerOf(path).inputReader().readLine());
    }
  }

  private static Process readerOf(Path path) throws Exception {
    return new ProcessBuilder("head", "-n1", path.toString()).start();
  }
}
