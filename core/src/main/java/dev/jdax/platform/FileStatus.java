// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * What {@code fstat(2)} says of an open file.
 *
 * @param id which file it is
 * @param mode {@code st_mode}: kind and permissions
 * @param size {@code st_size}, in bytes; 0 for a device
 */
public record FileStatus(FileId id, int mode, long size) {
  /** {@return whether it is an ordinary file} */
  public boolean isRegular() {
    return (mode & Abi.S_IFMT) == Abi.S_IFREG;
  }
}
