// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.lang.foreign.MemorySegment;

/**
 * The system calls that jdax makes, named and ordered as in C.
 *
 * <p>Each gives what the kernel gave: a result that is not negative, or {@code -errno}. A call that a signal
 * interrupted is made again, as {@code SA_RESTART} would; {@code close} is not, because Linux has let go of the
 * descriptor by then. {@link #invoke} is the only method to implement, so that a test can put itself between jdax and
 * the kernel.
 */
@FunctionalInterface
interface LinuxCalls {
  /** Makes the call, once; arguments that it does not have are 0. */
  long invoke(SystemCall call, long a, long b, long c, long d, long e, long f);

  private long restart(SystemCall call, long a, long b, long c, long d, long e, long f) {
    long result;
    do {
      result = invoke(call, a, b, c, d, e, f);
    } while (result == -Abi.EINTR);
    return result;
  }

  default long openat(int directory, MemorySegment path, int flags, int mode) {
    return restart(SystemCall.OPENAT, directory, path.address(), flags, mode, 0, 0);
  }

  default long unlinkat(int directory, MemorySegment path, int flags) {
    return restart(SystemCall.UNLINKAT, directory, path.address(), flags, 0, 0, 0);
  }

  default long close(int fd) {
    return invoke(SystemCall.CLOSE, fd, 0, 0, 0, 0, 0);
  }

  default long fstat(int fd, MemorySegment stat) {
    return restart(SystemCall.FSTAT, fd, stat.address(), 0, 0, 0, 0);
  }

  default long lseek(int fd, long offset, int whence) {
    return restart(SystemCall.LSEEK, fd, offset, whence, 0, 0, 0);
  }

  default long fdatasync(int fd) {
    return restart(SystemCall.FDATASYNC, fd, 0, 0, 0, 0, 0);
  }

  default long fstatfs(int fd, MemorySegment statfs) {
    return restart(SystemCall.FSTATFS, fd, statfs.address(), 0, 0, 0, 0);
  }

  default long pread64(int fd, MemorySegment buffer, long offset) {
    return restart(SystemCall.PREAD64, fd, buffer.address(), buffer.byteSize(), offset, 0, 0);
  }

  default long pwrite64(int fd, MemorySegment bytes, long offset) {
    return restart(SystemCall.PWRITE64, fd, bytes.address(), bytes.byteSize(), offset, 0, 0);
  }

  default long mmap(long address, long length, int protection, int flags, int fd, long offset) {
    return restart(SystemCall.MMAP, address, length, protection, flags, fd, offset);
  }

  default long mprotect(long address, long length, int protection) {
    return restart(SystemCall.MPROTECT, address, length, protection, 0, 0, 0);
  }

  default long msync(long address, long length, int flags) {
    return restart(SystemCall.MSYNC, address, length, flags, 0, 0, 0);
  }

  default long munmap(long address, long length) {
    return restart(SystemCall.MUNMAP, address, length, 0, 0, 0, 0);
  }

  default long madvise(long address, long length, int advice) {
    return restart(SystemCall.MADVISE, address, length, advice, 0, 0, 0);
  }

  default long membarrier(int command, int flags) {
    return restart(SystemCall.MEMBARRIER, command, flags, 0, 0, 0, 0);
  }

  default long mlock2(long address, long length, int flags) {
    return restart(SystemCall.MLOCK2, address, length, flags, 0, 0, 0);
  }

  default long memfd_create(MemorySegment name, int flags) {
    return restart(SystemCall.MEMFD_CREATE, name.address(), flags, 0, 0, 0, 0);
  }

  default long ftruncate(int fd, long length) {
    return restart(SystemCall.FTRUNCATE, fd, length, 0, 0, 0, 0);
  }

  default long fallocate(int fd, int mode, long offset, long length) {
    return restart(SystemCall.FALLOCATE, fd, mode, offset, length, 0, 0);
  }

  default long fcntl(int fd, int command, long argument) {
    return restart(SystemCall.FCNTL, fd, command, argument, 0, 0, 0);
  }

  default long set_mempolicy(int mode, MemorySegment nodes, long bits) {
    return restart(SystemCall.SET_MEMPOLICY, mode, nodes.address(), bits, 0, 0, 0);
  }

  default long get_mempolicy(MemorySegment mode, MemorySegment nodes, long bits, long address, int flags) {
    return restart(SystemCall.GET_MEMPOLICY, mode.address(), nodes.address(), bits, address, flags, 0);
  }

  default long mbind(long address, long length, int mode, MemorySegment nodes, long bits, int flags) {
    return restart(SystemCall.MBIND, address, length, mode, nodes.address(), bits, flags);
  }

  default long getrusage(int who, MemorySegment usage) {
    return restart(SystemCall.GETRUSAGE, who, usage.address(), 0, 0, 0, 0);
  }

  default long prlimit64(int pid, int resource, MemorySegment wanted, MemorySegment old) {
    return restart(SystemCall.PRLIMIT64, pid, resource, wanted.address(), old.address(), 0, 0);
  }

  /** The kernel's own call, whose structure is {@link Structs#KERNEL_SIGACTION}. */
  default long rt_sigaction(int signal, MemorySegment wanted, MemorySegment old) {
    return restart(SystemCall.RT_SIGACTION, signal, wanted.address(), old.address(), Long.BYTES, 0, 0);
  }

  default long cachestat(int fd, MemorySegment range, MemorySegment counts) {
    return restart(SystemCall.CACHESTAT, fd, range.address(), counts.address(), 0, 0, 0);
  }

  default long fsopen(MemorySegment type, int flags) {
    return restart(SystemCall.FSOPEN, type.address(), flags, 0, 0, 0, 0);
  }

  /** Without a value, which not all commands have. */
  default long fsconfig(int context, int command, MemorySegment key) {
    return restart(SystemCall.FSCONFIG, context, command, key.address(), 0, 0, 0);
  }

  default long fsmount(int context, int flags, int attributes) {
    return restart(SystemCall.FSMOUNT, context, flags, attributes, 0, 0, 0);
  }

  default long ioctl(int fd, long request, MemorySegment argument) {
    return restart(SystemCall.IOCTL, fd, request, argument.address(), 0, 0, 0);
  }
}
