// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

import dev.jdax.platform.ForkedJvm;
import dev.jdax.platform.KernelProbe;
import dev.jdax.spi.MemoryInADomain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A mapping that is never closed: it ends when nothing can reach it, and not before. */
@Timeout(120)
class WhatIsForgottenIsGivenBackAndTold {
  private static final String TOLD = "WARNING: the mapping of dax7.0 at 0x0, 2 MiB, was never closed, and nothing can "
      + "reach it any more: its memory is given back (-Ddev.jdax.traceMappings=true shows where it was made)";

  /** What the program's log has said since it was last printed: it is told after the memory was given back. */
  private static final ByteArrayOutputStream LOG = new ByteArrayOutputStream();
  /** Held by a program whose log has to wait. */
  private static final Object WRITING = new Object();

  /** The program: forgets mappings, and prints how many are there when. */
  public static void main(String[] args) throws Exception {
    System.setErr(new PrintStream(LOG, true) {
      @Override
      public void flush() {
        synchronized (WRITING) {
          super.flush();
        }
      }
    });
    MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.NONE, true, 2 << 20);
    try (DaxBus bus = DaxBus.withDrivers(memory)) {
      DaxDevice device = bus.add(memory).devices().getFirst();
      device.map(Access.READ_WRITE);
      awaitNone(1);
      System.out.println("a mapping is gone");

      MemorySegment segment = device.map(Access.READ_WRITE).segment().asSlice(8, 8);
      collect();
      segment.set(JAVA_LONG, 0, 42);
      System.out.println(mappings() + " is there, which has a segment");
      ByteBuffer buffer = segment.asByteBuffer();
      Reference.reachabilityFence(segment);
      segment = null;
      collect();
      buffer.putLong(0, 43);
      System.out.println(mappings() + " is there, which has a buffer");
      Reference.reachabilityFence(buffer);
      buffer = null;
      awaitNone(1);
      System.out.println("it is gone");

      synchronized (device.region().lock) { // as by a thread that waits until nothing is mapped, to unbind the device
        device.map(Access.READ_WRITE);
        device.map(Access.READ_WRITE);
        awaitNone(2);
      }
      System.out.println("two are gone under the region lock");

      synchronized (WRITING) { // so the cleaner's thread, which tells of the first one, does not come to the second one
        device.map(Access.READ_WRITE);
        awaitMappings(0);
        device.map(Access.READ_WRITE);
        collect();
        System.out.println(mappings() + " is there, which nothing can reach");
        device.disable();
        System.out.println(mappings() + " is there when the device is disabled");
        device.enable();
      }
      awaitNone(2);

      MemorySegment revoked = device.map(Access.READ_WRITE).segment();
      collect();
      device.disable(OnMapped.REVOKE);
      device.enable();
      try {
        revoked.get(JAVA_LONG, 0);
      } catch (IllegalStateException e) {
        System.out.println("a segment whose mapping is forgotten is revoked");
      }
      device.map(Access.READ_WRITE).retain();
      awaitNone(1);
      device.disable();
    }
    MemorySegment last = segmentOfAForgottenBus();
    collect();
    System.out.println(mappings() + " is there, whose bus is forgotten: " + last.get(JAVA_LONG, 0));
    last = null;
    awaitNone(2); // the bus's region, too
    System.out.println("done, with " + memfds() + " memfds");
  }

  private static MemorySegment segmentOfAForgottenBus() throws Exception {
    MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.NONE, true, 2 << 20);
    MemorySegment segment = DaxBus.withDrivers(memory).add(memory).devices().getFirst().map(Access.READ_WRITE)
        .segment();
    segment.set(JAVA_LONG, 0, 44);
    return segment;
  }

  private static long memfds() throws Exception {
    return KernelProbe.openFds().stream().filter(file -> file.contains("jdax-in-a-domain")).count();
  }

  @Test
  void andNotBefore() throws Exception {
    ForkedJvm jvm = ForkedJvm.run(List.of("-Xmx64m"), WhatIsForgottenIsGivenBackAndTold.class);
    assertThat(jvm.said().lines().filter(line -> !line.contains("Forgotten tell"))
        .map(line -> line.replaceAll("dev.jdax.spi.MemoryInADomain@\\w+", "memory"))).containsExactly(TOLD,
            "a mapping is gone", "1 is there, which has a segment", "1 is there, which has a buffer", TOLD,
            "it is gone", TOLD, TOLD, "two are gone under the region lock",
            "1 is there, which nothing can reach", "0 is there when the device is disabled", TOLD, TOLD,
            "a segment whose mapping is forgotten is revoked", TOLD, "1 is there, whose bus is forgotten: 44", TOLD,
            "WARNING: region 7 (in-a-domain: memory) was never closed, and nothing can reach it any more: its memory is "
                + "given back (-Ddev.jdax.traceMappings=true shows where it was made)",
            "done, with 0 memfds");
    assertThat(jvm.status()).isZero();
  }

  @Test
  void whereItWasMappedIsToldIfThatIsSwitchedOn() throws Exception {
    ForkedJvm jvm = ForkedJvm.run(List.of("-Xmx64m", "-Ddev.jdax.traceMappings=true"),
        WhatIsForgottenIsGivenBackAndTold.class);
    assertThat(jvm.said()).contains("was never closed", "it was made here",
        getClass().getName() + ".main(").doesNotContain("traceMappings").endsWith("done, with 0 memfds");
  }

  private static long mappings() throws Exception {
    return KernelProbe.mappingsOf("memfd:jdax").stream().filter(line -> line.contains("jdax-in-a-domain")).count();
  }

  private static void collect() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(20);
    }
  }

  /** Awaits the end of all mappings, of the memory of buses that are forgotten, and what is told of them. */
  private static void awaitNone(int sentences) throws Exception {
    awaitMappings(sentences);
    System.out.print(LOG);
    LOG.reset();
  }

  private static void awaitMappings(int sentences) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (mappings() > 0 || sentences() < sentences) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(mappings() + " mappings, and " + sentences() + " sentences of " + sentences);
      }
      System.gc();
      Thread.sleep(10);
    }
  }

  private static int sentences() {
    return LOG.toString().split("was never closed", -1).length - 1;
  }
}
