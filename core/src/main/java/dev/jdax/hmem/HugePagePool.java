// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.ByteSize;
import dev.jdax.PageSize;
import dev.jdax.platform.Machine;

/**
 * The kernel's pool of huge pages of one size, of the machine or of one NUMA node
 * (Documentation/admin-guide/mm/hugetlbpage).
 *
 * @param machine the machine
 * @param pageSize the size of a page
 * @param node the node, or empty for the whole machine
 */
record HugePagePool(Machine machine, PageSize pageSize, OptionalInt node) {
  /** How much of the available memory no remedy counts on, in bytes: the last of it is not for huge pages. */
  private static final long LEFT_ALONE = 64L << 20;

  private String folder() {
    String pool = "hugepages/hugepages-" + (pageSize.bytes() >> 10) + "kB/";
    return node.isPresent() ? "sys/devices/system/node/node" + node.getAsInt() + "/" + pool : "sys/kernel/mm/" + pool;
  }

  boolean exists() {
    return machine.number(folder() + "nr_hugepages").isPresent();
  }

  /** {@return how many pages can be had: those that are free, less those that others have reserved} */
  long free() {
    long free = machine.number(folder() + "free_hugepages").orElse(0L);
    long reserved = machine.number(folder() + "resv_hugepages").orElse(0L); // a node's pool has no such count
    return Math.max(free - reserved, 0);
  }

  /**
   * {@return what makes the pool large enough for {@code needed} pages; where the machine has not the memory for it, how
   * many can be had at most}
   */
  String remedy(long needed) {
    long most = free() + possible();
    if (needed <= most) {
      return "reserve them: " + lineThatReserves(needed) + (pageSize == PageSize.SIZE_1G
          ? " (or at boot, before memory is in pieces: hugepagesz=1G hugepages=" + needed + ")"
          : "");
    }
    String memory = (node.isPresent() ? "node " + node.getAsInt() : "this machine") + " has "
        + total().map(bytes -> (bytes >> 20) + " MiB of memory").orElse("too little memory");
    return memory + ", and at most " + most + " such pages can be had of it now: "
        + (most == 0
            ? "free memory, or take smaller pages"
            : "ask for at most " + ByteSize.format(most * pageSize.bytes())
                + ", or free memory");
  }

  /** {@return how many pages more the kernel can make of memory that is available, less what is left alone} */
  private long possible() {
    Optional<Long> available = node.isPresent()
        ? machine.meminfo(node.getAsInt(), "MemFree")
            .map(free -> free + machine.meminfo(node.getAsInt(), "Inactive(file)").orElse(0L))
        : machine.meminfo("MemAvailable");
    return available.map(bytes -> Math.max(bytes - LEFT_ALONE, 0) / pageSize.bytes()).orElse(Long.MAX_VALUE >> 32);
  }

  private Optional<Long> total() {
    return node.isPresent() ? machine.meminfo(node.getAsInt(), "MemTotal") : machine.meminfo("MemTotal");
  }

  /** {@return the line that makes the pool large enough for {@code needed} pages, if the memory is there} */
  String lineThatReserves(long needed) {
    long total = machine.number(folder() + "nr_hugepages").orElse(0L);
    return "echo " + (total + needed - Math.min(free(), needed)) + " | sudo tee /" + folder() + "nr_hugepages";
  }
}
