// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.nio.file.Path;
import java.util.Objects;

import dev.jdax.spi.MemorySource;

/**
 * A region that Linux has, to be driven from here.
 *
 * <p>{@link Dax} finds them all; a program that wants a region on a bus of its own names it here. Regions are known by
 * their folders in sysfs, since several may have the same id.
 *
 * @param folder the folder that has {@code dax_region} in it, such as {@code /sys/devices/platform/hmem.0}
 */
public record KernelRegion(Path folder) implements MemorySource {
  /** Makes one, without looking whether it is there. */
  public KernelRegion {
    Objects.requireNonNull(folder, "folder");
  }

  /**
   * {@return the folder, as daxctl shows it}
   */
  @Override
  public String toString() {
    String path = folder.toString();
    return path.startsWith("/sys/devices") ? path.substring("/sys/devices".length()) : path;
  }
}
