// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The files and folders below a folder that are opened, by the JDK, by jdax or by any other program: the kernel itself
 * tells of them, with inotify(7). Folders that are made later are not seen.
 */
public final class OpenedFiles implements AutoCloseable {
  private static final int IN_OPEN = 0x20;
  /** Closes are asked for, too: of two equal events in a row, the kernel leaves the second one out. */
  private static final int IN_CLOSE = 0x18;
  private static final int IN_NONBLOCK = 0x800;
  private static final int IN_Q_OVERFLOW = 0x4000;
  /** Of {@code struct inotify_event}: where its mask is, where the length of the name is, and where the name begins. */
  private static final int MASK = 4;
  private static final int LENGTH = 12;
  private static final int NAME = 16;

  private final Map<Integer, Path> folders = new HashMap<>();
  private final int inotify;

  /**
   * Begins to look.
   *
   * @param root the folder
   * @throws IOException if it cannot be read
   */
  public OpenedFiles(Path root) throws IOException {
    inotify = (int) call("inotify_init1", FunctionDescriptor.of(JAVA_INT, JAVA_INT), IN_NONBLOCK | Abi.O_CLOEXEC);
    try (Arena arena = Arena.ofConfined(); Stream<Path> files = Files.walk(root)) {
      for (Path folder : files.filter(file -> Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)).toList()) {
        int watch = (int) call("inotify_add_watch", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
            inotify, arena.allocateFrom(folder.toString()), IN_OPEN | IN_CLOSE);
        folders.put(watch, folder);
      }
    }
    opened();
  }

  @SuppressWarnings("restricted")
  private static Object call(String function, FunctionDescriptor shape, Object... arguments) {
    MethodHandle handle = Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup()
        .findOrThrow(function), shape);
    try {
      Object result = handle.invokeWithArguments(arguments);
      if (result.equals(-1)) {
        throw new AssertionError(function + " failed");
      }
      return result;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** {@return the files and folders that were opened since the last call, each as often as it was opened} */
  public List<Path> opened() {
    List<Path> opened = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment events = arena.allocate(MemoryLayout.sequenceLayout(1 << 16, JAVA_LONG));
      while (true) {
        long length = (long) call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), inotify,
            events, events.byteSize());
        if (length <= 0) {
          return opened; // there are no more for now
        }
        for (long at = 0; at < length; at += NAME + events.get(JAVA_INT, at + LENGTH)) {
          int mask = events.get(JAVA_INT, at + MASK);
          if ((mask & IN_Q_OVERFLOW) != 0) {
            throw new AssertionError("the kernel has left events out");
          }
          // A folder is told of twice, by its own watch without a name, and by that of the folder above it.
          if ((mask & IN_OPEN) != 0 && events.get(JAVA_INT, at + LENGTH) > 0) {
            opened.add(folders.get(events.get(JAVA_INT, at)).resolve(events.getString(at + NAME)));
          }
        }
      }
    }
  }

  @Override
  public void close() {
    call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), inotify);
  }
}
