// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * A kind of CPU that there is machine code for.
 *
 * <p>jdax runs on x86-64 only, since {@link Libc} knows no other system calls; the code for AArch64 is there for when
 * it does, and is run by a test.
 */
enum Architecture {
  X86_64("flags", X86Code.LISTING), AARCH64("Features", AArch64Code.LISTING);

  private final String flagsInCpuinfo;
  private final String listing;

  Architecture(String flagsInCpuinfo, String listing) {
    this.flagsInCpuinfo = flagsInCpuinfo;
    this.listing = listing;
  }

  static Architecture ofThisMachine() {
    return System.getProperty("os.arch").equals("aarch64") ? AARCH64 : X86_64;
  }

  /** {@return what a line of {@code /proc/cpuinfo} begins with that has the CPU's features} */
  String flagsInCpuinfo() {
    return flagsInCpuinfo;
  }

  /** {@return labels, rows of bytes and assembly, comments; with a place for each row of a {@link FlushInstruction}} */
  String listing() {
    return listing;
  }
}
