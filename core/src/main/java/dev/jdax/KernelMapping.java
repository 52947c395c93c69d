// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.util.Set;

/**
 * What the kernel says of a mapping, in {@code /proc/self/smaps}.
 *
 * @param start its first address
 * @param end the address after its last
 * @param pageSize {@code KernelPageSize}, in bytes: the size of its pages, and of its faults
 * @param flags {@code VmFlags}, of two letters each: {@code sh} for shared, {@code dc} for not inherited by a child
 */
public record KernelMapping(long start, long end, long pageSize, Set<String> flags) {
  /**
   * {@return whether a child process does not get it}
   */
  public boolean dontFork() {
    return flags.contains("dc");
  }
}
