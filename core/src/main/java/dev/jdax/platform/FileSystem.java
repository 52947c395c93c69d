// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What {@code fstatfs(2)} says of the file system that a file is on.
 *
 * @param magic {@code f_type}, as in linux/magic.h
 * @param blockSize {@code f_bsize}, in bytes; on hugetlbfs the size of its pages
 * @param blocks {@code f_blocks}: how many such blocks it has; of hugetlbfs and tmpfs without a size 0, or -1
 * @param freeBlocks {@code f_bavail}: how many of them can still be had
 */
public record FileSystem(long magic, long blockSize, long blocks, long freeBlocks) {
  /** {@return what fstatfs(2) says of a descriptor} */
  static FileSystem of(int descriptor) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statfs = arena.allocate(Structs.STATFS);
      Linux.check(SystemCall.FSTATFS, Linux.calls().fstatfs(descriptor, statfs));
      return new FileSystem(Structs.readLong(statfs, Structs.STATFS, "f_type"),
          Structs.readLong(statfs, Structs.STATFS, "f_bsize"), Structs.readLong(statfs, Structs.STATFS, "f_blocks"),
          Structs.readLong(statfs, Structs.STATFS, "f_bavail"));
    }
  }

  /** {@return whether it is hugetlbfs, which maps in pages of its block size and in no others} */
  public boolean isHugetlbfs() {
    return magic == Abi.HUGETLBFS_MAGIC;
  }

  /** {@return whether its files are nowhere but in memory, and gone with it} */
  public boolean isVolatile() {
    return isTmpfs() || isHugetlbfs() || magic == Abi.RAMFS_MAGIC;
  }

  /**
   * {@return whether a lease on a file of it ({@link Fd#lease}) proves that nobody else uses the file}
   *
   * <p>So it is where the kernel counts every opening of the file in one inode. On overlayfs and FUSE the memory of a
   * file may belong to an inode of another file system; on NFS, CIFS and 9p other machines have the file too.
   */
  public boolean leasesAreProof() {
    return isVolatile() || magic == Abi.EXT4_SUPER_MAGIC || magic == Abi.XFS_SUPER_MAGIC
        || magic == Abi.BTRFS_SUPER_MAGIC || magic == Abi.F2FS_SUPER_MAGIC;
  }

  /** {@return whether it is overlayfs: a lease that is refused proves a use there, and one that is given nothing} */
  public boolean isOverlayfs() {
    return magic == Abi.OVERLAYFS_SUPER_MAGIC;
  }

  /** {@return whether it is tmpfs, which a memfd of small pages is on too} */
  public boolean isTmpfs() {
    return magic == Abi.TMPFS_MAGIC;
  }
}
