// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import dev.jdax.platform.Beneath;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileLock;
import dev.jdax.platform.FileStatus;
import dev.jdax.platform.FileSystem;
import dev.jdax.platform.FoundFile;
import dev.jdax.platform.Holes;
import dev.jdax.platform.SystemCallException;

/**
 * A part of a file, claimed: locked against every other claim of it, here and in other processes, and allocated. It is
 * what a driver without native code makes regions of.
 *
 * <p>A file that may only be read can be claimed, too, and mapped for reading. Such a claim is refused while another has
 * the part, and keeps nobody else out: a lock that only takes the right to read would let every reader keep the file's
 * owner out. Nothing is allocated.
 *
 * <p>Locks are advisory, so others can write to the file, or truncate it: its memory may vanish, and is probed before
 * it is mapped.
 */
public final class FileClaim implements Memory {
  private final Path path;
  private final Fd file;
  private final Beneath beneath;
  private final long offset;
  private final long length;
  private final PageSize granularity;
  private final boolean inMemory;
  private final Set<Waiver> waivers;

  private FileClaim(Path path, Fd file, Beneath beneath, long offset, long length, PageSize granularity,
      boolean inMemory,
      Set<Waiver> waivers) {
    this.path = path;
    this.file = file;
    this.beneath = beneath;
    this.offset = offset;
    this.length = length;
    this.granularity = granularity;
    this.inMemory = inMemory;
    this.waivers = waivers;
  }

  /**
   * Claims a part of a file; for reading alone, if it may not be written. If that fails, nothing is left behind: what
   * was allocated in holes of the part is given back, unless somebody else has written there in that time.
   *
   * @param path the file
   * @param offset where the part begins, in bytes
   * @param length how long it is, in bytes, positive
   * @param waivers what is not asked of the memory
   * @return the claim
   * @throws IllegalArgumentException if the offset is negative, the length is not positive, or their sum overflows
   * @throws DaxException with EISDIR if it is a folder; with EINVAL if it is neither a file nor a block device; with
   *     EBUSY, and the range, if another claim overlaps; with EINVAL if the file is shorter; with
   *     ENOSPC if holes in it cannot be filled, with ENOMEM if that would take memory that the machine, or a cgroup of
   *     this process, has not got ({@link Headroom}); with EACCES, EPERM or EROFS if it is on hugetlbfs, has holes, may not be
   *     written, and the allocation is not waived; or as the file cannot be opened for reading
   */
  public static FileClaim of(Path path, long offset, long length, Set<Waiver> waivers) throws DaxException {
    String attempt = "claim " + range(offset, length) + " of " + path;
    if (offset < 0 || length <= 0 || offset > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException("a part of a file is not empty and begins in it, as " + length + " bytes at "
          + offset + " do not");
    }
    try (Unwind unwind = new Unwind()) {
      Fd file = find(path, attempt, unwind);
      boolean readOnly = file.writeRefusal() != 0;
      Beneath beneath = lock(file, new FileLock.Range(offset, length), attempt, unwind);
      FileStatus status = file.status();
      FileSystem fileSystem = file.fileSystem();
      long end = file.end();
      if (end - length < offset) {
        throw DaxException.of(Errno.EINVAL, attempt, "the file ends at " + ByteSize.hex(end),
            "see who has truncated it");
      }
      if (status.isRegular()) {
        if (!waivers.contains(Waiver.ALLOCATION)) {
          if (readOnly) {
            requireNoHugeHoles(attempt, file, status);
          } else {
            allocate(attempt, file, fileSystem, offset, length);
          }
        }
      }
      FileClaim claim = new FileClaim(path, file, beneath, offset, length, granularityOf(fileSystem),
          fileSystem.isVolatile() && status.isRegular(), Set.copyOf(waivers));
      unwind.keep();
      return claim;
    } catch (SystemCallException e) {
      throw refused(attempt, e, "see that the file is there, and that you may read and write it");
    }
  }

  private static Fd find(Path path, String attempt, Unwind unwind) throws DaxException, SystemCallException {
    try (FoundFile found = FoundFile.at(path)) {
      EditedFile.requireKind(found.status(), attempt);
      return unwind.make(found::openAsAllowed, Fd::close);
    }
  }

  /** A load from a hole takes a page, too, and of huge pages there may be none left: that is a SIGBUS. */
  private static void requireNoHugeHoles(String attempt, Fd file, FileStatus status)
      throws DaxException, SystemCallException {
    if (file.fileSystem().isHugetlbfs() && status.allocated() < status.size()) {
      throw DaxException.of(Errno.of(file.writeRefusal()), attempt, "the file has holes, of "
          + ByteSize.format(status.size() - status.allocated()) + ", and it may not be written to fill them",
          "have its owner claim it once, or waive the allocation");
    }
  }

  private static void allocate(String attempt, Fd file, FileSystem fileSystem, long offset, long length)
      throws DaxException, SystemCallException {
    Holes holes = new Holes(file, fileSystem, offset, length);
    if (fileSystem.isVolatile() && !fileSystem.isHugetlbfs()) {
      Headroom.now().require(attempt, holes.missing());
    }
    try {
      holes.fill();
    } catch (SystemCallException e) {
      if (e.errno() == Errno.EFBIG.number()) {
        throw refused(attempt, e, "raise the limit of file sizes (ulimit -f), or waive the allocation");
      }
      if (e.errno() != Errno.ENOSPC.number() && e.errno() != Errno.EOPNOTSUPP.number()
          && e.errno() != Errno.ENOMEM.number() && e.errno() != Errno.EDQUOT.number()) {
        throw e;
      }
      throw refused(attempt, e, fileSystem.isHugetlbfs()
          ? shortOfHugePages(fileSystem) + "; or waive the allocation"
          : "make room for it, or waive the allocation");
    }
  }

