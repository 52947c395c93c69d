// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * What {@code fstatfs(2)} says of the file system that a file is on.
 *
 * @param magic {@code f_type}, as in linux/magic.h
 * @param blockSize {@code f_bsize}, in bytes; on hugetlbfs the size of its pages
 * @param blocks {@code f_blocks}: how many such blocks it has; of hugetlbfs and tmpfs without a size 0, or -1
 * @param freeBlocks {@code f_bavail}: how many of them can still be had
 */
public record FileSystem(long magic, long blockSize, long blocks, long freeBlocks) {
  /** {@return whether it is hugetlbfs, which maps in pages of its block size and in no others} */
  public boolean isHugetlbfs() {
    return magic == Abi.HUGETLBFS_MAGIC;
  }

  /** {@return whether its files are nowhere but in memory, and gone with it} */
  public boolean isVolatile() {
    return isTmpfs() || isHugetlbfs() || magic == Abi.RAMFS_MAGIC;
  }

  /** {@return whether it is tmpfs, which a memfd of small pages is on too} */
  public boolean isTmpfs() {
    return magic == Abi.TMPFS_MAGIC;
  }
}
