// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.util.OptionalInt;

import dev.jdax.PageSize;

/**
 * The kernel's pool of huge pages of one size, of the machine or of one NUMA node
 * (Documentation/admin-guide/mm/hugetlbpage).
 *
 * @param machine the machine
 * @param pageSize the size of a page
 * @param node the node, or empty for the whole machine
 */
record HugePagePool(Machine machine, PageSize pageSize, OptionalInt node) {
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

  /** {@return the line that makes the pool large enough for {@code needed} pages} */
  String lineThatReserves(long needed) {
    long total = machine.number(folder() + "nr_hugepages").orElse(0L);
    return "echo " + (total + needed - Math.min(free(), needed)) + " | sudo tee /" + folder() + "nr_hugepages";
  }
}
