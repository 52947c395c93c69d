// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import dev.jdax.platform.Fd;
import dev.jdax.platform.FileId;
import dev.jdax.platform.FileLock;
import dev.jdax.platform.FileStatus;
import dev.jdax.platform.FileSystem;
import dev.jdax.platform.FolderEntry;
import dev.jdax.platform.FoundFile;
import dev.jdax.platform.Machine;
import dev.jdax.platform.Mount;
import dev.jdax.platform.NumaPolicy;
import dev.jdax.platform.Piece;
import dev.jdax.platform.Reservation;
import dev.jdax.platform.SystemCallException;
import dev.jdax.platform.TooManyMappingsException;
import dev.jdax.spi.Descriptor;
import dev.jdax.spi.Extent;
import dev.jdax.spi.FileUsers;
import dev.jdax.spi.Memory;
import dev.jdax.spi.Unwind;

/**
 * Memory of this machine, made ours.
 *
 * <p>The file is locked for as long as the claim lasts. Memory without a name is ours alone; a file that is made to be
 * shared is locked exclusively until all of it is claimed, and shared from then on, so that others can attach to it and
 * nobody can make it a second time.
 */
final class HmemClaim implements Memory {
  private final Fd file;
  private final Object identity;
  private final long size;
  private final PageSize granularity;
  private final boolean granularityWaived;
  private final int node;
  /** The path of memory that is shared; empty for memory without a name. */
  private final Optional<Path> path;
  private final ClearPolicy clear;
  /** The mapping that keeps small pages in RAM; null where there is none. */
  private final Reservation pin;
  private final boolean pinned;

  private HmemClaim(Fd file, HmemRegion wanted, PageSize granularity, Reservation pin) {
    this.file = file;
    this.identity = wanted.file().isPresent() ? identityOf(file) : file;
    this.size = wanted.size();
    this.granularity = granularity;
    this.granularityWaived = wanted.granularityWaived();
    this.node = wanted.node().orElse(-1);
    this.path = wanted.file();
    this.clear = wanted.clear();
    this.pin = pin;
    this.pinned = pin != null || granularity != PageSize.SIZE_4K; // huge pages of a pool are never swapped
  }

