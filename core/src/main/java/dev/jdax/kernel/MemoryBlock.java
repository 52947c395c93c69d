// SPDX-License-Identifier: Apache-2.0
package dev.jdax.kernel;

import java.nio.file.Files;
import java.nio.file.Path;

import dev.jdax.DaxException;

/**
 * A unit in which the kernel takes memory into use.
 *
 * @param folder its folder in sysfs
 * @param number its number
 * @param start its first physical address
 * @param size its size in bytes
 */
public record MemoryBlock(Path folder, long number, long start, long size) {
  /**
   * {@return whether the kernel uses it}
   *
   * @throws DaxException with ENXIO if there is no such block any more
   */
  public boolean isOnline() throws DaxException {
    return read("state").startsWith("online");
  }

  /**
   * {@return whether only what can be moved is in it, so that it can be taken offline}
   *
   * @throws DaxException with ENXIO if there is no such block any more
   */
  public boolean isMovable() throws DaxException {
    return read("valid_zones").equals("Movable");
  }

  boolean exists() {
    return Files.isDirectory(folder);
  }

  private String read(String attribute) throws DaxException {
    try (SysfsFolder open = SysfsFolder.open(folder)) {
      return open.read(attribute);
    }
  }

  void write(String state) throws DaxException {
    try (SysfsFolder open = SysfsFolder.open(folder)) {
      open.write("state", state, state.equals("offline")
          ? "see what keeps it: memory that cannot be moved stays until its owner ends"
          : "look at the kernel's log");
    }
  }
}
