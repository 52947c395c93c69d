// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.platform.Beneath;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileLock;
import dev.jdax.platform.FileStatus;
import dev.jdax.platform.FileSystem;
import dev.jdax.platform.FoundFile;
import dev.jdax.platform.Piece;
import dev.jdax.platform.Reservation;
import dev.jdax.platform.SystemCallException;
import dev.jdax.platform.UntilExec;

/**
 * A file or a block device that is read and written through one descriptor, while nobody else uses it.
 *
 * <p>It is locked against every {@link FileClaim} until it is closed. For a regular file the kernel says whether
 * anybody else has it open or mapped, in whatever container: by a lease, which is held from {@link #begin} to
 * {@link #end}. A program that opens the file in between waits for the end. A block device is open exclusively, so that
 * it is neither mounted nor swap, nor held by another device. The kernel does not say for certain which processes have
 * the node of a block device open, or use a file of a file system whose leases are no proof: there the caller has to
 * know. {@code /proc} and {@code /sys} only name what uses the file.
 *
 * <p>One thread uses it. Offsets and lengths are in bytes.
 */
public final class EditedFile implements AutoCloseable {
  private static final Path PROC = Path.of("/proc");

  private final Path path;
  private final String attempt;
  private final Unproven unproven;
  private final Fd file;
  private final Beneath beneath;
  private final FileStatus status;
  private final FileSystem fileSystem;
  private final long size;
  private boolean leased;

  /**
   * What is done where the kernel cannot say whether somebody else uses the file.
   *
   * @param allowed whether to go on
   * @param remedy what lets the caller go on, as the end of a sentence
   */
  public record Unproven(boolean allowed, String remedy) {
  }

  private EditedFile(Path path, String attempt, Unproven unproven, Fd file, Beneath beneath, FileStatus status,
      FileSystem fileSystem,
      long size) {
    this.path = path;
    this.attempt = attempt;
    this.unproven = unproven;
    this.file = file;
    this.beneath = beneath;
    this.status = status;
    this.fileSystem = fileSystem;
    this.size = size;
  }

  /**
   * Opens a file or a block device, and makes sure that nobody else uses it.
   *
   * @param path the file
   * @param attempt what it is opened for, for sentences
   * @param unproven what to do where the kernel cannot say whether it is used
   * @return the file, with no lease on it
   * @throws DaxException with EBUSY if a claim, a process or the kernel uses it, or might; with EISDIR if it is a
   *     folder; with EINVAL if it is neither a file nor a block device, or empty; or as it cannot be opened for reading
   *     and writing
   */
  public static EditedFile open(Path path, String attempt, Unproven unproven) throws DaxException {
    try (Unwind unwind = new Unwind()) {
      Fd file = find(path, attempt, unwind);
      FileStatus status = file.status();
      Beneath beneath = FileClaim.lock(file, FileLock.Range.ALL, attempt, unwind);
      long size = file.end();
      if (size == 0) {
        throw DaxException.of(Errno.EINVAL, attempt, "it is empty",
            "give it the size of the DIMM, as truncate -s does");
      }
      EditedFile opened = new EditedFile(path, attempt, unproven, file, beneath, status, file.fileSystem(), size);
      opened.begin();
      opened.end();
      unwind.keep();
      return opened;
    } catch (SystemCallException e) {
      throw refused(attempt, e);
    }
  }

  private static Fd find(Path path, String attempt, Unwind unwind) throws DaxException, SystemCallException {
    try (FoundFile found = FoundFile.at(path)) {
      FileStatus status = found.status();
      requireKind(status, attempt);
      return openExclusively(found, status, attempt, unwind);
    }
  }

  /** Refuses what is neither a file nor a block device. To open a device can do something, and a pipe can wait. */
  static void requireKind(FileStatus status, String attempt) throws DaxException {
    if (status.isFolder()) {
      throw DaxException.of(Errno.EISDIR, attempt, "it is a folder", "name a file");
    }
    if (!status.isRegular() && !status.isBlockDevice()) {
      throw DaxException.of(Errno.EINVAL, attempt, "it is neither a file nor a block device",
          "name an image of a DIMM");
    }
  }

