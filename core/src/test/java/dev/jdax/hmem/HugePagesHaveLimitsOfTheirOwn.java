// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.platform.FakeTree;
import dev.jdax.platform.FileId;
import dev.jdax.platform.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link MemoryLimit}: of cgroups of both versions and all their ancestors, and of mounts. */
class HugePagesHaveLimitsOfTheirOwn {
  private static final long MIB = 1L << 20;
  private static final String V2 = "41 31 0:38 / /sys/fs/cgroup rw,nosuid shared:4 master:1 - cgroup2 cgroup2 rw\n";
  private static final String V1 = "35 31 0:32 / /sys/fs/cgroup/hugetlb rw,relatime - cgroup cgroup rw,hugetlb\n";
  private static final String MOUNTS = """
      43 27 0:40 / /huge\\040pages rw,relatime - hugetlbfs none rw,nr_inodes=4,pagesize=2M,size=8388608
      44 27 0:41 / /dev/shm rw - tmpfs tmpfs rw,size=65536k
      """;
  private static final int HUGETLBFS = 0x958458f6;
  private static final int TMPFS = 0x01021994;

  @TempDir
  private Path folder;
  private FakeTree tree;

  @BeforeEach
  void makeATree() {
    tree = new FakeTree(folder);
  }

  private void v2(String path, String kind, String max, long usedMib) throws IOException {
    String group = "sys/fs/cgroup" + path + "/hugetlb.";
    tree.with("sys/fs/cgroup" + path + "/cgroup.procs", "").with(group + kind + "max", max + "\n")
        .with(group + kind + "current", usedMib * MIB + "\n");
  }

  private void v1(String path, String kind, long max, long usedMib) throws IOException {
    String group = "sys/fs/cgroup/hugetlb" + path + "/hugetlb.";
    tree.with("sys/fs/cgroup/hugetlb" + path + "/cgroup.procs", "").with(group + kind + "limit_in_bytes", max + "\n")
        .with(group + kind + "usage_in_bytes", usedMib * MIB + "\n");
  }

  private String told(PageSize pageSize, long needed) {
    return MemoryLimit.exceeded(MemoryLimit.ofCgroups(tree.machine(), pageSize), needed)
        .map(limit -> limit.refusal("claim it", needed, null))
        .map(refusal -> {
          assertThat(refusal.errno()).isEqualTo(Errno.ENOMEM);
          return refusal.getMessage();
        }).orElse("");
  }

  @Test
  void aCgroupLimitsThePagesThatAreAllocated() throws Exception {
    tree.with("proc/self/cgroup", "0::/job\n").with("proc/self/mountinfo", V2);
    v2("/job", "2MB.", Long.toString(32 * MIB), 8);
    assertThat(told(PageSize.SIZE_2M, 24 * MIB)).isEmpty();
    assertThat(told(PageSize.SIZE_2M, 26 * MIB)).isEqualTo("cannot claim it: 26 MiB are needed, and "
        + "/sys/fs/cgroup/job/hugetlb.2MB.max allows 32 MiB, of which 8 MiB are taken; raise that limit: echo 35651584 | "
        + "sudo tee /sys/fs/cgroup/job/hugetlb.2MB.max; for a container, where it is made (in Kubernetes: the limit of "
        + "hugepages-2Mi); or ask for at most 24 MiB (ENOMEM)");
    assertThat(told(PageSize.SIZE_1G, 1024 * MIB)).isEmpty();
  }

  @Test
  void aCgroupLimitsThePagesThatAreReserved() throws Exception {
    tree.with("proc/self/cgroup", "0::/job\n").with("proc/self/mountinfo", V2);
    v2("/job", "1GB.", "max", 0);
    v2("/job", "1GB.rsvd.", Long.toString(1024 * MIB), 1024);
    assertThat(told(PageSize.SIZE_1G, 1024 * MIB)).contains("1 GiB are needed, and "
        + "/sys/fs/cgroup/job/hugetlb.1GB.rsvd.max allows 1 GiB, of which 1 GiB are taken; raise that limit: echo "
        + "2147483648 | sudo tee", "hugepages-1Gi").doesNotContain("ask for at most");
  }

  @Test
  void anyAncestorMayBeTheOneThatLimits() throws Exception {
    tree.with("proc/self/cgroup", "0::/a/b\n").with("proc/self/mountinfo", V2);
    v2("/a", "2MB.", Long.toString(16 * MIB), 4);
    v2("/a/b", "2MB.", Long.toString(64 * MIB), 4);
    assertThat(told(PageSize.SIZE_2M, 14 * MIB)).contains("/sys/fs/cgroup/a/hugetlb.2MB.max allows 16 MiB");
    v2("/a", "2MB.", "9223372036854771712", 4); // as Linux shows that there is none
    assertThat(told(PageSize.SIZE_2M, 14 * MIB)).isEmpty();
    assertThat(told(PageSize.SIZE_2M, 62 * MIB)).contains("/sys/fs/cgroup/a/b/hugetlb.2MB.max allows 64 MiB");
  }

