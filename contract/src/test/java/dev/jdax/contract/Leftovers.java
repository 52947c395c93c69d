// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What jdax holds of this process: descriptors, mappings, huge pages, files.
 *
 * @param descriptors the files of memory that are open
 * @param mappings the lines of {@code /proc/self/maps} that show jdax's files, memfds and reservations
 * @param freePages the free huge pages of the backend
 */
record Leftovers(List<String> descriptors, List<String> mappings, long freePages) {
  static Leftovers now(Backend backend) throws IOException {
    List<String> descriptors = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        String target = Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
        if (target.contains("memfd:jdax-reservation")) {
          continue; // one for all, which stays
        }
        if (target.contains("jdax-") && !target.endsWith(".jar") || target.contains("memfd:")
            || target.startsWith("/dev/dax")) {
          descriptors.add(target);
        }
      }
    }
    List<String> mappings = Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains("memfd:jdax") || line.contains("/jdax-contract-") || line.contains("/dev/dax"))
        .toList();
    return new Leftovers(List.copyOf(new TreeSet<>(descriptors)), mappings, backend.freePages());
  }

  /** Fails if something is held now that was not held then. */
  void assertNothingMore(Backend backend) throws IOException {
    assertThat(now(backend)).isEqualTo(this);
  }
}
