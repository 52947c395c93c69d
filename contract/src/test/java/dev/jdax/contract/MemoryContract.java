// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static dev.jdax.contract.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.platform.FailingCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of memory: how it is claimed, whose it is, what is in it. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.jdax.contract.Backend#claimed")
class MemoryContract extends Contract {
  @Test
  @Rule("C11")
  void allMemoryIsClaimedWhenTheRegionIsMade() throws Exception {
    long free = backend().freePages();
    DaxRegion region = region(2);
    if (backend().isHuge()) {
      assertThat(backend().freePages()).isEqualTo(free - 2);
    }
    assertThat(allocated(file(region.devices().getFirst()))).isEqualTo(region.size());
    long tooMuch = 1L << 42;
    assertRefused(Errno.ENOMEM, () -> bus().add(backend().memory(tooMuch)), "claim 4 TiB",
        backend().isHuge() ? tooMuch / alignment().bytes() + " pages of " + alignment() + " are needed and" : "MiB by ",
        backend().isHuge() ? "MiB of memory, and at most " : "ask for less, or ");
  }

  @Test
  @Rule("C12")
  void aSecondClaimIsRefusedAndAMappingIsNotExclusive() throws Exception {
    DaxDevice device = device();
    Path file = file(device);
    String range = "0x0-0x" + Long.toHexString(2 * block() - 1);
    assertRefused(Errno.EBUSY, () -> bus().add(HmemRegion.of(block(), alignment()).inFile(file)), range,
        "claimed already");
    assertThat(OtherProcess.ask(OtherProcess.LOCK, file.toString())).isEqualTo("false");
    if (backend() == Backend.HUGETLBFS_FILE) {
      DaxRegion attached = bus().add(HmemRegion.attach(file));
      assertThat(attached.isDynamic()).isFalse();
      assertThat(attached.devices()).singleElement().satisfies(whole -> {
        assertThat(whole.size()).isEqualTo(2 * block());
        try (DaxMapping mine = whole.map(Access.READ_WRITE); DaxMapping makers = device.map(Access.READ_ONLY)) {
          mine.segment().set(ValueLayout.JAVA_LONG, 8, 7);
          assertThat(makers.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(7);
        }
      });
    } else {
      assertRefused(Errno.EBUSY, () -> bus().add(HmemRegion.attach(file)), range, "claimed already");
    }
    try (DaxMapping one = device.map(Access.READ_WRITE); DaxMapping other = device.map(Access.READ_WRITE)) {
      assertThat(device.mappings()).containsExactly(one, other);
    }
  }

  @Test
  @Rule("C13")
  void memoryLivesUntilTheLastMappingOfItCloses() throws DaxException {
    long free = backend().freePages();
    DaxDevice device = device();
    DaxMapping one = device.map(Access.READ_WRITE);
    DaxMapping other = device.map(Access.READ_WRITE);
    one.segment().set(ValueLayout.JAVA_LONG, 0, 42);
    device.region().close();
    assertThat(bus().regions()).isEmpty();
    assertRefused(Errno.ENXIO, () -> device.map(Access.READ_WRITE), "its region is closed");
    one.close();
    assertThat(other.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
    if (backend().isHuge()) {
      assertThat(backend().freePages()).isEqualTo(free - 2);
    }
    other.close();
    if (backend() != Backend.HUGETLBFS_FILE) { // a file keeps its memory until it is deleted
      assertThat(backend().freePages()).isEqualTo(free);
    }
  }

  @Test
  @Rule("C14")
  void whateverCallFailsNothingIsLeft() throws IOException {
    int calls;
    try (FailingCalls counting = FailingCalls.counting()) {
      makeMapAndEnd();
      calls = counting.calls().size();
    }
    assertThat(calls).isGreaterThan(10);
    for (int k = 1; k <= calls; k++) {
      for (Errno errno : backend() == Backend.HUGETLB_1G ? List.of(Errno.ENOMEM) : List.of(Errno.ENOMEM, Errno.EINTR)) {
        String failed = null;
        try (FailingCalls failing = FailingCalls.failing(k, errno.number())) {
          try {
            makeMapAndEnd();
          } catch (DaxException e) {
            assertThat(e).hasMessageStartingWith("cannot ");
            failed = e.getMessage();
          }
          assertThat(failing.hasFailed()).isTrue();
          if (errno == Errno.EINTR) {
            assertThat(failed).as("call %s of %s, interrupted", k, failing.calls()).isNull();
          }
        }
        assertThat(bus().regions()).isEmpty();
        backend().deleteFiles();
        before().assertNothingMore(backend());
      }
    }
  }

  @Test
  @Rule("C22")
  void memoryIsPinnedOrSaysThatItIsNot() throws IOException {
    DaxDevice device = device();
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      boolean locked = Files.readAllLines(Path.of("/proc/self/smaps")).stream()
          .anyMatch(line -> line.startsWith("VmFlags:") && line.contains(" lo"));
      assertThat(mapping.isPinned()).isEqualTo(backend().isHuge() || locked);
      assertThat(device.region().attribute("pinned").show()).isEqualTo(mapping.isPinned() ? "1\n" : "0\n");
      Touching.faultsOf(mapping.segment(), alignment());
      assertThat(mapping.kernelView()).allMatch(part -> part.pageSize() == alignment().bytes());
    }
  }

  @Test
  @Rule("C22")
  void memoryThatCannotBePinnedSaysSo() throws IOException {
    try (FailingCalls counting = FailingCalls.counting(); DaxRegion _ = region(1)) {
      assertThat(counting.calls().contains("mlock2")).isEqualTo(!backend().isHuge());
    }
    backend().deleteFiles();
    if (backend().isHuge()) {
      return; // a pool's pages are never swapped, and nothing has to lock them
    }
    try (FailingCalls denied = FailingCalls.failingFirst("mlock2", Errno.ENOMEM.number());
        DaxRegion region = region(1)) {
      assertThat(denied.hasFailed()).isTrue();
      assertThat(region.attribute("pinned").show()).isEqualTo("0\n");
      try (DaxMapping mapping = region.create(block()).map(Access.READ_WRITE)) {
        assertThat(mapping.isPinned()).isFalse();
      }
    }
  }

  @Test
  @Rule("C23")
  void aFreshRegionReadsZeroAndCreateDoesNotClearUnlessAsked() throws DaxException {
    long last = block() - Long.BYTES;
    for (boolean clear : new boolean[]{false, true}) {
      HmemRegion memory = backend().memory(block());
      try (DaxRegion region = bus().add(clear ? memory.clearedOnCreate() : memory)) {
        assertThat(region.attribute("clear").show()).isEqualTo(clear ? "on-create\n" : "never\n");
        DaxDevice device = region.create(block());
        try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
          for (long at = 0; at < block(); at += 4096) {
            assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, at)).isZero();
          }
          mapping.segment().set(ValueLayout.JAVA_LONG, last, 42);
        }
        device.destroy();
        try (DaxMapping mapping = region.create(block()).map(Access.READ_ONLY)) {
          assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, last)).isEqualTo(clear ? 0 : 42);
        }
      }
      deleteFilesQuietly();
    }
  }

  @Test
  @Rule("C26")
  void theNodeAskedForIsTheNodeOfTheMemory() throws IOException {
    String nodes = Files.readString(Path.of("/sys/devices/system/node/has_memory")).strip(); // such as 0-1
    int last = Integer.parseInt(nodes.replaceFirst(".*[-,]", ""));
    for (int node : new TreeSet<>(List.of(0, last))) {
      try (DaxRegion region = bus().add(backend().memory(block()).onNode(node))) {
        assertThat(bus().device("dax0.0").attribute("target_node").show()).isEqualTo(node + "\n");
        DaxDevice device = region.create(block());
        try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
          Touching.faultsOf(mapping.segment(), alignment());
          String address = Long.toHexString(mapping.segment().address());
          assertThat(Files.readAllLines(Path.of("/proc/self/numa_maps"))).anyMatch(line -> line.startsWith(address)
              && line.contains(" N" + node + "=") && !line.contains(" N" + (node == 0 ? 1 : 0) + "="));
        }
      }
    }
    assertRefused(Errno.EINVAL, () -> bus().add(backend().memory(block()).onNode(999)), "node 999 has no memory",
        "nodes with memory are " + nodes);
  }

  @Test
  @Rule("C26")
  void aNodeThatMayNotBeAskedForIsSaid() throws IOException {
    for (String call : List.of("set_mempolicy", "get_mempolicy")) {
      for (Errno errno : List.of(Errno.EPERM, Errno.ENOSYS)) {
        try (FailingCalls refusing = FailingCalls.failingFirst(call, errno.number())) {
          assertRefused(errno, () -> bus().add(backend().memory(block()).onNode(0)),
              "memory of one node was asked for, and "
                  + call + " is refused (" + errno.text() + ") by a seccomp filter, as containers have it",
              "docker run --cap-add SYS_NICE", "or ask for no node");
          assertThat(refusing.hasFailed()).isTrue();
        }
        before().assertNothingMore(backend());
      }
    }
    try (FailingCalls counting = FailingCalls.counting(); DaxRegion _ = region(1)) {
      assertThat(counting.calls()).as("where no node is asked for").doesNotContain("set_mempolicy", "get_mempolicy",
          "mbind");
    }
  }

  /** The bytes that the file's memory takes, as stat(1) counts them. */
  private static long allocated(Path file) throws IOException, InterruptedException {
    Process stat = new ProcessBuilder("stat", "-L", "-c", "%b", file.toString()).start();
    String blocks = new String(stat.getInputStream().readAllBytes()).strip();
    stat.waitFor();
    return Long.parseLong(blocks) * 512;
  }

  private void makeMapAndEnd() throws DaxException {
    try (DaxRegion region = region(1)) {
      DaxDevice device = region.create(block());
      try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
        mapping.firstUnreachable(0, mapping.length());
      }
      device.destroy();
    }
  }

  private void deleteFilesQuietly() {
    try {
      backend().deleteFiles();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