  /** {@return what to do where hugetlbfs has no page for a file, as the end of a sentence} */
  static String shortOfHugePages(FileSystem hugetlbfs) {
    return "see which of these is short: free pages of " + ByteSize.format(hugetlbfs.blockSize())
        + " (/sys/kernel/mm/hugepages), size= of the mount, hugetlb.*.max of the cgroup";
  }

  /**
   * Locks a part of a file, and what lies beneath it, against every other claim, until the file and what is returned are
   * closed; of a file that may only be read, looks whether there is another claim.
   *
   * @param unwind closes on failure what lies beneath
   * @return what lies beneath
   */
  static Beneath lock(Fd file, FileLock.Range wanted, String attempt, Unwind unwind)
      throws DaxException, SystemCallException {
    boolean reader = file.writeRefusal() != 0;
    lock(file, wanted, reader, attempt, "it");
    Beneath beneath = unwind.make(() -> Beneath.of(file, wanted), Beneath::close);
    for (Beneath.Layer layer : beneath.layers()) {
      lock(layer.file(), layer.range(), reader || layer.file().writeRefusal() != 0, attempt, "what lies under it");
    }
    return beneath;
  }

  private static void lock(Fd file, FileLock.Range wanted, boolean reader, String attempt, String what)
      throws DaxException, SystemCallException {
    boolean ours = reader
        ? FileLock.EXCLUSIVE.inTheWay(file, wanted).isEmpty()
        : FileLock.EXCLUSIVE.take(file, wanted);
    if (!ours) {
      throw DaxException.of(Errno.EBUSY, attempt,
          FileLock.EXCLUSIVE.inTheWay(file, wanted)
              .map(other -> (other.equals(FileLock.Range.ALL) ? "all" : range(other.start(), other.length()))
                  + " of " + what + " is claimed already" + FileUsers.lockHolders(file.number()))
              .orElse(what + " was claimed a moment ago"),
          "close what has claimed it");
    }
  }

  private static PageSize granularityOf(FileSystem fileSystem) {
    // A file system with DAX maps huge pages where it can, and promises nothing.
    return fileSystem.isHugetlbfs()
        ? PageSize.ofBytes(fileSystem.blockSize()).orElse(PageSize.SIZE_4K)
        : PageSize.SIZE_4K;
  }

  private static String range(long offset, long length) {
    return ByteSize.hex(offset) + "-" + (length == 0 ? "" : ByteSize.hex(offset + length - 1));
  }

  /**
   * {@return bytes of the part, read from the file}
   *
   * @param at where they begin in the part
   * @param count how many
   * @throws DaxException with EIO if the file ends before, or as the kernel refuses to read
   */
  public byte[] read(long at, int count) throws DaxException {
    return read(file, offset + at, count);
  }

  /** {@return bytes of a file, as many as were asked for} */
  static byte[] read(Fd file, long offset, int count) throws DaxException {
    String attempt = "read " + count + " bytes at " + ByteSize.hex(offset);
    try {
      byte[] bytes = file.read(offset, count);
      if (bytes.length < count) {
        throw DaxException.of(Errno.EIO, attempt, "the file ends before", "see who has truncated it");
      }
      return bytes;
    } catch (SystemCallException e) {
      throw refused(attempt, e, "look at the kernel's log");
    }
  }

  static DaxException refused(String attempt, SystemCallException e, String remedy) {
    Errno errno = Errno.of(e.errno());
    return DaxException.of(errno, attempt, "the kernel refused " + e.call() + ": " + errno.text(),
        e.remedyOr(remedy), e);
  }

  /**
   * {@return a part of this part, as memory of a region; closing either ends the claim of the whole}
   *
   * @param at where it begins in this part
   * @param count how long it is
   * @throws IndexOutOfBoundsException if it is not inside this part
   */
  public FileClaim part(long at, long count) {
    if (at < 0 || count < 0 || at > length - count) {
      throw new IndexOutOfBoundsException(range(at, count) + " in a claim of " + length + " bytes");
    }
    return new FileClaim(path, file, beneath, offset + at, count, granularity, inMemory, waivers);
  }

  @Override
  public List<Extent> extents() {
    return List.of(new Extent(offset, length));
  }

  /** Two claims of one file have no byte in common that may be written; the parts of one claim have its file. */
  @Override
  public Object identity() {
    return file;
  }

  /**
   * {@return how long the part is, in bytes}
   */
  public long size() {
    return length;
  }

  @Override
  public PageSize granularity() {
    return granularity;
  }

  @Override
  public boolean granularityWaived() {
    return waivers.contains(Waiver.GRANULARITY);
  }

  @Override
  public boolean mayVanish() {
    return true;
  }

  @Override
  public boolean pinned() {
    return false;
  }

  /** A file system with DAX takes it if a flushed store is durable there; others do not know it. */
  @Override
  public boolean synchronous() {
    return !inMemory;
  }

  @Override
  public PersistenceDomain persistenceDomain(boolean synchronousMapping) {
    if (inMemory) {
      return PersistenceDomain.NONE;
    }
    return synchronousMapping ? PersistenceDomain.MEMORY_CONTROLLER : PersistenceDomain.PAGE;
  }

  @Override
  public Descriptor open(Access access) throws DaxException {
    return Descriptor.shared(file.number(), path.toString(), file.writeRefusal(), access);
  }

  @Override
  public Map<String, String> properties() {
    return file.writeRefusal() != 0 ? Map.of("read_only", "1") : Map.of();
  }

  @Override
  public void close() {
    beneath.close();
    file.close();
  }
}
