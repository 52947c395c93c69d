// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.jdax.platform.FakeTree;
import dev.jdax.platform.Machine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Headroom}: MemAvailable, and what each cgroup up to the root has left. */
class HeadroomIsTheLeastOfAllLimits {
  private static final long MIB = 1L << 20;
  private static final String V1 = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";
  private static final String V1_CPU = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu\n";
  private static final String V2 = "41 31 0:38 / /sys/fs/cgroup rw,nosuid shared:4 master:1 - cgroup2 cgroup2 rw,nsdelegate\n";
  private static final String ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n";

  @TempDir
  private Path folder;
  private FakeTree tree;

  @BeforeEach
  void aMachineWithAGibibyteAvailable() throws IOException {
    tree = new FakeTree(folder).with("proc/meminfo", """
        MemTotal:        4194304 kB
        MemFree:          524288 kB
        MemAvailable:    1048576 kB
        """);
  }

  private void assertHeadroom(long mib, String limit) {
    assertThat(Headroom.of(tree.machine())).isEqualTo(new Headroom(mib * MIB, limit));
  }

  private void v2(String path, String limit, long usedMib, long cachedMib) throws IOException {
    String group = "sys/fs/cgroup" + path + "/";
    tree.with(group + "cgroup.procs", "").with(group + "memory.max", limit + "\n")
        .with(group + "memory.current", usedMib * MIB + "\n")
        .with(group + "memory.stat", "anon 4096\nfile 8192\nactive_file 77\ninactive_file " + cachedMib * MIB + "\n");
  }

  private void v1(String path, long limit, long usedMib, long cachedMib) throws IOException {
    String group = "sys/fs/cgroup/memory" + path + "/";
    tree.with(group + "cgroup.procs", "").with(group + "memory.limit_in_bytes", limit + "\n")
        .with(group + "memory.usage_in_bytes", usedMib * MIB + "\n")
        .with(group + "memory.stat", "inactive_file 1\ntotal_inactive_file " + cachedMib * MIB + "\n");
  }

  private static String mib(long mib) {
    return Long.toString(mib * MIB);
  }

  @Test
  void withoutCgroupsItIsWhatTheMachineHasAvailable() {
    assertHeadroom(1024, "MemAvailable in /proc/meminfo");
  }

  @Test
  void aMachineThatDoesNotSayHasNoLimit() throws Exception {
    tree.with("proc/meminfo", "MemTotal: 4194304 kB\n");
    assertThat(Headroom.of(tree.machine())).isEqualTo(new Headroom(Long.MAX_VALUE, "no limit"));
  }

  @Test
  void aMountOfAnyNameHidesNoLimit() throws Exception {
    tree.with("proc/self/cgroup", "0::/job\n").with("proc/self/mountinfo", "");
    Files.write(folder.resolve("proc/self/mountinfo"),
        (ROOT + "43 24 0:40 / /mnt/gr\u00fcn rw - tmpfs none rw\n" + V2).getBytes(StandardCharsets.ISO_8859_1));
    v2("/job", mib(512), 112, 0);
    assertHeadroom(400, "/sys/fs/cgroup/job/memory.max");
  }

  @Test
  void aCgroupOfVersionTwoLimitsIt() throws Exception {
    tree.with("proc/self/cgroup", "0::/user/job\n").with("proc/self/mountinfo", ROOT + V2);
    v2("/user/job", mib(512), 112, 0);
    assertHeadroom(400, "/sys/fs/cgroup/user/job/memory.max");
  }

  @Test
  void cachesThatCanBeDroppedAreNotUsed() throws Exception {
    tree.with("proc/self/cgroup", "0::/job\n").with("proc/self/mountinfo", ROOT + V2);
    v2("/job", mib(512), 112, 100);
    assertHeadroom(500, "/sys/fs/cgroup/job/memory.max");
  }

  @Test
  void anyAncestorMayBeTheOneThatLimits() throws Exception {
    tree.with("proc/self/cgroup", "0::/a/b/c\n").with("proc/self/mountinfo", ROOT + V2);
    v2("/a", mib(600), 500, 0);
    v2("/a/b", "max", 450, 0);
    v2("/a/b/c", mib(300), 150, 0);
    assertHeadroom(100, "/sys/fs/cgroup/a/memory.max");
    v2("/a", mib(900), 500, 0);
    assertHeadroom(150, "/sys/fs/cgroup/a/b/c/memory.max");
    v2("/a/b", mib(500), 450, 0);
    assertHeadroom(50, "/sys/fs/cgroup/a/b/memory.max");
  }

  @Test
  void maxIsNoLimit() throws Exception {
    tree.with("proc/self/cgroup", "0::/job\n").with("proc/self/mountinfo", ROOT + V2);
    v2("/job", "max", 4096, 0);
    assertHeadroom(1024, "MemAvailable in /proc/meminfo");
  }

