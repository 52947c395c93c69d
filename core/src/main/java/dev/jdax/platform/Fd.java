// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file: a descriptor that is ours, closed once, and not inherited by a program that this one starts.
 *
 * <p>Sizes and offsets are in bytes. Any thread may use it; the thread that closes it makes sure that no other
 * thread still does.
 */
public final class Fd implements AutoCloseable {
  private static final Logger LOG = System.getLogger("dev.jdax");

  private final int number;
  /** The errno with which the kernel has refused to open it for writing; 0 if it has not. */
  private final int writeRefusal;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Fd(long number, int writeRefusal) {
    this.number = (int) number;
    this.writeRefusal = writeRefusal;
  }

  private Fd(long number) {
    this(number, 0);
  }

  /**
   * Opens a file that is there.
   *
   * @param path its path
   * @param write whether it is to be written too
   * @return the open file
   * @throws SystemCallException if open(2) fails
   */
  public static Fd open(Path path, boolean write) throws SystemCallException {
    return open(path, write ? Abi.O_RDWR : Abi.O_RDONLY, 0);
  }

  /**
   * Opens a file that is there for reading and writing or, where it may not be written (EACCES, EPERM, EROFS), for
   * reading alone; {@link #writeRefusal} says which.
   *
   * @param path its path
   * @return the open file
   * @throws SystemCallException if open(2) fails
   */
  public static Fd openAsAllowed(Path path) throws SystemCallException {
    try {
      return open(path, true);
    } catch (SystemCallException e) {
      if (e.errno() != Abi.EACCES && e.errno() != Abi.EPERM && e.errno() != Abi.EROFS) {
        throw e;
      }
      return new Fd(open(path, false).number, e.errno());
    }
  }

  /**
   * {@return the errno, positive, with which the kernel has refused {@link #openAsAllowed} to open the file for
   * writing; 0 if it has not}
   */
  public int writeRefusal() {
    return writeRefusal;
  }

  /**
   * Opens a file or a block device for reading and writing; a block device exclusively. While it is open, nothing else
   * in the kernel can hold the device: no mount, no swap, no device-mapper, no other exclusive opening.
   *
   * @param path its path
   * @return the open file
   * @throws SystemCallException if open(2) fails; with EBUSY if the device, or a partition of it, is held
   */
  public static Fd openExclusively(Path path) throws SystemCallException {
    return open(path, Abi.O_RDWR | Abi.O_EXCL, 0); // without O_CREAT, O_EXCL means nothing for a file
  }

  /**
   * Makes a file that is not there yet, readable and writable for its owner, and opens it for both.
   *
   * @param path its path
   * @return the open file
   * @throws SystemCallException if open(2) fails; with EEXIST if something of that name is there
   */
  public static Fd create(Path path) throws SystemCallException {
    return open(path, Abi.O_RDWR | Abi.O_CREAT | Abi.O_EXCL, 0600);
  }

  private static Fd open(Path path, int flags, int mode) throws SystemCallException {
    return openAt(Abi.AT_FDCWD, PathBytes.of(path), flags, mode);
  }

