// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.platform.Cgroup;
import dev.jdax.platform.Cgroups;
import dev.jdax.platform.Machine;

/**
 * How much memory in small pages this process may still take before something else has to give way, or the kernel ends
 * a process. Whatever claims such memory asks it first.
 *
 * <p>Small pages cannot be reserved, and others take memory at the same time: an answer holds for a moment.
 *
 * @param bytes how much
 * @param limit the file that says so, for sentences
 */
public record Headroom(long bytes, String limit) {
  private static final Logger LOG = System.getLogger("dev.jdax");
  private static final AtomicBoolean TOLD = new AtomicBoolean();
  /** How much of it no claim takes, in bytes. */
  private static final long LEFT_ALONE = 64L << 20;

  /**
   * {@return what this process may take now: the least of MemAvailable and what every cgroup from the process's up to
   * the root has left}
   *
   * <p>Of a cgroup that no mount shows, and whose file system this process may not mount, the limit is not known; a
   * warning is logged then, once.
   */
  public static Headroom now() {
    return of(Machine.THIS);
  }

  static Headroom of(Machine machine) {
    Headroom least = memAvailable(machine);
    try (Cgroups groups = Cgroups.of(machine, "memory")) {
      for (Cgroup group : groups.all()) {
        Optional<Headroom> left = group.unified()
            ? leftIn(machine, group, "memory.max", "memory.current", "inactive_file")
            : leftIn(machine, group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
        if (left.isPresent() && left.get().bytes < least.bytes) {
          least = left.get();
        }
      }
      if (!groups.unseen().isEmpty() && !TOLD.getAndSet(true)) {
        LOG.log(Level.WARNING, "no mount here shows the cgroup {0} of this process: if it limits memory, the kernel may"
            + " end the process where it claims more than that", String.join(", ", groups.unseen()));
      }
    }
    return least;
  }

  private static Headroom memAvailable(Machine machine) {
    return machine.meminfo("MemAvailable").map(bytes -> new Headroom(bytes, "MemAvailable in /proc/meminfo"))
        .orElse(new Headroom(Long.MAX_VALUE, "no limit"));
  }

  /**
   * Refuses a claim that would leave too little.
   *
   * @param attempt what is attempted, for the sentence
   * @param needed how much memory the claim takes that it has not got yet, in bytes
   * @throws DaxException with ENOMEM if fewer than 64 MiB would be left; never where nothing is needed
   */
  public void require(String attempt, long needed) throws DaxException {
    if (needed > 0 && needed > bytes - LEFT_ALONE) {
      throw DaxException.of(Errno.ENOMEM, attempt, ByteSize.format(needed) + " are needed, and there are "
          + (bytes >> 20) + " MiB by " + limit + ", of which " + ByteSize.format(LEFT_ALONE) + " are left alone",
          "ask for less, or " + (limit.startsWith("/") ? "raise that limit" : "free memory"));
    }
  }

  /** Limit less usage, where file caches that can be dropped at once count as not used, as in MemAvailable. */
  private static Optional<Headroom> leftIn(Machine machine, Cgroup group, String limitFile, String usageFile,
      String cacheLine) {
    Optional<Long> limit = machine.number(group.folder().resolve(limitFile)); // "max" is not a number, and no limit
    Optional<Long> usage = machine.number(group.folder().resolve(usageFile));
    if (limit.isEmpty() || usage.isEmpty()) {
      return Optional.empty();
    }
    long cache = 0;
    for (String line : machine.lines(group.folder().resolve("memory.stat"))) {
      if (line.startsWith(cacheLine + " ")) {
        cache = Long.parseLong(line.substring(cacheLine.length() + 1));
      }
    }
    return Optional.of(new Headroom(Math.max(limit.get() - usage.get() + cache, 0), group.file(limitFile)));
  }
}
