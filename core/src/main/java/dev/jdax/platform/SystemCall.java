// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.util.Locale;

/** A system call, with its number on x86-64 ({@code asm/unistd_64.h}). */
enum SystemCall {
  CLOSE(3), FSTAT(5), LSEEK(8), MMAP(9), MPROTECT(10), MUNMAP(11), RT_SIGACTION(13), IOCTL(16), PREAD64(17), //
  PWRITE64(18), MSYNC(26), MADVISE(28), FCNTL(72), FDATASYNC(75), FTRUNCATE(77), GETRUSAGE(98), FSTATFS(138), //
  MBIND(237), SET_MEMPOLICY(238), GET_MEMPOLICY(239), OPENAT(257), UNLINKAT(263), FALLOCATE(285), PRLIMIT64(302), //
  MEMFD_CREATE(319), MEMBARRIER(324), MLOCK2(325), FSOPEN(430), FSCONFIG(431), FSMOUNT(432), CACHESTAT(451);

  private final int number;

  SystemCall(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** The name as in C, such as {@code mmap}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
