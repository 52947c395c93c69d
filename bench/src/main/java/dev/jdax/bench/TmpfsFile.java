// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file on tmpfs and the JDK's mapping of it: what a Java program has without jdax.
 *
 * @param path the file
 */
record TmpfsFile(Path path) implements AutoCloseable {
  private static final Path TMPFS = Path.of("/dev/shm");
  private static long made;

  /** {@return a file that is not there yet} */
  static TmpfsFile unmade() {
    return new TmpfsFile(TMPFS.resolve("jdax-bench-" + ProcessHandle.current().pid() + "-" + made++));
  }

  /** {@return the file, made where it is missing, as a mapping of so many bytes that lasts as long as the arena} */
  MemorySegment map(long size, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ,
        StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
  }
}
