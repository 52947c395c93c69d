// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A tree of {@code /proc} and {@code /sys} that a test has made.
 *
 * @param root where it is
 */
record FakeTree(Path root) {
  FakeTree with(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  Machine machine() {
    return new Machine(root);
  }
}
