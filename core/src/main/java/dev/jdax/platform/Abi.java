// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/** Constants of the kernel's headers, on x86-64, under the names that C gives them. */
final class Abi {
  // asm-generic/errno-base.h, errno.h: those that this package itself acts on
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int EISDIR = 21;
  static final int EINVAL = 22;
  static final int EROFS = 30;
  static final int ENOSYS = 38;
  static final int EOPNOTSUPP = 95;

  // fcntl.h
  static final int AT_FDCWD = -100;
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 0x1;
  static final int O_RDWR = 0x2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_DIRECTORY = 0x10000;
  static final int O_NOFOLLOW = 0x20000;
  static final int O_CLOEXEC = 0x80000;
  static final int O_PATH = 0x200000;
  static final int F_ADD_SEALS = 1033;
  static final int F_GET_SEALS = 1034;
  static final int F_SEAL_SEAL = 0x1;
  static final int F_SEAL_SHRINK = 0x2;
  static final int F_SEAL_GROW = 0x4;
  static final int F_OFD_GETLK = 36;
  static final int F_OFD_SETLK = 37;
  static final int F_SETOWN = 8;
  static final int F_SETSIG = 10;
  static final int F_SETLEASE = 1024;
  static final int F_RDLCK = 0;
  static final int F_WRLCK = 1;
  static final int F_UNLCK = 2;
  static final int S_IFMT = 0xf000;
  static final int S_IFREG = 0x8000;
  static final int S_IFDIR = 0x4000;
  static final int S_IFCHR = 0x2000;
  static final int S_IFBLK = 0x6000;

  // linux/fs.h
  static final int SEEK_END = 2;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;

  static final long FS_IOC_FIEMAP = 0xC020660BL;

  // linux/fiemap.h
  static final int FIEMAP_EXTENT_LAST = 0x1;

  // linux/mount.h
  static final int FSOPEN_CLOEXEC = 0x1;
  static final int FSCONFIG_SET_FLAG = 0;
  static final int FSCONFIG_CMD_CREATE = 6;
  static final int FSMOUNT_CLOEXEC = 0x1;
  static final int MOUNT_ATTR_RDONLY = 0x1;

  // linux/falloc.h
  static final int FALLOC_FL_KEEP_SIZE = 0x1;
  static final int FALLOC_FL_PUNCH_HOLE = 0x2;

  // linux/magic.h
  static final long BTRFS_SUPER_MAGIC = 0x9123683EL;
  static final long EXT4_SUPER_MAGIC = 0xEF53L;
  static final long F2FS_SUPER_MAGIC = 0xF2F52010L;
  static final long HUGETLBFS_MAGIC = 0x958458f6L;
  static final long OVERLAYFS_SUPER_MAGIC = 0x794c7630L;
  static final long RAMFS_MAGIC = 0x858458f6L;
  static final long TMPFS_MAGIC = 0x01021994L;
  static final long XFS_SUPER_MAGIC = 0x58465342L;

  // sys/mman.h, linux/memfd.h
  static final int PROT_NONE = 0;
  static final int PROT_READ = 0x1;
  static final int PROT_WRITE = 0x2;
  static final int PROT_EXEC = 0x4;
  static final int MAP_SHARED = 0x1;
  static final int MAP_PRIVATE = 0x2;
  static final int MAP_SHARED_VALIDATE = 0x3;
  static final int MAP_FIXED = 0x10;
  static final int MAP_ANONYMOUS = 0x20;
  static final int MAP_NORESERVE = 0x4000;
  static final int MAP_SYNC = 0x80000;
  static final int MADV_DONTNEED = 4;
  static final int MADV_DONTFORK = 10;
  static final int MADV_DONTDUMP = 16;
  static final int MADV_POPULATE_READ = 22;
  static final int MADV_POPULATE_WRITE = 23;
  static final int MS_SYNC = 4;
  static final int MFD_CLOEXEC = 0x1;
  static final int MFD_ALLOW_SEALING = 0x2;
  static final int MFD_HUGETLB = 0x4;
  static final int MFD_NOEXEC_SEAL = 0x8;
  static final int MFD_HUGE_SHIFT = 26;

  // linux/loop.h
  static final int LOOP_GET_STATUS64 = 0x4C05;

  // signal.h
  static final int SIGBUS = 7;
  static final int SIGSEGV = 11;
  static final int SIGURG = 23;
  static final int SA_SIGINFO = 4;

  // linux/membarrier.h
  static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED = 8;
  static final int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 16;

  // linux/mempolicy.h
  static final int MPOL_BIND = 2;
  static final int MPOL_F_NODE = 0x1;
  static final int MPOL_F_ADDR = 0x2;

  // sys/resource.h
  static final int RUSAGE_THREAD = 1;
  static final int RLIMIT_NOFILE = 7;
  static final int RLIMIT_MEMLOCK = 8;
  static final int RLIMIT_AS = 9;

  private Abi() {
  }
}
