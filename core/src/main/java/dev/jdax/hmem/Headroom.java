// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How much memory this process may still take before something else has to give way.
 *
 * @param bytes how much
 * @param limit the file that says so, for sentences
 */
record Headroom(long bytes, String limit) {
  /** The files of a cgroup of one version that say how much it may use and does. */
  private record Cgroup(String limit, String usage, String cache) {
    static final Cgroup V1 = new Cgroup("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
    static final Cgroup V2 = new Cgroup("memory.max", "memory.current", "inactive_file");
  }

  /** {@return the least of MemAvailable and what every cgroup from this process's up to the root has left} */
  static Headroom of(Machine machine) {
    Headroom least = memAvailable(machine);
    for (String line : machine.lines("proc/self/cgroup")) {
      String[] fields = line.split(":", 3); // hierarchy:controllers:path
      boolean unified = fields[1].isEmpty();
      if (unified || List.of(fields[1].split(",")).contains("memory")) {
        for (Mount mount : Mount.of(machine)) {
          if (unified
              ? mount.type().equals("cgroup2")
              : mount.type().equals("cgroup") && mount.options().contains("memory")) {
            least = leastUpwards(machine, mount, fields[2], unified ? Cgroup.V2 : Cgroup.V1, least);
          }
        }
      }
    }
    return least;
  }

  private static Headroom memAvailable(Machine machine) {
    for (String line : machine.lines("proc/meminfo")) {
      if (line.startsWith("MemAvailable:")) {
        return new Headroom(Long.parseLong(line.replaceAll("\\D", "")) << 10, "MemAvailable in /proc/meminfo");
      }
    }
    return new Headroom(Long.MAX_VALUE, "no limit");
  }

  private static Headroom leastUpwards(Machine machine, Mount mount, String path, Cgroup files, Headroom least) {
    Path top = Path.of(mount.point());
    // In a container the mount shows only a part of the hierarchy; a path outside of it begins with /.., or elsewhere.
    boolean shown = !path.startsWith("/..") && Path.of(path).startsWith(mount.root());
    Path folder = shown ? top.resolve(Path.of(mount.root()).relativize(Path.of(path))) : top;
    while (folder != null && folder.startsWith(top)) {
      Optional<Headroom> left = leftIn(machine, folder.toString().substring(1) + "/", files);
      if (left.isPresent() && left.get().bytes < least.bytes) {
        least = left.get();
      }
      folder = folder.getParent();
    }
    return least;
  }

  /** Limit less usage, where file caches that can be dropped at once count as not used, as in MemAvailable. */
  private static Optional<Headroom> leftIn(Machine machine, String folder, Cgroup files) {
    Optional<Long> limit = machine.number(folder + files.limit); // "max" is not a number, and no limit
    Optional<Long> usage = machine.number(folder + files.usage);
    if (limit.isEmpty() || usage.isEmpty()) {
      return Optional.empty();
    }
    long cache = 0;
    for (String line : machine.lines(folder + "memory.stat")) {
      if (line.startsWith(files.cache + " ")) {
        cache = Long.parseLong(line.substring(files.cache.length() + 1));
      }
    }
    return Optional.of(new Headroom(Math.max(limit.get() - usage.get() + cache, 0), "/" + folder + files.limit));
  }
}