  /** Makes new memory ours; on failure nothing is left behind, and no file. */
  static HmemClaim make(HmemRegion wanted) throws DaxException {
    String attempt = "claim " + wanted;
    if (wanted.size() % wanted.pageSize().sizeGranule() != 0) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "the size must be a multiple of " + ByteSize.format(wanted.pageSize().sizeGranule()), "round it");
    }
    try (Unwind unwind = new Unwind()) {
      Fd file = wanted.file().isPresent()
          ? create(attempt, wanted.file().get(), unwind)
          : memfd(attempt, wanted, unwind);
      if (!FileLock.EXCLUSIVE.take(file)) {
        throw locked(attempt, file, FileLock.EXCLUSIVE);
      }
      PageSize granularity = granularity(attempt, wanted, file);
      file.truncate(wanted.size());
      Reservation pin = new Filling(attempt, file, wanted, granularity).fill(unwind);
      if (wanted.file().isPresent()) {
        FileLock.SHARED.take(file);
      } else {
        file.sealSize();
      }
      HmemClaim claim = new HmemClaim(file, wanted, granularity, pin);
      unwind.keep();
      return claim;
    } catch (SystemCallException e) {
      throw refused(attempt, e);
    }
  }

  /** Makes memory that is claimed already ours too; for reading alone, if the file may not be written. */
  static HmemClaim attach(HmemAttachment attachment) throws DaxException {
    String attempt = "attach to " + attachment;
    try (Unwind unwind = new Unwind()) {
      FoundFile found = unwind.makeForNow(() -> FoundFile.at(attachment.file()), FoundFile::close);
      requireFile(attempt, found);
      Fd file = unwind.make(found::openAsAllowed, Fd::close);
      FileStatus status = file.status();
      PageSize pageSize = pageSizeOf(attempt, file);
      if (status.size() == 0 || !pageSize.divides(status.size())) {
        throw DaxException.of(Errno.EINVAL, attempt,
            "its size is " + ByteSize.format(status.size()) + ", which is no multiple of its pages of " + pageSize,
            "name a file that a region was made in");
      }
      if (!FileLock.SHARED.take(file)) {
        throw locked(attempt, file, FileLock.SHARED);
      }
      HmemRegion shared = HmemRegion.of(status.size(), pageSize).inFile(attachment.file());
      Filling filling = new Filling(attempt, file, shared, pageSize);
      Reservation pin = file.writeRefusal() == 0 ? filling.fill(unwind) : filling.takeAsItIs(unwind);
      HmemClaim claim = new HmemClaim(file, shared, pageSize, pin);
      unwind.keep();
      return claim;
    } catch (SystemCallException e) {
      throw refused(attempt, e);
    }
  }

  /** Refuses what is not a file. To open a pipe can wait for ever, and to open a device can do something. */
  private static void requireFile(String attempt, FoundFile found) throws DaxException, SystemCallException {
    FileStatus status = found.status();
    if (status.isFolder()) {
      throw DaxException.of(Errno.EISDIR, attempt, "it is a folder", "name a file, not a folder");
    }
    if (!status.isRegular()) {
      throw DaxException.of(Errno.EINVAL, attempt, "it is not an ordinary file",
          "name a file that a region was made in");
    }
  }

  private static Fd memfd(String attempt, HmemRegion wanted, Unwind unwind)
      throws DaxException, SystemCallException {
    boolean small = wanted.pageSize() == PageSize.SIZE_4K;
    if (!small) {
      requirePool(attempt, wanted.pageSize());
    }
    return unwind.make(() -> small ? Fd.memfd("jdax") : Fd.hugeMemfd("jdax", wanted.pageSize().bytes()), Fd::close);
  }

  private static void requirePool(String attempt, PageSize pageSize) throws DaxException {
    if (!new HugePagePool(Machine.THIS, pageSize, OptionalInt.empty()).exists()) {
      throw DaxException.of(Errno.ENODEV, attempt, "this machine has no pool of pages of " + pageSize,
          "take another size of page");
    }
  }

  /** Makes the file, or says which process has it already. */
  private static Fd create(String attempt, Path path, Unwind unwind) throws DaxException, SystemCallException {
    try {
      FolderEntry entry = unwind.makeForNow(() -> FolderEntry.of(path), FolderEntry::close);
      return unwind.make(entry::create, made -> {
        try (made) {
          entry.remove(made.status().id());
        }
      });
    } catch (SystemCallException e) {
      if (e.errno() == Errno.ENOSPC.number()) {
        throw tooManyFiles(attempt, path, e);
      }
      if (e.errno() != Errno.EEXIST.number()) {
        throw e;
      }
    }
    try (FoundFile found = FoundFile.at(path)) {
      requireFile(attempt, found);
      try (Fd there = found.open(false)) {
        if (FileLock.EXCLUSIVE.inTheWay(there, FileLock.Range.ALL).isPresent()) {
          throw locked(attempt, there, FileLock.EXCLUSIVE);
        }
      }
    }
    throw DaxException.of(Errno.EEXIST, attempt, "a file of that name is there, and nobody has claimed it",
        "delete it, or attach to it");
  }

  /** An empty file takes no memory, so what is full is the table of files that the mount was given. */
  private static DaxException tooManyFiles(String attempt, Path path, SystemCallException e)
      throws SystemCallException {
    Path folder = path.toAbsolutePath().getParent();
    Optional<Mount> mount = Machine.THIS.mountOf(Fd.statusOf(folder).id());
    return DaxException.of(Errno.ENOSPC, attempt, mount.flatMap(on -> on.option("nr_inodes"))
        .map(most -> "the mount at " + mount.get().point() + " has as many files and folders as it may have, nr_inodes="
            + most)
        .orElse("no more files can be made in " + folder), "delete files there, or mount one with a larger nr_inodes",
        e);
  }

  private static DaxException locked(String attempt, Fd file, FileLock lock) throws SystemCallException {
    long end = file.status().size() - 1;
    return DaxException.of(Errno.EBUSY, attempt,
        lock.inTheWay(file, FileLock.Range.ALL).isPresent()
            ? "0x0-" + ByteSize.hex(end) + " of it is claimed already" + FileUsers.lockHolders(file.number())
            : "it was claimed a moment ago",
        lock == FileLock.SHARED
            ? "wait until its maker is ready, if it is to be shared"
            : "attach to it, if it is shared");
  }

  private static PageSize granularity(String attempt, HmemRegion wanted, Fd file)
      throws DaxException, SystemCallException {
    PageSize granularity = pageSizeOf(attempt, file);
    if (Memory.serves(granularity, wanted.granularityWaived(), wanted.pageSize())) {
      return granularity;
    }
    throw DaxException.of(Errno.EOPNOTSUPP, attempt,
        "memory there is faulted in blocks of " + granularity + ", not of " + wanted.pageSize(),
        "take a file on hugetlbfs mounted with pagesize=" + wanted.pageSize().bytes() + ", or pages of " + granularity);
  }

  /** {@return in which blocks the file is faulted in, which only hugetlbfs and tmpfs without huge pages promise} */
  private static PageSize pageSizeOf(String attempt, Fd file) throws DaxException, SystemCallException {
    FileSystem fileSystem = file.fileSystem();
    if (fileSystem.isHugetlbfs()) {
      return PageSize.ofBytes(fileSystem.blockSize()).orElseThrow(() -> DaxException.of(Errno.EOPNOTSUPP, attempt,
          "its hugetlbfs has pages of " + ByteSize.format(fileSystem.blockSize()), "mount one with pages of 2 MiB"));
    }
    if (fileSystem.isTmpfs()) {
      return PageSize.SIZE_4K;
    }
    throw DaxException.of(Errno.EOPNOTSUPP, attempt, "it is on neither hugetlbfs nor tmpfs, so it is not memory",
        "name a file on one of them");
  }

  static DaxException refused(String attempt, SystemCallException e) {
    Errno errno = Errno.of(e.errno());
    if (e instanceof TooManyMappingsException full) {
      return DaxException.of(errno, attempt, full.reason(), full.remedy(), e);
    }
    if (NumaPolicy.isRefusal(e)) {
      return DaxException.of(errno, attempt, "memory of one node was asked for, and " + e.call() + " is refused ("
          + errno.text() + ") by a seccomp filter, as containers have it, or by a kernel without NUMA",
          "allow it (docker run --cap-add SYS_NICE, or --security-opt seccomp=PROFILE), or ask for no node", e);
    }
    return DaxException.of(errno, attempt, "the kernel refused " + e.call() + ": " + errno.text(),
        e.remedyOr(switch (errno) {
          case ENOENT -> "see that the folder, or the file, is there";
          case EACCES, EPERM -> "see that you may read and write it";
          case EROFS -> "name a file on a mount that may be written";
          case EISDIR -> "name a file, not a folder";
          case EMFILE, ENFILE -> "close files, or raise the limit (ulimit -n)";
          case ENOMEM -> "ask for less, or raise the limit on addresses (ulimit -v)";
          case EFBIG -> "ask for less, or raise the limit on the size of a file, which memory has too (ulimit -f)";
          default -> "look at the kernel's log";
        }), e);
  }

  @Override
  public List<Extent> extents() {
    return List.of(new Extent(0, size));
  }

  @Override
  public Object identity() {
    return identity;
  }

  /** {@return the file's id, which all claims of the file have; its descriptor, which no other has, if there is no id} */
  private static Object identityOf(Fd file) {
    try {
      return file.status().id();
    } catch (SystemCallException e) {
      return file;
    }
  }

  /** {@return how much memory, in bytes} */
  long size() {
    return size;
  }

  @Override
  public PageSize granularity() {
    return granularity;
  }

  @Override
  public boolean granularityWaived() {
    return granularityWaived;
  }

  @Override
  public int node() {
    return node;
  }

  @Override
  public boolean mayVanish() {
    return path.isPresent(); // a process that may write the file may truncate it; memory without a name is sealed
  }

  @Override
  public boolean pinned() {
    return pinned;
  }

  /** RAM, or a file that is nothing but RAM. */
  @Override
  public PersistenceDomain persistenceDomain(boolean synchronousMapping) {
    return PersistenceDomain.NONE;
  }

  @Override
  public Map<String, String> properties() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("clear", clear.toString());
    properties.put("pinned", pinned ? "1" : "0");
    if (file.writeRefusal() != 0) {
      properties.put("read_only", "1");
    }
    return properties;
  }

  @Override
  public Descriptor open(Access access) throws DaxException {
    return Descriptor.shared(file.number(), path.map(Path::toString).orElse("memory without a name"),
        file.writeRefusal(), access);
  }

  @Override
  public void prepare(Extent part) throws DaxException {
    if (clear == ClearPolicy.NEVER) {
      return;
    }
    long offset = part.fileOffset();
    String attempt = "clear " + ByteSize.format(part.length()) + " at " + ByteSize.hex(offset);
    List<Piece> pieces = List.of(new Piece(file.number(), offset, part.length()));
    try (Reservation run = Reservation.of(pieces, granularity.bytes())) {
      run.place(true);
      OptionalLong gone = run.clear(granularity.bytes());
      if (gone.isPresent()) {
        throw DaxException.of(Errno.EFAULT, attempt,
            "the memory at " + ByteSize.hex(offset + gone.getAsLong()) + " of the region is gone",
            "see who has truncated " + path.map(Path::toString).orElse("its file"));
      }
    } catch (SystemCallException e) {
      throw refused(attempt, e);
    }
  }

  @Override
  public void close() {
    if (pin != null) {
      pin.close();
    }
    file.close();
  }
}
