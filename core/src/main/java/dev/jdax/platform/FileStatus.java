// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What {@code fstat(2)} says of an open file.
 *
 * @param id which file it is
 * @param mode {@code st_mode}: kind and permissions
 * @param size {@code st_size}, in bytes; 0 for a device
 * @param deviceNumber {@code st_rdev}: of a device, its major and minor numbers
 * @param allocated {@code st_blocks}: how much it has of what it lies on, in bytes
 */
public record FileStatus(FileId id, int mode, long size, long deviceNumber, long allocated) {
  /** {@return what fstat(2) says of a descriptor} */
  static FileStatus of(int descriptor) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stat = arena.allocate(Structs.STAT);
      Linux.check(SystemCall.FSTAT, Linux.calls().fstat(descriptor, stat));
      FileId id = new FileId(Structs.readLong(stat, Structs.STAT, "st_dev"),
          Structs.readLong(stat, Structs.STAT, "st_ino"));
      return new FileStatus(id, Structs.readInt(stat, Structs.STAT, "st_mode"),
          Structs.readLong(stat, Structs.STAT, "st_size"), Structs.readLong(stat, Structs.STAT, "st_rdev"),
          Structs.readLong(stat, Structs.STAT, "st_blocks") * 512);
    }
  }

  /** {@return whether it is an ordinary file} */
  public boolean isRegular() {
    return (mode & Abi.S_IFMT) == Abi.S_IFREG;
  }

  /** {@return whether it is a block device} */
  public boolean isBlockDevice() {
    return (mode & Abi.S_IFMT) == Abi.S_IFBLK;
  }

  /** {@return whether it is a folder} */
  public boolean isFolder() {
    return (mode & Abi.S_IFMT) == Abi.S_IFDIR;
  }

  /** {@return whether it is a character device} */
  public boolean isCharacterDevice() {
    return (mode & Abi.S_IFMT) == Abi.S_IFCHR;
  }

  /** {@return the device number as sysfs writes it, such as {@code 252:0}} */
  public String majorAndMinor() {
    return new DeviceNumber(deviceNumber).toString();
  }
}