  @Test
  void aCgroupOfVersionOneLimitsThem() throws Exception {
    tree.with("proc/self/cgroup", "5:hugetlb:/job\n4:memory:/other\n0::/\n").with("proc/self/mountinfo", V1);
    v1("/job", "2MB.", 8 * MIB, 2);
    v1("", "2MB.", 9223372036854771712L, 2);
    assertThat(told(PageSize.SIZE_2M, 8 * MIB)).contains("8 MiB are needed, and "
        + "/sys/fs/cgroup/hugetlb/job/hugetlb.2MB.limit_in_bytes allows 8 MiB, of which 2 MiB are taken; raise that "
        + "limit: echo 10485760 | sudo tee /sys/fs/cgroup/hugetlb/job/hugetlb.2MB.limit_in_bytes");
    v1("/job", "2MB.rsvd.", 4 * MIB, 4);
    assertThat(told(PageSize.SIZE_2M, 2 * MIB)).contains("hugetlb.2MB.rsvd.limit_in_bytes allows 4 MiB");
  }

  @Test
  void whereHugePagesCountAsMemoryItsLimitIsTheirs() throws Exception {
    tree.with("proc/self/cgroup", "0::/job\n").with("proc/self/mountinfo", V2)
        .with("sys/fs/cgroup/job/cgroup.procs", "").with("sys/fs/cgroup/job/memory.max", 64 * MIB + "\n")
        .with("sys/fs/cgroup/job/memory.current", 60 * MIB + "\n");
    assertThat(told(PageSize.SIZE_2M, 6 * MIB)).isEmpty();
    tree.with("proc/self/mountinfo", V2.replace("cgroup2 rw", "cgroup2 rw,memory_hugetlb_accounting"));
    assertThat(told(PageSize.SIZE_2M, 6 * MIB)).contains("/sys/fs/cgroup/job/memory.max allows 64 MiB, of which 60 MiB "
        + "are taken", "in Kubernetes: the limit of memory", "at most 4 MiB");
  }

  @Test
  void withoutTheControllerNothingIsLimited() throws Exception {
    assertThat(told(PageSize.SIZE_2M, Long.MAX_VALUE)).isEmpty();
    tree.with("proc/self/cgroup", "4:memory:/job\n0::/\n").with("proc/self/mountinfo", V1 + V2);
    assertThat(told(PageSize.SIZE_2M, Long.MAX_VALUE)).isEmpty();
  }

  private static FileId on(int minor) {
    return new FileId(minor, 1);
  }

  @Test
  void theSizeOfAMountLimitsWhatIsInIt() throws Exception {
    tree.with("proc/self/mountinfo", MOUNTS);
    MemoryLimit huge = MemoryLimit
        .ofMount(tree.machine(), new FileSystem(HUGETLBFS & 0xffffffffL, 2 * MIB, 4, 1), on(40))
        .orElseThrow();
    assertThat(MemoryLimit.exceeded(List.of(huge), 2 * MIB)).isEmpty();
    assertThat(huge.refusal("claim it", 6 * MIB, null))
        .hasMessage("cannot claim it: 6 MiB are needed, and the mount at "
            + "/huge pages allows 8 MiB, of which 6 MiB are taken; mount a hugetlbfs with size=12582912 or more, which a "
            + "remount does not change; or ask for at most 2 MiB (ENOMEM)");
    MemoryLimit small = MemoryLimit.ofMount(tree.machine(), new FileSystem(TMPFS, 4096, 16384, 256), on(41))
        .orElseThrow();
    assertThat(small.refusal("claim it", 2 * MIB, null)).hasMessageContaining("the mount at /dev/shm allows 64 MiB, of "
        + "which 63 MiB are taken; sudo mount -o remount,size=68157440 '/dev/shm'; or ask for at most 1 MiB");
  }

  @Test
  void aPlaceMayHaveAnyName() throws Exception {
    tree.with("proc/self/cgroup", "0::/100%done\n").with("proc/self/mountinfo", V2);
    v2("/100%done", "2MB.", Long.toString(2 * MIB), 2);
    assertThat(told(PageSize.SIZE_2M, 2 * MIB))
        .contains("echo 4194304 | sudo tee /sys/fs/cgroup/100%done/hugetlb.2MB.max;");
  }

  @Test
  void aMountWithoutASizeLimitsNothing() throws Exception {
    tree.with("proc/self/mountinfo", MOUNTS);
    for (long blocks : new long[]{0, -1}) {
      FileSystem unlimited = new FileSystem(HUGETLBFS & 0xffffffffL, 2 * MIB, blocks, blocks);
      assertThat(MemoryLimit.ofMount(tree.machine(), unlimited, on(40))).isEmpty();
    }
  }

  @Test
  void ofSeveralTheLeastCounts() {
    MemoryLimit wide = new MemoryLimit("wide", 100, 0, "%d");
    MemoryLimit narrow = new MemoryLimit("narrow", 100, 90, "%d");
    MemoryLimit over = new MemoryLimit("over", 100, 110, "%d");
    assertThat(MemoryLimit.exceeded(List.of(wide, narrow), 101)).contains(narrow);
    assertThat(MemoryLimit.exceeded(List.of(wide, narrow), 10)).isEmpty();
    assertThat(over.left()).isZero();
    assertThat(MemoryLimit.exceeded(List.of(over, narrow), 1)).contains(over);
    assertThat(MemoryLimit.exceeded(List.of(over), 0)).as("nothing is needed of it").isEmpty();
  }
}