  private static DaxException refused(String attempt, SystemCallException e) {
    return switch (Errno.of(e.errno())) {
      case ENOENT ->
        DaxException.of(Errno.ENOENT, attempt, "there is no such file", "make one of the size of the DIMM",
            e);
      case EACCES, EPERM -> DaxException.of(Errno.of(e.errno()), attempt, "you may not read and write it",
          "see its owner and its mode (ls -l)", e);
      case EROFS -> FileClaim.refused(attempt, e, "remount its file system to be writable, or edit a copy");
      case ENOTDIR, ELOOP, ENAMETOOLONG -> FileClaim.refused(attempt, e, "see that its path leads to a file");
      default -> FileClaim.refused(attempt, e, "look at the kernel's log");
    };
  }

  private static Fd openExclusively(FoundFile found, FileStatus status, String attempt, Unwind unwind)
      throws DaxException, SystemCallException {
    try {
      Optional<Fd> opened = unwind.make(() -> UntilExec.last(found::openExclusively, Optional::isPresent),
          made -> made.ifPresent(Fd::close));
      if (opened.isPresent()) {
        return opened.get();
      }
    } catch (SystemCallException e) {
      if (e.errno() == Errno.ETXTBSY.number()) {
        throw inUse(attempt, status, "is a program that runs", e);
      }
      throw e;
    }
    throw inUse(attempt, status, "is held by the kernel, for a mount in another container, a driver or a program",
        null);
  }

  private static DaxException inUse(String attempt, FileStatus status, String otherwise, Throwable cause) {
    List<String> uses = KernelUses.OF_THIS_MACHINE.of(status);
    if (uses.isEmpty()) {
      uses.add(otherwise);
    }
    return DaxException.of(Errno.EBUSY, attempt, used(uses), "end what uses it", cause);
  }

  private static String used(List<String> uses) {
    return "it " + FirstFew.of(uses, ", and ", Function.identity());
  }

  /**
   * {@return how long the file is}
   */
  public long size() {
    return size;
  }

  /**
   * {@return a path that leads to this very file, whatever has become of its name, for a program of the same user}
   */
  public Path link() {
    return link(file);
  }

  private static Path link(Fd file) {
    return PROC.resolve(ProcessHandle.current().pid() + "/fd/" + file.number());
  }

  /**
   * Makes sure that nobody else uses the file. Where the file system has leases, nobody can open it until
   * {@link #end}, not even this process: an open(2) waits.
   *
   * @throws DaxException with EBUSY if somebody uses it, or might and that was not allowed
   */
  public void begin() throws DaxException {
    String unknown = unknownUsers();
    if (unknown.isEmpty()) {
      return;
    }
    List<String> uses = KernelUses.OF_THIS_MACHINE.of(status);
    List<String> processes = processes(FileUsers.Descriptors.WRITABLE);
    if (!processes.isEmpty()) {
      uses.add("is mapped or open for writing in process " + FirstFew.of(processes));
    }
    if (!uses.isEmpty()) {
      end();
      throw DaxException.of(Errno.EBUSY, attempt, used(uses), remedy(processes));
    }
    if (!unproven.allowed) {
      end();
      throw DaxException.of(Errno.EBUSY, attempt, "it may be in use, and that cannot be seen: " + unknown,
          unproven.remedy);
    }
  }

  /** {@return why the kernel cannot say whether somebody else uses the file; empty if nobody does} */
  private String unknownUsers() throws DaxException {
    if (status.isBlockDevice()) {
      return "the kernel does not say which processes have a block device open";
    }
    try {
      leased = UntilExec.last(file::lease, given -> given);
      if (leased) {
        return fileSystem.leasesAreProof()
            ? ""
            : "on this file system the kernel does not know all processes that use a file";
      }
      if (fileSystem.leasesAreProof() || fileSystem.isOverlayfs()) {
        throw inUse();
      }
      return "on this file system the kernel does not know which processes use a file";
    } catch (SystemCallException e) {
      return e.errno() == Errno.EACCES.number()
          ? "the kernel says it to the file's owner and to root only"
          : "the file system has no leases (" + Errno.of(e.errno()) + ")";
    }
  }

