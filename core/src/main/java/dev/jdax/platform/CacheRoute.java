// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/** How this process writes lines of the CPU's cache back to memory, from the best to none. */
public enum CacheRoute {
  /** With machine code of ours, in which a fault is an error. */
  GUARDED,
  /** With machine code of ours, in which a fault ends the JVM: no handler of ours is installed. */
  UNGUARDED,
  /** Not at all: the process may not have machine code of its own. */
  NONE
}
