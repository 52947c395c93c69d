// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.util.Optional;
import java.util.Set;

import dev.jdax.platform.FileId;
import dev.jdax.platform.Machine;

/**
 * Whether the kernel may put transparent huge pages where pages of 4 KiB were asked for.
 *
 * <p>Then one fault would bring in more than the alignment, and blocks could be collapsed or split later
 * (Documentation/admin-guide/mm/transhuge, "Hugepages in tmpfs/shmem"). {@code never}, {@code deny} and {@code advise}
 * are as they should be: jdax gives no advice.
 */
final class ShmemHugePages {
  private static final String FOLDER = "sys/kernel/mm/transparent_hugepage/";
  private static final Set<String> UNASKED = Set.of("always", "within_size", "force");

  private ShmemHugePages() {
  }

  /** {@return the line that forbids them for memfds, or empty if they are not to be feared} */
  static Optional<String> remedyForMemfd(Machine machine) {
    String global = FOLDER + "shmem_enabled";
    if (UNASKED.contains(selected(machine, global))) {
      return Optional.of("echo never | sudo tee /" + global);
    }
    for (String name : machine.names(FOLDER)) {
      String size = FOLDER + name + "/shmem_enabled"; // since 6.11, for each size; "inherit" is the global one
      if (UNASKED.contains(selected(machine, size))) {
        return Optional.of("echo never | sudo tee /" + size);
      }
    }
    return Optional.empty();
  }

  /** {@return the line that forbids them for a mounted tmpfs, or empty if they are not to be feared} */
  static Optional<String> remedyForMount(Machine machine, FileId file) {
    String global = FOLDER + "shmem_enabled"; // of its words only force reaches mounts
    if (selected(machine, global).equals("force")) {
      return Optional.of("echo never | sudo tee /" + global);
    }
    return machine.mountOf(file).filter(mount -> mount.option("huge").filter(UNASKED::contains).isPresent())
        .map(mount -> "sudo mount -o remount,huge=never '" + mount.point() + "'");
  }

  /** {@return the word in brackets, of a file such as {@code always [never]}} */
  private static String selected(Machine machine, String path) {
    String words = machine.read(path).orElse("");
    int open = words.indexOf('[');
    return open < 0 ? "" : words.substring(open + 1, words.indexOf(']'));
  }
}
