// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.Cgroup;
import dev.jdax.platform.Cgroups;
import dev.jdax.platform.FileId;
import dev.jdax.platform.FileSystem;
import dev.jdax.platform.Machine;

/**
 * How much memory may be taken, however much the machine has: the limit of a cgroup, or the size of a mount.
 *
 * @param name the file of the cgroup, or the mount, for sentences
 * @param allowed how much there may be, in bytes
 * @param used how much of that is taken, in bytes
 * @param raising what raises the limit; the first {@code %d} in it is where the new value goes, in bytes
 */
record MemoryLimit(String name, long allowed, long used, String raising) {
  /** {@return how much may still be taken, in bytes} */
  long left() {
    return Math.max(allowed - used, 0);
  }

  /** {@return the refusal of a claim that needs more than is left} */
  DaxException refusal(String attempt, long needed, Throwable cause) {
    return DaxException.of(Errno.ENOMEM, attempt,
        ByteSize.format(needed) + " are needed, and " + name + " allows " + ByteSize.format(allowed) + ", of which "
            + ByteSize.format(used) + " are taken",
        raising.replaceFirst("%d", Long.toString(used + needed))
            + (left() == 0 ? "" : "; or ask for at most " + ByteSize.format(left())),
        cause);
  }

  /** {@return the limit that leaves the least, if that is less than what is needed} */
  static Optional<MemoryLimit> exceeded(List<MemoryLimit> limits, long needed) {
    return limits.stream().filter(limit -> limit.left() < needed).min(Comparator.comparing(MemoryLimit::left));
  }

  /**
   * {@return the limits of cgroups on huge pages of one size: on those that are allocated ({@code max}), on those that
   * are reserved ({@code rsvd.max}; Documentation/admin-guide/cgroup-v1/hugetlb), and on memory, where huge pages count
   * as that}
   */
  static List<MemoryLimit> ofCgroups(Machine machine, PageSize pageSize) {
    List<MemoryLimit> limits = new ArrayList<>();
    String size = ByteSize.format(pageSize.bytes()).replace(" ", "").replace("i", ""); // such as 2MB
    String kubernetes = "the limit of hugepages-" + size.replace("B", "i");
    try (Cgroups groups = Cgroups.of(machine, "hugetlb")) {
      for (Cgroup group : groups.all()) {
        for (String counted : List.of("hugetlb." + size + ".", "hugetlb." + size + ".rsvd.")) {
          ofCgroup(machine, group, counted, kubernetes).ifPresent(limits::add);
        }
      }
    }
    if (machine.mounts().stream().anyMatch(mount -> mount.options().contains("memory_hugetlb_accounting"))) {
      try (Cgroups groups = Cgroups.of(machine, "memory")) {
        groups.all().stream().filter(Cgroup::unified)
            .forEach(group -> ofCgroup(machine, group, "memory.", "the limit of memory").ifPresent(limits::add));
      }
    }
    return limits;
  }

  private static Optional<MemoryLimit> ofCgroup(Machine machine, Cgroup group, String counted, String kubernetes) {
    String name = counted + (group.unified() ? "max" : "limit_in_bytes");
    Optional<Long> allowed = machine.number(group.folder().resolve(name)); // no limit is "max", or a number that is too large for one
    Optional<Long> used = machine
        .number(group.folder().resolve(counted + (group.unified() ? "current" : "usage_in_bytes")));
    if (allowed.isEmpty() || used.isEmpty()) {
      return Optional.empty();
    }
    String file = group.file(name);
    return Optional.of(new MemoryLimit(file, allowed.get(), used.get(), "raise that limit: echo %d | sudo tee "
        + file + "; for a container, where it is made (in Kubernetes: " + kubernetes + ")"));
  }

  /** {@return the size that a mount was made with; empty if it has none} */
  static Optional<MemoryLimit> ofMount(Machine machine, FileSystem fileSystem, FileId file) {
    if (fileSystem.blocks() <= 0) { // hugetlbfs shows 0, or -1 where it has a least size
      return Optional.empty();
    }
    return machine.mountOf(file).map(mount -> {
      long allowed = fileSystem.blocks() * fileSystem.blockSize();
      return new MemoryLimit("the mount at " + mount.point(), allowed,
          allowed - fileSystem.freeBlocks() * fileSystem.blockSize(), fileSystem.isHugetlbfs()
              ? "mount a hugetlbfs with size=%d or more, which a remount does not change"
              : "sudo mount -o remount,size=%d '" + mount.point() + "'");
    });
  }
}
