// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;

import dev.jdax.PageSize;
import dev.jdax.platform.FakeTree;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link HugePagePool}: what is free less what is reserved, and the line that makes it enough. */
class APoolOfHugePagesIsCounted {
  private static final String MACHINE = "sys/kernel/mm/hugepages/hugepages-2048kB/";
  private static final String NODE_1 = "sys/devices/system/node/node1/hugepages/hugepages-1048576kB/";

  @TempDir
  private Path folder;
  private FakeTree tree;

  @BeforeEach
  void makeATree() {
    tree = new FakeTree(folder);
  }

  private HugePagePool pool(long total, long free, long reserved) throws IOException {
    tree.with(MACHINE + "nr_hugepages", total + "\n").with(MACHINE + "free_hugepages", free + "\n")
        .with(MACHINE + "resv_hugepages", reserved + "\n");
    return new HugePagePool(tree.machine(), PageSize.SIZE_2M, OptionalInt.empty());
  }

  @Test
  void freeIsWhatNobodyHasReserved() throws Exception {
    assertThat(pool(100, 60, 0).free()).isEqualTo(60);
    assertThat(pool(100, 60, 25).free()).isEqualTo(35);
    assertThat(pool(100, 60, 60).free()).isZero();
    assertThat(pool(100, 60, 61).free()).isZero();
  }

  @Test
  void aPoolIsThereIfTheKernelHasPagesOfItsSize() throws Exception {
    assertThat(pool(0, 0, 0).exists()).isTrue();
    assertThat(new HugePagePool(tree.machine(), PageSize.SIZE_1G, OptionalInt.empty()).exists()).isFalse();
    assertThat(new HugePagePool(tree.machine(), PageSize.SIZE_2M, OptionalInt.of(0)).exists()).isFalse();
    assertThat(new HugePagePool(tree.machine(), PageSize.SIZE_1G, OptionalInt.empty()).free()).isZero();
  }

  @Test
  void theLineMakesUpForWhatIsMissing() throws Exception {
    String file = " | sudo tee /" + MACHINE + "nr_hugepages";
    assertThat(pool(100, 60, 0).lineThatReserves(80)).isEqualTo("echo 120" + file);
    assertThat(pool(100, 60, 25).lineThatReserves(80)).isEqualTo("echo 145" + file);
    assertThat(pool(100, 0, 0).lineThatReserves(1)).isEqualTo("echo 101" + file);
    assertThat(pool(0, 0, 0).lineThatReserves(512)).isEqualTo("echo 512" + file);
    assertThat(pool(100, 60, 0).lineThatReserves(60)).describedAs("enough is there").isEqualTo("echo 100" + file);
    assertThat(pool(100, 60, 0).lineThatReserves(10)).isEqualTo("echo 100" + file);
  }

  @Test
  void aNodeHasItsOwnPoolWithoutReservations() throws Exception {
    pool(100, 60, 60);
    tree.with(NODE_1 + "nr_hugepages", "4\n").with(NODE_1 + "free_hugepages", "3\n");
    HugePagePool pool = new HugePagePool(tree.machine(), PageSize.SIZE_1G, OptionalInt.of(1));
    assertThat(pool.exists()).isTrue();
    assertThat(pool.free()).isEqualTo(3);
    assertThat(pool.lineThatReserves(5)).isEqualTo("echo 6 | sudo tee /" + NODE_1 + "nr_hugepages");
  }

  @Test
  void theRemedyLooksAtTheMemoryThereIs() throws Exception {
    tree.with("proc/meminfo", "MemTotal: 4194304 kB\nMemAvailable: 1048576 kB\n"); // of 1 GiB, 64 MiB are left alone
    assertThat(pool(100, 60, 0).remedy(60 + 480)).startsWith("reserve them: echo 580 | sudo tee /" + MACHINE);
    assertThat(pool(100, 60, 0).remedy(60 + 481)).isEqualTo("this machine has 4096 MiB of memory, and at most 540 such "
        + "pages can be had of it now: ask for at most 1080 MiB, or free memory");
    assertThat(pool(100, 60, 0).remedy(102400)).doesNotContain("echo");
    tree.with("proc/meminfo", "MemTotal: 4194304 kB\nMemAvailable: 10 kB\n");
    assertThat(pool(100, 0, 0).remedy(1)).isEqualTo("this machine has 4096 MiB of memory, and at most 0 such pages can "
        + "be had of it now: free memory, or take smaller pages");
  }

  @Test
  void theRemedyOfANodeLooksAtItsOwnMemory() throws Exception {
    tree.with("proc/meminfo", "MemTotal: 104194304 kB\nMemAvailable: 104194304 kB\n");
    tree.with("sys/devices/system/node/node1/meminfo", "Node 1 MemTotal:       8388608 kB\n"
        + "Node 1 MemFree:        2097152 kB\nNode 1 Inactive(file):  1150976 kB\n");
    tree.with(NODE_1 + "nr_hugepages", "4\n").with(NODE_1 + "free_hugepages", "1\n");
    HugePagePool pool = new HugePagePool(tree.machine(), PageSize.SIZE_1G, OptionalInt.of(1));
    assertThat(pool.remedy(4))
        .isEqualTo("reserve them: echo 7 | sudo tee /" + NODE_1 + "nr_hugepages (or at boot, before "
            + "memory is in pieces: hugepagesz=1G hugepages=4)");
    assertThat(pool.remedy(5))
        .isEqualTo("node 1 has 8192 MiB of memory, and at most 4 such pages can be had of it now: "
            + "ask for at most 4 GiB, or free memory");
  }

  @Test
  void enoughAfterTheLineIsEnough() throws Exception {
    // Whoever does what the line says has what was needed: free less reserved grows by what is added.
    for (long[] given : new long[][]{{100, 60, 0}, {100, 60, 25}, {10, 10, 10}, {0, 0, 0}}) {
      for (long needed : new long[]{1, 35, 36, 60, 61, 500}) {
        HugePagePool before = pool(given[0], given[1], given[2]);
        long wanted = Long.parseLong(before.lineThatReserves(needed).split(" ")[1]);
        assertThat(wanted).isGreaterThanOrEqualTo(given[0]);
        HugePagePool after = pool(wanted, given[1] + wanted - given[0], given[2]);
        assertThat(after.free()).describedAs("%d of %s", needed, given).isGreaterThanOrEqualTo(needed);
      }
    }
  }
}
