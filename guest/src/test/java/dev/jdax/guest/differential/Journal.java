// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import dev.jdax.guest.differential.Script.Way;

/**
 * Where each step is told before it is done, in the form of the regressions, for a kernel that does not survive it: its
 * own log, which goes to the console at once.
 */
final class Journal implements AutoCloseable {
  /** How urgent a line is, as the log wants to know: an error, since the console shows nothing less. */
  private static final String ERROR = "<3>";

  private final FileOutputStream log;

  /**
   * Opens it.
   *
   * @param log the log, such as /dev/kmsg
   */
  Journal(Path log) throws IOException {
    this.log = new FileOutputStream(log.toFile());
  }

  void begin(Way way, int region) throws IOException {
    tell(Script.head(way, region));
  }

  void add(Step step) throws IOException {
    tell(step.toString());
  }

  private void tell(String line) throws IOException {
    log.write((ERROR + line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
