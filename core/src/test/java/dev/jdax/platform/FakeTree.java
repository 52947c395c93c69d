// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A tree of {@code /proc} and {@code /sys} that a test has made.
 *
 * @param root where it is
 */
public record FakeTree(Path root) {
  /**
   * Writes a file.
   *
   * @param path its path in the tree
   * @param text what is in it
   * @return this tree
   * @throws IOException if it cannot be written
   */
  public FakeTree with(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  /** {@return the machine that the tree shows} */
  public Machine machine() {
    return new Machine(root);
  }
}
