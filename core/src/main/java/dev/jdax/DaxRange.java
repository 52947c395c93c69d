// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/**
 * A run of a region's addresses that a device has.
 *
 * @param pageOffset where it is in the device, in pages of 4 KiB
 * @param start its first address
 * @param length how long it is, in bytes
 */
public record DaxRange(long pageOffset, long start, long length) {
  /**
   * {@return where it is in the device, in bytes}
   */
  public long offset() {
    return pageOffset << 12;
  }

  /**
   * {@return its last address}
   */
  public long end() {
    return start + length - 1;
  }

  /**
   * {@return first and last address, such as {@code 0x0-0x1fffff}}
   */
  @Override
  public String toString() {
    return ByteSize.hex(start) + "-" + ByteSize.hex(end());
  }
}
