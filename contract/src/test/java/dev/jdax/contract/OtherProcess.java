// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import dev.jdax.Access;
import dev.jdax.DaxMapping;
import dev.jdax.kernel.Dax;
import dev.jdax.platform.ForkedJvm;

/** What a second process, which knows nothing of jdax, sees of a file of memory. Talks in lines on standard output. */
final class OtherProcess {
  private OtherProcess() {
  }

  /** {@code read-and-write PATH OFFSET LENGTH VALUE}: prints the long at the offset, and stores another. */
  static final String READ_AND_WRITE = "read-and-write";
  /** {@code lock PATH}: says whether the file can be locked exclusively. */
  static final String LOCK = "lock";

  public static void main(String[] args) throws IOException {
    if (args[1].startsWith("/dev/dax")) {
      // Which no Java program can map without jdax.
      try (DaxMapping mapping = Dax.open(args[1]).map(Access.READ_WRITE, Long.parseLong(args[2]),
          Long.parseLong(args[3]))) {
        exchange(mapping.segment(), Long.parseLong(args[4]));
      }
      return;
    }
    try (FileChannel file = FileChannel.open(Path.of(args[1]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (args[0].equals(LOCK)) {
        System.out.println(file.tryLock() != null);
        return;
      }
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment memory = file.map(FileChannel.MapMode.READ_WRITE, Long.parseLong(args[2]),
            Long.parseLong(args[3]),
            arena);
        exchange(memory, Long.parseLong(args[4]));
      }
    }
  }

  private static void exchange(MemorySegment memory, long value) {
    System.out.println(memory.get(ValueLayout.JAVA_LONG, 0));
    memory.set(ValueLayout.JAVA_LONG, 0, value);
  }

  /** Runs it, and gives what it says. */
  static String ask(String... words) throws IOException, InterruptedException {
    return ForkedJvm.run(ForkedJvm.SMALL, OtherProcess.class, words).said();
  }
}
