// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What the program blkid(8) of util-linux calls the content of a file, for sentences; nothing is decided by it. */
final class Blkid {
  /** Of an ordinary user the path does not lead to programs of the system. */
  private static final List<String> PLACES = List.of("blkid", "/usr/sbin/blkid", "/sbin/blkid");
  private static final int SECONDS = 5;

  private Blkid() {
  }

  /**
   * {@return the kind of what begins at an offset, such as {@code ext4 (filesystem)} or {@code gpt (partition table)};
   * empty if blkid knows none, or is not there}
   */
  static Optional<String> kindOf(Path file, long offset) {
    for (String place : PLACES) {
      try {
        return ask(place, file, offset);
      } catch (IOException e) {
        // No such program.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static Optional<String> ask(String program, Path file, long offset)
      throws IOException, InterruptedException {
    Process blkid = new ProcessBuilder(program, "-p", "-o", "export", "-O", Long.toString(offset), file.toString())
        .redirectErrorStream(true).redirectInput(Redirect.from(Path.of("/dev/null").toFile())).start();
    if (!blkid.waitFor(SECONDS, TimeUnit.SECONDS)) { // what it prints fits into the pipe
      blkid.destroyForcibly();
      return Optional.empty();
    }
    List<String> lines;
    try (var output = blkid.inputReader(StandardCharsets.UTF_8)) {
      lines = output.readAllLines();
    }
    return value(lines, "TYPE=").map(type -> type + value(lines, "USAGE=").map(use -> " (" + use + ")").orElse(""))
        .or(() -> value(lines, "PTTYPE=").map(type -> type + " (partition table)"));
  }

  private static Optional<String> value(List<String> lines, String key) {
    Stream<String> found = lines.stream().filter(line -> line.startsWith(key));
    return found.map(line -> line.substring(key.length())).findFirst();
  }
}