  private static Fd openAt(int folder, byte[] path, int flags, int mode) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(path.length + 1L).copyFrom(MemorySegment.ofArray(path));
      return new Fd(Linux.check(SystemCall.OPENAT, Linux.calls().openat(folder, name, flags | Abi.O_CLOEXEC, mode)));
    }
  }

  /**
   * Opens a folder, so that files in it can be {@linkplain #openIn opened}: of this folder, whatever its path may come
   * to mean.
   *
   * @param path its path
   * @return the open folder
   * @throws SystemCallException if open(2) fails; with ENOTDIR if it is not a folder
   */
  public static Fd openFolder(Path path) throws SystemCallException {
    return open(path, Abi.O_RDONLY | Abi.O_DIRECTORY, 0);
  }

  /**
   * Opens a file in this folder, either for reading or for writing.
   *
   * @param name its name, or a path that begins here
   * @param write whether it is to be written, and not read
   * @return the open file
   * @throws SystemCallException if openat(2) fails
   */
  public Fd openIn(String name, boolean write) throws SystemCallException {
    return openAt(number, name.getBytes(StandardCharsets.UTF_8), write ? Abi.O_WRONLY : Abi.O_RDONLY, 0);
  }

  /**
   * Makes an empty file without a path, in memory of small pages.
   *
   * @param name what {@code /proc} shows of it
   * @return the open file
   * @throws SystemCallException if memfd_create(2) fails
   */
  public static Fd memfd(String name) throws SystemCallException {
    return memfd(name, 0);
  }

  /**
   * Makes an empty file without a path, in huge pages of the given size.
   *
   * @param name what {@code /proc} shows of it
   * @param pageSize the size of a page, a power of two
   * @return the open file
   * @throws SystemCallException if memfd_create(2) fails; with ENODEV or EINVAL if the machine has no pages of that
   *     size
   */
  public static Fd hugeMemfd(String name, long pageSize) throws SystemCallException {
    return memfd(name, Abi.MFD_HUGETLB | Long.numberOfTrailingZeros(pageSize) << Abi.MFD_HUGE_SHIFT);
  }

  private static Fd memfd(String name, int kind) throws SystemCallException {
    int flags = kind | Abi.MFD_CLOEXEC | Abi.MFD_ALLOW_SEALING;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      long result = Linux.calls().memfd_create(text, flags | Abi.MFD_NOEXEC_SEAL);
      if (result == -Abi.EINVAL) { // a kernel before 6.3 does not know the flag
        result = Linux.calls().memfd_create(text, flags);
      }
      return new Fd(Linux.check(SystemCall.MEMFD_CREATE, result));
    }
  }

  /** {@return the descriptor's number, which means this file until it is closed} */
  public int number() {
    return number;
  }

  /**
   * {@return what the file is, and how long}
   *
   * @throws SystemCallException if fstat(2) fails
   */
  public FileStatus status() throws SystemCallException {
    return statusOf(number);
  }

  /**
   * {@return what a file is, and how long, without opening it as far as its driver can tell ({@code O_PATH})}
   *
   * @param path its path, or a link to it
   * @throws SystemCallException if open(2) or fstat(2) fails
   */
  public static FileStatus statusOf(Path path) throws SystemCallException {
    try (Fd file = open(path, Abi.O_PATH, 0)) {
      return file.status();
    }
  }

  static FileStatus statusOf(int number) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stat = arena.allocate(Structs.STAT);
      Linux.check(SystemCall.FSTAT, Linux.calls().fstat(number, stat));
      FileId id = new FileId(Structs.readLong(stat, Structs.STAT, "st_dev"),
          Structs.readLong(stat, Structs.STAT, "st_ino"));
      return new FileStatus(id, Structs.readInt(stat, Structs.STAT, "st_mode"),
          Structs.readLong(stat, Structs.STAT, "st_size"), Structs.readLong(stat, Structs.STAT, "st_rdev"),
          Structs.readLong(stat, Structs.STAT, "st_blocks") * 512);
    }
  }

  /**
   * {@return the file system that the file is on}
   *
   * @throws SystemCallException if fstatfs(2) fails
   */
  public FileSystem fileSystem() throws SystemCallException {
    return fileSystemOf(number);
  }

  static FileSystem fileSystemOf(int number) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statfs = arena.allocate(Structs.STATFS);
      Linux.check(SystemCall.FSTATFS, Linux.calls().fstatfs(number, statfs));
      return new FileSystem(Structs.readLong(statfs, Structs.STATFS, "f_type"),
          Structs.readLong(statfs, Structs.STATFS, "f_bsize"), Structs.readLong(statfs, Structs.STATFS, "f_blocks"),
          Structs.readLong(statfs, Structs.STATFS, "f_bavail"));
    }
  }

  /**
   * Makes the file that long; what is new reads zero and has no memory yet.
   *
   * @param length the length wanted
   * @throws SystemCallException if ftruncate(2) fails
   */
  public void truncate(long length) throws SystemCallException {
    Linux.check(SystemCall.FTRUNCATE, Linux.calls().ftruncate(number, length));
  }

  /**
   * Gives memory to a range of the file. After a failure, part of the range may have got it.
   *
   * @param offset where the range begins
   * @param length how long it is
   * @throws SystemCallException if fallocate(2) fails
   */
  public void allocate(long offset, long length) throws SystemCallException {
    Linux.check(SystemCall.FALLOCATE, Linux.calls().fallocate(number, 0, offset, length));
  }

  /**
   * Forbids everybody, for as long as the file lives, to make a memfd longer or shorter.
   *
   * @throws SystemCallException if fcntl(2) fails
   */
  public void sealSize() throws SystemCallException {
    int seals = Abi.F_SEAL_SHRINK | Abi.F_SEAL_GROW | Abi.F_SEAL_SEAL;
    Linux.check(SystemCall.FCNTL, Linux.calls().fcntl(number, Abi.F_ADD_SEALS, seals));
  }

  /**
   * {@return the bytes at an offset; fewer than asked for where the file ends}
   *
   * @param offset where they begin
   * @param length how many
   * @throws SystemCallException if pread(2) fails
   */
  public byte[] read(long offset, int length) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(length);
      long done = 0;
      long read;
      do {
        read = Linux.check(SystemCall.PREAD64, Linux.calls().pread64(number, buffer.asSlice(done), offset + done));
        done += read;
      } while (read > 0 && done < length);
      return buffer.asSlice(0, done).toArray(JAVA_BYTE);
    }
  }

  /**
   * Writes bytes at the beginning of the file in one call, as the attributes of sysfs want it.
   *
   * @param bytes the bytes; at least one, since a write of none never reaches the file
   * @throws IllegalArgumentException if there is none
   * @throws SystemCallException if pwrite(2) fails
   */
  public void write(byte[] bytes) throws SystemCallException {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("a write of no bytes changes nothing");
    }
    try (Arena arena = Arena.ofConfined()) {
      Linux.check(SystemCall.PWRITE64, Linux.calls().pwrite64(number, arena.allocateFrom(JAVA_BYTE, bytes), 0));
    }
  }

  /**
   * Writes bytes at an offset. After a failure, some of them may have been written.
   *
   * @param offset where they go
   * @param bytes the bytes
   * @throws SystemCallException if pwrite(2) fails: with ENOSPC if the file system is full, with EFBIG over
   *     {@code RLIMIT_FSIZE}
   */
  public void write(long offset, byte[] bytes) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment left = arena.allocateFrom(JAVA_BYTE, bytes);
      for (long done = 0; done < bytes.length;) {
        done += Linux.check(SystemCall.PWRITE64, Linux.calls().pwrite64(number, left.asSlice(done), offset + done));
      }
    }
  }

  /**
   * Waits until what was written is on the medium, with what the file system needs to find it again.
   *
   * @throws SystemCallException if fdatasync(2) fails: with EIO if the medium does
   */
  public void sync() throws SystemCallException {
    Linux.check(SystemCall.FDATASYNC, Linux.calls().fdatasync(number));
  }

  /**
   * {@return where the file or the block device ends: its size in bytes}
   *
   * @throws SystemCallException if lseek(2) fails
   */
  public long end() throws SystemCallException {
    return Linux.check(SystemCall.LSEEK, Linux.calls().lseek(number, 0, Abi.SEEK_END));
  }

  /**
   * Takes a write lease on the file, which the kernel gives only while no other opening and no mapping of another
   * opening exists, in whatever process or container. Until the lease ends, an open(2) of the file waits, at most
   * {@code /proc/sys/fs/lease-break-time} seconds; so this process does not open it a second time.
   *
   * <p>No signal tells when an open(2) waits: the lease is for work that is soon done.
   *
   * @return false if the file is open or mapped elsewhere
   * @throws SystemCallException if fcntl(2) fails otherwise: with EACCES if the file belongs to another user and the
   *     process has no CAP_LEASE, with EINVAL if the file or its file system has no leases
   */
  public boolean lease() throws SystemCallException {
    // The signal would be SIGIO, which ends a process. SIGURG is ignored unless somebody wants it; and as soon as the
    // lease has no owner, no signal is sent.
    Linux.check(SystemCall.FCNTL, Linux.calls().fcntl(number, Abi.F_SETSIG, Abi.SIGURG));
    long result = Linux.calls().fcntl(number, Abi.F_SETLEASE, Abi.F_WRLCK);
    if (result == -Abi.EAGAIN) {
      return false;
    }
    Linux.check(SystemCall.FCNTL, result);
    result = Linux.calls().fcntl(number, Abi.F_SETOWN, 0);
    if (result < 0) {
      endLease();
    }
    Linux.check(SystemCall.FCNTL, result);
    return true;
  }

  /** Gives the lease back, if there is one. Never throws: closing the file would give it back too. */
  public void endLease() {
    long result = Linux.calls().fcntl(number, Abi.F_SETLEASE, Abi.F_UNLCK);
    if (result < 0 && result != -Abi.EAGAIN) {
      LOG.log(Level.WARNING, "the end of the lease of descriptor {0} reported errno {1}", number, -result);
    }
  }

  /**
   * Closes the descriptor, once; a further call does nothing. Never throws: Linux lets go of it even when it complains.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      long result = Linux.calls().close(number);
      if (result < 0) {
        LOG.log(Level.WARNING, "close of descriptor {0} reported errno {1}", number, -result);
      }
    }
  }
}
