// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.util.Optional;

/**
 * How much memory this process may still take before something else has to give way.
 *
 * @param bytes how much
 * @param limit the file that says so, for sentences
 */
record Headroom(long bytes, String limit) {
  /** {@return the least of MemAvailable and what every cgroup from this process's up to the root has left} */
  static Headroom of(Machine machine) {
    Headroom least = memAvailable(machine);
    for (Cgroup group : Cgroup.of(machine, "memory")) {
      Optional<Headroom> left = group.unified()
          ? leftIn(machine, group.folder(), "memory.max", "memory.current", "inactive_file")
          : leftIn(machine, group.folder(), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
      if (left.isPresent() && left.get().bytes < least.bytes) {
        least = left.get();
      }
    }
    return least;
  }

  private static Headroom memAvailable(Machine machine) {
    return machine.meminfo("MemAvailable").map(bytes -> new Headroom(bytes, "MemAvailable in /proc/meminfo"))
        .orElse(new Headroom(Long.MAX_VALUE, "no limit"));
  }

  /** {@return what helps where this is too little} */
  String remedy() {
    return limit.startsWith("/") ? "ask for less, or raise that limit" : "ask for less, or free memory";
  }

  /** Limit less usage, where file caches that can be dropped at once count as not used, as in MemAvailable. */
  private static Optional<Headroom> leftIn(Machine machine, String folder, String limitFile, String usageFile,
      String cacheLine) {
    Optional<Long> limit = machine.number(folder + limitFile); // "max" is not a number, and no limit
    Optional<Long> usage = machine.number(folder + usageFile);
    if (limit.isEmpty() || usage.isEmpty()) {
      return Optional.empty();
    }
    long cache = 0;
    for (String line : machine.lines(folder + "memory.stat")) {
      if (line.startsWith(cacheLine + " ")) {
        cache = Long.parseLong(line.substring(cacheLine.length() + 1));
      }
    }
    return Optional.of(new Headroom(Math.max(limit.get() - usage.get() + cache, 0), "/" + folder + limitFile));
  }
}
