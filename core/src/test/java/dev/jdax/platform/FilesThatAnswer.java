// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Has files under a folder answer as those of sysfs do: who opens, reads or writes one of them is answered by a kernel
 * that a test plays. A write does not reach the file; the kernel changes files as it likes.
 *
 * <p>Only jdax's own system calls are seen, and of all threads. One is in place at a time, below any
 * {@link FailingCalls}.
 */
public final class FilesThatAnswer implements AutoCloseable {
  /** What answers: each call with an errno, or 0 for "go on". */
  public interface Kernel {
    /** A file is opened. */
    int opens(Path file, boolean write);

    /** A file is read, from its first byte on. */
    int reads(Path file);

    /** A text was written to a file. */
    int writes(Path file, String text);
  }

  private final Path folder;
  private final Kernel kernel;
  private final LinuxCalls below;

  private FilesThatAnswer(Path folder, Kernel kernel) {
    this.folder = folder;
    this.kernel = kernel;
    this.below = Linux.calls();
    Linux.interpose(this::invoke);
  }

  /** {@return one in place, until it is closed} */
  public static FilesThatAnswer under(Path folder, Kernel kernel) {
    return new FilesThatAnswer(folder.toAbsolutePath(), kernel);
  }

  private long invoke(SystemCall call, long a, long b, long c, long d, long e, long f) {
    switch (call) {
      case OPENAT -> {
        Path file = path((int) a).resolve(text(b, pathLength(b)));
        int errno = file.startsWith(folder) ? kernel.opens(file, (c & (Abi.O_WRONLY | Abi.O_RDWR)) != 0) : 0;
        return errno == 0 ? below.invoke(call, a, b, c, d, e, f) : -errno;
      }
      case PREAD64 -> {
        Path file = path((int) a);
        int errno = file.startsWith(folder) && d == 0 ? kernel.reads(file) : 0;
        return errno == 0 ? below.invoke(call, a, b, c, d, e, f) : -errno;
      }
      case PWRITE64 -> {
        Path file = path((int) a);
        if (file.startsWith(folder)) {
          int errno = kernel.writes(file, text(b, c));
          return errno == 0 ? c : -errno;
        }
        return below.invoke(call, a, b, c, d, e, f);
      }
      default -> {
        return below.invoke(call, a, b, c, d, e, f);
      }
    }
  }

  private static Path path(int descriptor) {
    if (descriptor == Abi.AT_FDCWD) {
      return Path.of("").toAbsolutePath();
    }
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
    } catch (IOException e) {
      return Path.of("/nowhere");
    }
  }

  @SuppressWarnings("restricted")
  private static String text(long address, long length) {
    byte[] bytes = MemorySegment.ofAddress(address).reinterpret(length).toArray(JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @SuppressWarnings("restricted")
  private static long pathLength(long address) {
    MemorySegment from = MemorySegment.ofAddress(address).reinterpret(Long.MAX_VALUE);
    long length = 0;
    while (from.get(JAVA_BYTE, length) != 0) {
      length++;
    }
    return length;
  }

  @Override
  public void close() {
    Linux.interpose(below);
  }
}
