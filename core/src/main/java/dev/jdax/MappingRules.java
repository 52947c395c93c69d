// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.List;

import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.Memory;

/**
 * What is checked before the kernel is asked to map.
 *
 * <p>Linux itself compares neither offset nor length with the device's size, rounds a misaligned offset down under
 * MAP_FIXED, and answers a block that lies in two ranges with SIGBUS ({@code dax_mmap} and {@code dax_pgoff_to_phys} in
 * drivers/dax/device.c; C-45, C-50, C-53 and C-99 in docs/reference/linux.md).
 */
final class MappingRules {
  private MappingRules() {
  }

  static void check(String attempt, DeviceInfo device, long offset, long length) throws DaxException {
    PageSize alignment = device.alignment();
    if (!alignment.divides(offset)) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "the offset must be a multiple of the device's alignment, " + alignment,
          "use " + Multiples.near(offset, alignment.bytes(), 0, ByteSize::hex));
    }
    if (length == 0 || !alignment.divides(length)) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "the length must be a positive multiple of the device's alignment, " + alignment,
          "use " + Multiples.near(length, alignment.bytes(), alignment.bytes(), ByteSize::format));
    }
    if (offset + length > device.size()) {
      throw DaxException.of(Errno.EINVAL, attempt, "the device ends at " + ByteSize.hex(device.size()),
          offset < device.size()
              ? "map no more than " + ByteSize.format(device.size() - offset) + " from there"
              : "map from an offset before that");
    }
    for (DaxRange range : device.ranges().orElse(List.of())) {
      boolean wanted = range.offset() < offset + length && offset < range.offset() + range.length();
      if (wanted
          && !(alignment.divides(range.offset()) && alignment.divides(range.start())
              && alignment.divides(range.length()))) {
        throw DaxException.of(Errno.EINVAL, attempt, "its range " + range + " begins or ends inside a block of "
            + alignment + ", which no fault could bring in", "set a smaller alignment, or resize it to 0 and anew");
      }
    }
  }

  static void checkGranularity(String attempt, DeviceInfo device, Memory memory) throws DaxException {
    PageSize alignment = device.alignment();
    PageSize granularity = memory.granularity();
    if (Memory.serves(granularity, memory.granularityWaived(), alignment)) {
      return;
    }
    throw DaxException.of(Errno.EOPNOTSUPP, attempt,
        "its alignment is " + alignment + " and its memory is faulted in blocks of " + granularity,
        granularity.compareTo(alignment) < 0
            ? "set its alignment to " + granularity + ", or waive the granularity when the region is made"
            : "set its alignment to " + granularity);
  }
}