  @Test
  void aGroupThatLeavesMoreThanTheMachineHasIsNotTheLimit() throws Exception {
    tree.with("proc/self/cgroup", "0::/job\n").with("proc/self/mountinfo", ROOT + V2);
    v2("/job", mib(8192), 100, 0);
    assertHeadroom(1024, "MemAvailable in /proc/meminfo");
  }

  @Test
  void aGroupOverItsLimitLeavesNothing() throws Exception {
    tree.with("proc/self/cgroup", "0::/job\n").with("proc/self/mountinfo", ROOT + V2);
    v2("/job", mib(100), 101, 0);
    assertHeadroom(0, "/sys/fs/cgroup/job/memory.max");
  }

  @Test
  void aCgroupOfVersionOneLimitsIt() throws Exception {
    tree.with("proc/self/cgroup", "9:name=systemd:/\n4:memory:/job\n1:cpu,cpuacct:/job\n0::/\n")
        .with("proc/self/mountinfo", ROOT + V1_CPU + V1);
    v1("/job", 512 * MIB, 112, 50);
    assertHeadroom(450, "/sys/fs/cgroup/memory/job/memory.limit_in_bytes");
  }

  @Test
  void aCgroupOfVersionOneWithoutLimitShowsAHugeNumberThatIsNone() throws Exception {
    tree.with("proc/self/cgroup", "4:memory:/job\n").with("proc/self/mountinfo", ROOT + V1);
    v1("/job", 9223372036854771712L, 112, 0);
    v1("", 9223372036854771712L, 2048, 0);
    assertHeadroom(1024, "MemAvailable in /proc/meminfo");
    v1("", 700 * MIB, 500, 0);
    assertHeadroom(200, "/sys/fs/cgroup/memory/memory.limit_in_bytes");
  }

  @Test
  void onAHybridMachineBothVersionsAreAsked() throws Exception {
    tree.with("proc/self/cgroup", "4:cpu,memory:/one\n0::/two\n").with("proc/self/mountinfo", ROOT
        + "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,cpu,memory\n"
        + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    v1("/one", 512 * MIB, 112, 0);
    v2("/unified/two", mib(300), 200, 0);
    assertHeadroom(100, "/sys/fs/cgroup/unified/two/memory.max");
    v2("/unified/two", mib(900), 200, 0);
    assertHeadroom(400, "/sys/fs/cgroup/memory/one/memory.limit_in_bytes");
  }

  @Test
  void aHierarchyWithoutTheMemoryControllerIsNotAsked() throws Exception {
    tree.with("proc/self/cgroup", "2:cpu:/job\n").with("proc/self/mountinfo", ROOT + V1_CPU + V1);
    v1("/job", 10 * MIB, 0, 0);
    assertHeadroom(1024, "MemAvailable in /proc/meminfo");
  }

  @Test
  void inAContainerTheMountShowsAPartOfTheHierarchy() throws Exception {
    tree.with("proc/self/cgroup", "4:memory:/docker/abc/inner\n").with("proc/self/mountinfo",
        ROOT + "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
    v1("/inner", 300 * MIB, 200, 0);
    v1("", 500 * MIB, 450, 0);
    assertHeadroom(50, "/sys/fs/cgroup/memory/memory.limit_in_bytes");
    v1("", 900 * MIB, 450, 0);
    assertHeadroom(100, "/sys/fs/cgroup/memory/inner/memory.limit_in_bytes");
  }

  @Test
  void aPathThatCountsFromAnotherRootIsTheMountItself() throws Exception {
    tree.with("proc/self/mountinfo", ROOT + V2);
    v2("", mib(500), 200, 0);
    for (String path : new String[]{"/../other", "/../../x/y", "/"}) {
      tree.with("proc/self/cgroup", "0::" + path + "\n");
      assertHeadroom(300, "/sys/fs/cgroup/memory.max");
    }
    tree.with("proc/self/cgroup", "0::/elsewhere\n").with("proc/self/mountinfo",
        ROOT + "41 31 0:38 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    assertHeadroom(300, "/sys/fs/cgroup/memory.max");
  }

  @Test
  void aGroupWhoseFilesAreMissingIsSkipped() throws Exception {
    tree.with("proc/self/cgroup", "0::/a/b\n").with("proc/self/mountinfo", ROOT + V2);
    tree.with("sys/fs/cgroup/a/b/cgroup.procs", "").with("sys/fs/cgroup/a/b/memory.max", mib(1));
    v2("/a", mib(600), 500, 0);
    assertHeadroom(100, "/sys/fs/cgroup/a/memory.max");
  }

  @Test
  void thisMachineHasSome() {
    Headroom headroom = Headroom.of(Machine.THIS);
    assertThat(headroom.bytes()).isPositive().isLessThan(1L << 50);
    assertThat(headroom.limit()).contains("/");
  }
}
