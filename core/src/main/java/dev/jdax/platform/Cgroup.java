// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.nio.file.Path;

/**
 * A cgroup that this process is in, or one above it (cgroups(7)).
 *
 * @param folder where its files are read, relative to the machine's root
 * @param unified whether it is of version 2
 * @param shown the folder's path for people, with a slash at the end
 */
public record Cgroup(Path folder, boolean unified, String shown) {
  /**
   * {@return a file of it, for a sentence}
   *
   * @param name the name of the file
   */
  public String file(String name) {
    return shown + name;
  }
}
