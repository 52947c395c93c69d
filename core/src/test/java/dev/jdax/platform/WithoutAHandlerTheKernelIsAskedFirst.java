// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/**
 * Where the handler of SIGBUS and SIGSEGV is switched off, or memory may not be made executable: each in a JVM of its
 * own, since what is found holds for a whole process.
 */
class WithoutAHandlerTheKernelIsAskedFirst {
  private static final String OFF = "-Ddev.jdax.faultHandler=false";

  private static ForkedJvm run(List<String> options, String... words) throws Exception {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"));
    return ForkedJvm.run(all, WithoutAHandler.class, words);
  }

  @Test
  void switchedOff() throws Exception {
    ForkedJvm jvm = run(List.of(OFF), "route", "work", "truncate", "vanished");
    assertAllIsDoneAndVanishedMemoryIsAnError(jvm, "UNGUARDED");
    assertThat(jvm.said()).endsWith("handlers as before");
  }

  @Test
  void whereMemoryMayNotBecomeExecutableTheCodeIsMappedFromAFile() throws Exception {
    // The JVM makes room for its own code before it is forbidden.
    ForkedJvm jvm = run(List.of("-XX:InitialCodeCacheSize=32m", "-XX:ReservedCodeCacheSize=32m"), "forbid-exec-gain",
        "route", "work", "truncate", "vanished");
    assertAllIsDoneAndVanishedMemoryIsAnError(jvm, "GUARDED");
    assertThat(jvm.said()).endsWith("handlers changed");
    assertThat(jvm.said().split("this process may not make its memory executable", -1)).as("once").hasSize(2);
    assertThat(jvm.said()).contains("(mprotect failed with errno 13): machine code is mapped from a memfd");
  }

  private static void assertAllIsDoneAndVanishedMemoryIsAnError(ForkedJvm jvm, String route) {
    String mapping = " of the mapping of dax7.0 at 0x0, 1 MiB: ";
    String gone = "the memory at 0x1000 of it is gone; see who has truncated the file that it is made of (EFAULT)";
    assertThat(jvm.said().lines()).containsSubsequence("route " + route,
        "flush: done", "persist: done", "drain: done", "copy: done", "fill: done", "bytes 3 4",
        "flush: cannot flush 2 bytes at 0xfff" + mapping + gone,
        "persist: cannot persist 1 MiB at 0x0" + mapping + gone,
        "copy: cannot copy 2 bytes at 0xfff" + mapping + gone,
        "fill: cannot fill 2 bytes at 0xfff" + mapping + gone,
        "before it: done");
    assertThat(jvm.status()).isZero();
  }

  @Test
  void whereThereIsNoWayFlushingIsRefused() throws Exception {
    ForkedJvm jvm = run(List.of(), "forbid", "route", "work");
    String why = " of the mapping of dax7.0 at 0x0, 1 MiB: the kernel refused mmap for a page of machine code (Permission"
        + " denied), and Java has no way of its own to write the CPU's cache back; let this process make memory executable"
        + " (execmem in SELinux, MemoryDenyWriteExecute=no in systemd) (EACCES)";
    assertThat(jvm.said().lines()).containsSubsequence("route NONE", "flush: cannot flush 100 bytes at 0x1" + why,
        "persist: cannot persist 2 bytes at 0xfff" + why, "drain: done",
        "copy: cannot persist 5000 bytes at 0xa" + why);
    assertThat(jvm.said().split("may not have machine code of its own", -1)).as("once").hasSize(2);
    assertThat(jvm.said()).endsWith("handlers as before");
  }

  @Test
  void withTheHandlerItIsNot() throws Exception {
    ForkedJvm jvm = run(List.of(), "route", "work", "truncate", "vanished");
    assertAllIsDoneAndVanishedMemoryIsAnError(jvm, "GUARDED");
    assertThat(jvm.said()).endsWith("handlers changed");
  }
}
