// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file system of this machine whose files consist of huge pages. */
final class Hugetlbfs {
  /** The size of its pages, of which the size of each of its files is a multiple. */
  static final int PAGE = 2 << 20;

  private Hugetlbfs() {
  }

  /** {@return where it is mounted; a test is skipped where there is none} */
  static Path folder() throws IOException {
    Optional<Path> mounted = Files.readAllLines(Path.of("/proc/mounts")).stream().map(line -> line.split(" "))
        .filter(mount -> mount[2].equals("hugetlbfs") && mount[3].contains("pagesize=2M"))
        .map(mount -> Path.of(mount[1])).filter(Files::isWritable).findFirst();
    assumeTrue(mounted.isPresent(), "needs a hugetlbfs with 2 MiB pages mounted; run .ci/prepare as root");
    return mounted.get();
  }
}
