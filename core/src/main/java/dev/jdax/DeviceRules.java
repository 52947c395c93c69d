// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.List;

import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.RegionInfo;

/**
 * What is checked before a device is changed: the state table of docs/contract.md, in the order in which Linux checks
 * ({@code size_store}, {@code align_store} and {@code delete_store} in drivers/dax/bus.c; and
 * in docs/reference/linux.md).
 */
final class DeviceRules {
  private DeviceRules() {
  }

  static void layoutCanChange(String attempt, RegionInfo region) throws DaxException {
    if (!region.dynamic()) {
      throw DaxException.of(Errno.EACCES, attempt, "the layout of a static region cannot be changed",
          "change the media or file that it is made of");
    }
  }

  static void sizeFits(String attempt, long size, PageSize alignment) throws DaxException {
    long granule = alignment.sizeGranule();
    if (size % granule != 0) {
      throw DaxException.of(Errno.EINVAL, attempt,
          "the size must be a multiple of " + ByteSize.format(granule) + " at an alignment of " + alignment,
          "use " + Multiples.near(size, granule, 0, ByteSize::format));
    }
  }

  static void spaceIsThere(String attempt, long growth, RegionInfo region) throws DaxException {
    if (growth > region.availableSize()) {
      throw DaxException.of(Errno.ENOSPC, attempt, "the region has " + ByteSize.format(region.availableSize())
          + " available of its " + ByteSize.format(region.size()),
          "ask for no more, or shrink or destroy a device first");
    }
  }

  static void alignmentFits(String attempt, PageSize alignment, DeviceInfo device) throws DaxException {
    for (DaxRange range : device.ranges().orElse(List.of())) {
      if (range.length() % alignment.sizeGranule() != 0) {
        throw DaxException.of(Errno.EINVAL, attempt, "its range " + range + " has "
            + ByteSize.format(range.length()) + ", not a multiple of " + ByteSize.format(alignment.sizeGranule()),
            "resize it to 0 first");
      }
    }
  }

  static void notBound(String attempt, DeviceInfo device) throws DaxException {
    if (device.bound()) {
      throw busy(attempt, device.mode().filter(mode -> mode == DaxMode.SYSTEM_RAM).isPresent()
          ? "it is bound to kmem: its memory is the kernel's"
          : "it is bound", "disable it first");
    }
  }

  static void notEmpty(String attempt, DeviceInfo device) throws DaxException {
    if (device.size() == 0) {
      throw DaxException.of(Errno.ENXIO, attempt, "its size is 0", "resize it first");
    }
  }

  static void notDeviceZero(String attempt, int id) throws DaxException {
    if (id == 0) {
      throw busy(attempt, "device 0 of a region is never deleted", "disable it and resize it to 0");
    }
  }

  static void deletable(String attempt, DeviceInfo device) throws DaxException {
    notBound(attempt, device);
    if (device.size() > 0) {
      throw busy(attempt, "its size is " + ByteSize.format(device.size()), "resize it to 0 first");
    }
    notDeviceZero(attempt, device.key().id());
  }

  static void mappable(String attempt, DeviceInfo device) throws DaxException {
    if (device.driver().isEmpty()) {
      throw DaxException.of(Errno.ENXIO, attempt, device.size() == 0 ? "its size is 0" : "it is not bound",
          device.size() == 0 ? "resize and enable it first" : "enable it first");
    }
    if (device.mode().filter(mode -> mode == DaxMode.DEVDAX).isEmpty()) {
      throw DaxException.of(Errno.ENXIO, attempt, "it is bound to " + device.driver().get() + ", which maps nothing",
          "set its mode to " + DaxMode.DEVDAX);
    }
  }

  static DaxException busy(String attempt, String reason, String remedy) {
    return DaxException.of(Errno.EBUSY, attempt, reason, remedy);
  }
}
