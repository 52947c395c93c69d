// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.Optional;

/** A size in which x86-64 maps memory, and so a device's alignment or a fault's granularity. */
public enum PageSize {
  /** 4 KiB: a page table entry. */
  SIZE_4K(12),
  /** 2 MiB: a page middle directory entry. */
  SIZE_2M(21),
  /** 1 GiB: a page upper directory entry. */
  SIZE_1G(30);

  private final int shift;

  PageSize(int shift) {
    this.shift = shift;
  }

  /**
   * {@return the size in bytes}
   */
  public long bytes() {
    return 1L << shift;
  }

  /**
   * {@return what the size of a device of this alignment is a multiple of, in bytes: never less than 2 MiB}
   *
   * <p>Linux adds memory in sections of that size ({@code memremap_compat_align}), whatever the alignment.
   */
  public long sizeGranule() {
    return Math.max(bytes(), SIZE_2M.bytes());
  }

  /**
   * {@return whether a number of bytes is a multiple of this size}
   *
   * @param bytes the number
   */
  public boolean divides(long bytes) {
    return (bytes & bytes() - 1) == 0;
  }

  /**
   * {@return the page size of so many bytes, or empty if there is none}
   *
   * @param bytes the number of bytes
   */
  public static Optional<PageSize> ofBytes(long bytes) {
    for (PageSize size : values()) {
      if (size.bytes() == bytes) {
        return Optional.of(size);
      }
    }
    return Optional.empty();
  }

  /**
   * {@return the size as one writes it, such as {@code 2 MiB}}
   */
  @Override
  public String toString() {
    return ByteSize.format(bytes());
  }
}
