// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * A system call that the kernel refused.
 *
 * <p>Checked, so that each floor above says in its own sentence what was attempted, and keeps the number.
 */
public class SystemCallException extends Exception {
  private static final long serialVersionUID = 1;

  private final SystemCall call;
  private final int errno;

  SystemCallException(SystemCall call, int errno) {
    super(call + " failed with errno " + errno);
    this.call = call;
    this.errno = errno;
  }

  /** {@return the name of the call that failed, such as {@code mmap}} */
  public String call() {
    return call.toString();
  }

  /**
   * {@return what to do about the failure, as the end of a sentence}
   *
   * <p>No file, limit or right is to blame for an errno that the call itself never has: the kernel lacks the call, or a
   * filter of system calls (seccomp(2)) answers in its place, as containers have one.
   *
   * @param remedy what to do if the call itself has failed
   */
  public String remedyOr(String remedy) {
    return isByFilter()
        ? "a seccomp filter forbids " + call + ", as containers have one, or the kernel lacks it: allow it (docker run"
            + " --security-opt seccomp=PROFILE)"
        : remedy;
  }

  private boolean isByFilter() {
    return switch (call) {
      case MEMFD_CREATE, MADVISE, MUNMAP, FSTAT, FSTATFS, LSEEK, PREAD64, FDATASYNC, MSYNC ->
        errno == Abi.EPERM || errno == Abi.ENOSYS;
      default -> errno == Abi.ENOSYS;
    };
  }

  SystemCall systemCall() {
    return call;
  }

  /** {@return the number that the kernel gave, positive} */
  public int errno() {
    return errno;
  }
}
