// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PersistenceDomain;

/**
 * The NVDIMM region behind a region of namespaces: what it says of persistence (drivers/nvdimm/region_devs.c).
 *
 * @param folder its folder in sysfs
 */
record NvdimmRegion(Path folder) {
  /** {@return that behind the region in a folder, or empty if it is made of something else} */
  static Optional<NvdimmRegion> of(Path region) {
    return Files.exists(region.resolve("namespace"))
        ? Optional.of(new NvdimmRegion(region.getParent()))
        : Optional.empty();
  }

  /**
   * {@return how far a store has to travel, of this region and whatever others say}
   *
   * <p>Linux shows it where the platform has told. Where it has not (as on a legacy range, or with virtio), the file is
   * missing.
   */
  PersistenceDomain persistenceDomain() {
    try (SysfsFolder attributes = SysfsFolder.open(folder)) {
      return switch (attributes.find("persistence_domain").orElse("")) {
        case "cpu_cache" -> PersistenceDomain.CPU_CACHE;
        case "memory_controller" -> PersistenceDomain.MEMORY_CONTROLLER;
        default -> PersistenceDomain.UNKNOWN;
      };
    } catch (DaxException e) {
      return PersistenceDomain.UNKNOWN;
    }
  }

  /**
   * Has the NVDIMMs write their buffers to the media.
   *
   * @return whether they did; false if the platform says that it is never needed
   * @throws DaxException with EOPNOTSUPP if the kernel shows no way; with EACCES if only root may; with EIO if they
   *     fail
   */
  boolean deepFlush(String attempt) throws DaxException {
    try (SysfsFolder attributes = SysfsFolder.open(folder)) {
      if (!attributes.has("deep_flush")) {
        throw DaxException.of(Errno.EOPNOTSUPP, attempt,
            "the kernel knows no way to flush the buffers of its NVDIMMs: "
                + folder + " has no deep_flush",
            "rely on the platform for them, or on its power");
      }
      return switch (attributes.read("deep_flush")) {
        case "0" -> false;
        case "1" -> {
          attributes.write("deep_flush", "1", "look at the kernel's log: an NVDIMM may be failing");
          yield true;
        }
        default -> throw DaxException.of(Errno.EIO, attempt, "deep_flush of " + folder + " is neither 0 nor 1",
            "see what is mounted on /sys");
      };
    }
  }
}