  private DaxException inUse() {
    List<String> uses = KernelUses.OF_THIS_MACHINE.of(status);
    List<String> processes = processes(FileUsers.Descriptors.ALL);
    if (!processes.isEmpty()) {
      uses.add("is open or mapped in process " + FirstFew.of(processes));
    }
    return DaxException.of(Errno.EBUSY, attempt, uses.isEmpty()
        ? "it is open or mapped where /proc does not show it: in a process of another user or another container, or by the"
            + " kernel itself"
        : used(uses), remedy(processes));
  }

  private static String remedy(List<String> processes) {
    String own = ProcessHandle.current().pid() + " ";
    return processes.stream().anyMatch(process -> process.startsWith(own))
        ? "close what this program itself has open or mapped of it, such as an image that it reads"
        : "end what uses it";
  }

  private List<String> processes(FileUsers.Descriptors counting) {
    try {
      Set<Path> own = new HashSet<>(Set.of(link()));
      beneath.layers().forEach(layer -> own.add(link(layer.file())));
      return FileUsers.of(PROC, link(), counting, own).users();
    } catch (IOException e) {
      return List.of(); // without /proc they have no names
    }
  }

  /** Lets others open the file again; an open(2) that waits for that goes on. */
  public void end() {
    if (leased) {
      file.endLease();
      leased = false;
    }
  }

  /**
   * {@return bytes of the file}
   *
   * @param offset where they begin
   * @param length how many
   * @throws DaxException with EIO if the file ends before, or as the kernel refuses to read
   */
  public byte[] read(long offset, int length) throws DaxException {
    return FileClaim.read(file, offset, length);
  }

  /**
   * Writes bytes; on hugetlbfs, which has no write(2), through a mapping. After a failure, some of them may have been
   * written.
   *
   * @param offset where they go, inside the file
   * @param bytes the bytes
   * @throws DaxException as the kernel refuses: with ENOSPC if a hole in the file cannot be filled, with ENOMEM if
   *     there is no huge page for it
   */
  public void write(long offset, byte[] bytes) throws DaxException {
    String writing = "write " + bytes.length + " bytes at " + ByteSize.hex(offset) + " of " + path;
    try {
      if (fileSystem.isHugetlbfs()) {
        store(writing, offset, bytes);
      } else {
        file.write(offset, bytes);
      }
    } catch (SystemCallException e) {
      throw FileClaim.refused(writing, e, switch (Errno.of(e.errno())) {
        case ENOSPC, EDQUOT -> "make room on its file system";
        case EFBIG -> "raise the limit of file sizes (ulimit -f)";
        case ENOMEM -> fileSystem.isHugetlbfs() ? FileClaim.shortOfHugePages(fileSystem) : "free memory";
        default -> "look at the kernel's log";
      });
    }
  }

  private void store(String writing, long offset, byte[] bytes) throws DaxException, SystemCallException {
    long page = fileSystem.blockSize();
    long start = offset - offset % page;
    long length = Math.ceilDiv(offset + bytes.length - start, page) * page;
    try (Reservation reservation = Reservation.of(List.of(new Piece(file.number(), start, length)), page)) {
      reservation.place(true);
      if (reservation.firstUnreachable(0, length, page, true).isPresent()) {
        throw DaxException.of(Errno.ENOMEM, writing, "there is no huge page for it",
            FileClaim.shortOfHugePages(fileSystem));
      }
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, reservation.segment(arena), offset - start, bytes.length);
      }
    }
  }

  /**
   * Waits until everything written is safe from a power failure: fdatasync(2). What is in memory only, as on tmpfs and
   * hugetlbfs, is never safe from that; there it does nothing.
   *
   * @throws DaxException with EIO if the medium fails, or as the kernel refuses
   */
  public void barrier() throws DaxException {
    try {
      file.sync();
    } catch (SystemCallException e) {
      throw FileClaim.refused("keep what was written to " + path, e, "look at the kernel's log");
    }
  }

  /** Closes the file, and ends lock and lease. */
  @Override
  public void close() {
    beneath.close();
    file.close();
  }
}
