// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/** Structures of the kernel's headers, on x86-64, under the names that C gives them. */
final class Structs {
  /** {@code struct stat}, asm/stat.h. */
  static final StructLayout STAT = structLayout(JAVA_LONG.withName("st_dev"), JAVA_LONG.withName("st_ino"),
      JAVA_LONG.withName("st_nlink"), JAVA_INT.withName("st_mode"), JAVA_INT.withName("st_uid"),
      JAVA_INT.withName("st_gid"), paddingLayout(4), JAVA_LONG.withName("st_rdev"), JAVA_LONG.withName("st_size"),
      JAVA_LONG.withName("st_blksize"), JAVA_LONG.withName("st_blocks"), paddingLayout(72)).withName("stat");

  /** {@code struct statfs}, asm-generic/statfs.h. */
  static final StructLayout STATFS = structLayout(JAVA_LONG.withName("f_type"), JAVA_LONG.withName("f_bsize"),
      JAVA_LONG.withName("f_blocks"), JAVA_LONG.withName("f_bfree"), JAVA_LONG.withName("f_bavail"),
      JAVA_LONG.withName("f_files"), JAVA_LONG.withName("f_ffree"), paddingLayout(8), JAVA_LONG.withName("f_namelen"),
      JAVA_LONG.withName("f_frsize"), JAVA_LONG.withName("f_flags"), paddingLayout(32)).withName("statfs");

  /** {@code struct flock}, asm-generic/fcntl.h. */
  static final StructLayout FLOCK = structLayout(JAVA_SHORT.withName("l_type"), JAVA_SHORT.withName("l_whence"),
      paddingLayout(4), JAVA_LONG.withName("l_start"), JAVA_LONG.withName("l_len"), JAVA_INT.withName("l_pid"),
      paddingLayout(4)).withName("flock");

  /** {@code struct fiemap}, linux/fiemap.h, after which the extents come. */
  static final StructLayout FIEMAP = structLayout(JAVA_LONG.withName("fm_start"), JAVA_LONG.withName("fm_length"),
      JAVA_INT.withName("fm_flags"), JAVA_INT.withName("fm_mapped_extents"), JAVA_INT.withName("fm_extent_count"),
      paddingLayout(4)).withName("fiemap");

  /** {@code struct fiemap_extent}, linux/fiemap.h. */
  static final StructLayout FIEMAP_EXTENT = structLayout(JAVA_LONG.withName("fe_logical"),
      JAVA_LONG.withName("fe_physical"), JAVA_LONG.withName("fe_length"), paddingLayout(16),
      JAVA_INT.withName("fe_flags"), paddingLayout(12)).withName("fiemap_extent");

  /** {@code struct loop_info64}, linux/loop.h. */
  static final StructLayout LOOP_INFO64 = structLayout(JAVA_LONG.withName("lo_device"), JAVA_LONG.withName("lo_inode"),
      JAVA_LONG.withName("lo_rdevice"), JAVA_LONG.withName("lo_offset"), JAVA_LONG.withName("lo_sizelimit"),
      paddingLayout(192)).withName("loop_info64");

  /** {@code struct rusage}, linux/resource.h. */
  static final StructLayout RUSAGE = structLayout(paddingLayout(32), JAVA_LONG.withName("ru_maxrss"), paddingLayout(24),
      JAVA_LONG.withName("ru_minflt"), JAVA_LONG.withName("ru_majflt"), paddingLayout(64)).withName("rusage");

  /** {@code struct rlimit64}, linux/resource.h. */
  static final StructLayout RLIMIT64 = structLayout(JAVA_LONG.withName("rlim_cur"), JAVA_LONG.withName("rlim_max"))
      .withName("rlimit64");

  /**
   * {@code struct sigaction} as the kernel has it, asm/signal.h: that of the C library is another, with a longer mask
   * in another place.
   */
  static final StructLayout KERNEL_SIGACTION = structLayout(JAVA_LONG.withName("sa_handler"),
      JAVA_LONG.withName("sa_flags"), JAVA_LONG.withName("sa_restorer"), JAVA_LONG.withName("sa_mask"))
      .withName("kernel_sigaction");

  private Structs() {
  }

  /** {@return where the field is in the structure, in bytes} */
  static long offset(StructLayout structure, String field) {
    return structure.byteOffset(PathElement.groupElement(field));
  }

  static long readLong(MemorySegment memory, StructLayout structure, String field) {
    return memory.get(JAVA_LONG, offset(structure, field));
  }

  static int readInt(MemorySegment memory, StructLayout structure, String field) {
    return memory.get(JAVA_INT, offset(structure, field));
  }
}
