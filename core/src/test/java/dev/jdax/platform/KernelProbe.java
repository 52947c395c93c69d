// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a test asks the kernel that jdax's own interface cannot: cuts, private mappings, and what is left over.
 *
 * <p>The calls on memory go straight to the kernel, past {@link FailingCalls}, and give 0 or a positive errno.
 */
public final class KernelProbe {
  private static final LinuxCalls KERNEL = new Libc();
  private static final Path FDS = Path.of("/proc/self/fd");

  private KernelProbe() {
  }

  /**
   * {@return what munmap(2) says of a part of a segment}
   *
   * <p>Where it succeeds, the part is gone, and no longer to be touched.
   *
   * @param segment the segment
   * @param offset where the part begins, in bytes
   * @param length how long it is, in bytes
   */
  public static int munmap(MemorySegment segment, long offset, long length) {
    return errno(KERNEL.munmap(part(segment, offset, length), length));
  }

  /**
   * {@return what mprotect(2) says when nobody is to touch a part of a segment any more}
   *
   * @param segment the segment
   * @param offset where the part begins, in bytes
   * @param length how long it is, in bytes
   */
  public static int forbid(MemorySegment segment, long offset, long length) {
    return errno(KERNEL.mprotect(part(segment, offset, length), length, Abi.PROT_NONE));
  }

  /**
   * {@return the address of a signal's handler, as rt_sigaction(2) says}
   *
   * @param signal the signal's number
   */
  public static long handlerOf(int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(Structs.KERNEL_SIGACTION);
      if (KERNEL.rt_sigaction(signal, MemorySegment.NULL, action) != 0) {
        throw new IllegalArgumentException("signal " + signal);
      }
      return Structs.readLong(action, Structs.KERNEL_SIGACTION, "sa_handler");
    }
  }

  /**
   * {@return what madvise(2) says of {@code MADV_DONTFORK} for a part of a segment}
   *
   * @param segment the segment
   * @param offset where the part begins, in bytes
   * @param length how long it is, in bytes
   */
  public static int dontFork(MemorySegment segment, long offset, long length) {
    return errno(KERNEL.madvise(part(segment, offset, length), length, Abi.MADV_DONTFORK));
  }

  /**
   * {@return what mmap(2) says of a private mapping of a file, which is unmapped again at once}
   *
   * @param descriptor the open file
   * @param length how much of it, in bytes, from its start
   */
  public static int mapPrivate(int descriptor, long length) {
    long result = KERNEL.mmap(0, length, Abi.PROT_READ, Abi.MAP_PRIVATE, descriptor, 0);
    return result < 0 ? errno(result) : errno(KERNEL.munmap(result, length));
  }

  /**
   * {@return what the descriptors of this process are open on, sorted}
   *
   * <p>Left out is what the JVM opens and closes when it pleases: jars, sources of random numbers, and the pipes to
   * child processes, which a thread of its own closes after they have ended.
   *
   * @throws IOException if {@code /proc} cannot be read
   */
  public static List<String> openFds() throws IOException {
    List<String> links = new ArrayList<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(FDS)) {
      for (Path descriptor : descriptors) {
        try {
          links.add(Files.readSymbolicLink(descriptor).toString());
        } catch (NoSuchFileException e) {
          // closed meanwhile, by a thread of the JVM
        }
      }
    }
    links.removeIf(link -> link.matches("/proc/\\d+/fd") // the folder itself, open while it is read
        || link.endsWith(".jar") || link.matches("/dev/u?random|pipe:.*"));
    links.remove("/memfd:jdax-reservation (deleted)"); // one, which stays
    return links.stream().sorted().toList();
  }

  /**
   * {@return the lines of {@code /proc/self/maps} whose file is jdax's or on hugetlbfs, by its name}
   *
   * @throws IOException if {@code /proc} cannot be read
   */
  public static List<String> jdaxMappings() throws IOException {
    return Stream.concat(Stream.concat(mappingsOf("jdax").stream(), mappingsOf("hugetlbfs").stream()),
        mappingsOf("/dev/hugepages/").stream()).distinct().sorted().toList();
  }

  /**
   * {@return the lines of {@code /proc/self/maps} whose file has a text in its path}
   *
   * @param text the text
   * @throws IOException if {@code /proc} cannot be read
   */
  public static List<String> mappingsOf(String text) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(line -> line.contains(text)).toList();
  }

  /**
   * {@return how many huge pages of a size are free and not reserved, 0 if the machine has no such pool}
   *
   * @param pageBytes the size of a page, in bytes
   */
  public static long freeHugePages(long pageBytes) {
    Path pool = Path.of("/sys/kernel/mm/hugepages/hugepages-" + (pageBytes >> 10) + "kB");
    try {
      return Files.exists(pool) ? number(pool.resolve("free_hugepages")) - number(pool.resolve("resv_hugepages")) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long number(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip());
  }

  /**
   * {@return whether a file can be locked now, by somebody who opens it anew; the lock is let go at once}
   *
   * @param file the file
   * @param exclusive whether to lock it exclusively
   * @throws IOException if it cannot be opened
   */
  public static boolean tryLock(Path file, boolean exclusive) throws IOException {
    try (Fd fd = Fd.open(file, true)) {
      return (exclusive ? FileLock.EXCLUSIVE : FileLock.SHARED).take(fd);
    } catch (SystemCallException e) {
      throw new IOException("cannot lock " + file, e);
    }
  }

  /**
   * {@return the errno with which a file cannot be opened for writing, 0 if it can}
   *
   * @param file the file
   */
  public static int openForWriting(Path file) {
    try (Fd folder = Fd.openFolder(file.getParent()); Fd _ = folder.openIn(file.getFileName().toString(), true)) {
      return 0;
    } catch (SystemCallException e) {
      return e.errno();
    }
  }

  private static long part(MemorySegment segment, long offset, long length) {
    return segment.asSlice(offset, length).address();
  }

  private static int errno(long result) {
    return result < 0 ? (int) -result : 0;
  }
}
