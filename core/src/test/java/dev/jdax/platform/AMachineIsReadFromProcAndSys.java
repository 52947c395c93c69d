// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link Machine} and {@link Mount}: files, numbers, nodes and mounts. */
class AMachineIsReadFromProcAndSys {
  private static final String NODES = "sys/devices/system/node/has_memory";

  @TempDir
  private Path folder;
  private FakeTree tree;
  private Machine machine;

  @BeforeEach
  void makeATree() {
    tree = new FakeTree(folder);
    machine = tree.machine();
  }

  @Test
  void aTextIsReadWithoutTheSpaceAroundIt() throws Exception {
    tree.with("proc/file", "\n text of it \n");
    assertThat(machine.read("proc/file")).contains("text of it");
    assertThat(machine.read("proc/other")).isEmpty();
    assertThat(machine.read("proc")).isEmpty();
    assertThat(machine.lines("proc/other")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "4096, 4096", "999999999999999999, 999999999999999999"})
  void aNumberIsAllOfItsFile(String text, long number) throws Exception {
    assertThat(tree.with("number", text + "\n").machine().number("number")).contains(number);
  }

  @ParameterizedTest
  @CsvSource({"max", "''", "-1", "1 2", "0x10", "1000000000000000000", "9223372036854771712", "99999999999999999999"})
  void anythingElseIsNoNumber(String text) throws Exception {
    assertThat(tree.with("number", text).machine().number("number")).isEmpty();
    assertThat(machine.number("missing")).isEmpty();
  }

  @Test
  void namesInAFolderAreSorted() throws Exception {
    tree.with("folder/b", "").with("folder/a/x", "").with("folder/c", "");
    assertThat(machine.names("folder")).containsExactly("a", "b", "c");
    assertThat(machine.names("folder/b")).isEmpty();
    assertThat(machine.names("missing")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"0|0", "0-1,3|0 1 3", "2|2", "0-3|0 1 2 3", "1,4-5,9-10|1 4 5 9 10",
      "0-1, 3|0 1 3"})
  void nodesWithMemoryAreInTheList(String list, String nodes) throws Exception {
    tree.with(NODES, list + "\n");
    List<Integer> expected = List.of(nodes.split(" ")).stream().map(Integer::valueOf).toList();
    for (int node = 0; node < 12; node++) {
      assertThat(machine.hasMemoryNode(node)).describedAs("node %d in %s", node, list)
          .isEqualTo(expected.contains(node));
    }
    assertThat(machine.hasMemoryNode(1023)).isFalse();
    assertThat(machine.memoryNodes()).isEqualTo(list);
  }

  @Test
  void aMachineThatDoesNotSayHasNodeZero() {
    assertThat(machine.hasMemoryNode(0)).isTrue();
    assertThat(machine.hasMemoryNode(1)).isFalse();
    assertThat(machine.memoryNodes()).isEqualTo("0");
  }

  @Test
  void aMountIsALineWhateverFieldsStandBeforeTheDash() throws Exception {
    tree.with("proc/self/mountinfo", """
        27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
        36 35 98:0 /mnt1 /mnt/parent rw,noatime master:1 - ext3 /dev/root rw,errors=continue
        42 24 0:39 / /dev/hugepages rw,relatime shared:9 master:1 propagate_from:2 - hugetlbfs hugetlbfs rw,pagesize=2M
        43 24 0:40 / /tmp/none rw - tmpfs none rw
        44 24 0:41 / /tmp/a\\040blank rw - fuse /a\\134b rw
        a line of a later kernel
        """);
    assertThat(machine.mounts()).containsExactly(
        new Mount("254:0", new ProcPath("/"), new ProcPath("/"), "ext4", new ProcPath("/dev/vda"),
            List.of("rw", "discard")),
        new Mount("98:0", new ProcPath("/mnt1"), new ProcPath("/mnt/parent"), "ext3", new ProcPath("/dev/root"),
            List.of("rw", "errors=continue")),
        new Mount("0:39", new ProcPath("/"), new ProcPath("/dev/hugepages"), "hugetlbfs", new ProcPath("hugetlbfs"),
            List.of("rw", "pagesize=2M")),
        new Mount("0:40", new ProcPath("/"), new ProcPath("/tmp/none"), "tmpfs", new ProcPath("none"), List.of("rw")),
        new Mount("0:41", new ProcPath("/"), new ProcPath("/tmp/a blank"), "fuse", new ProcPath("/a\\b"),
            List.of("rw")));
  }

  @Test
  void withoutMountinfoThereAreNoMounts() {
    assertThat(machine.mounts()).isEmpty();
  }

  @Test
  void thisMachineHasMountsAndANode() throws Exception {
    assertThat(Machine.THIS.mounts()).extracting(mount -> mount.point().toString()).contains("/proc", "/sys")
        .hasSize(Files.readAllLines(Path.of("/proc/self/mountinfo")).size());
    assertThat(Machine.THIS.memoryNodes()).matches("\\d+([-,]\\d+)*");
  }

  @Test
  void aCpusetMayForbidANode() throws Exception {
    tree.with(NODES, "0-3\n");
    assertThat(machine.mayUseNode(3)).isTrue();
    tree.with("proc/self/status", "Name:\tjava\nMems_allowed:\t00000000,00000005\nMems_allowed_list:\t0,2\n");
    assertThat(machine.allowedNodes()).isEqualTo("0,2");
    assertThat(machine.mayUseNode(2)).isTrue();
    assertThat(machine.mayUseNode(3)).isFalse();
    assertThat(machine.hasMemoryNode(3)).isTrue();
  }

  @Test
  void anAmountOfMemoryIsInBytes() throws Exception {
    tree.with("proc/meminfo", "MemTotal:       24684084 kB\nHugePages_Total:    2560\n")
        .with("sys/devices/system/node/node1/meminfo", "Node 1 MemTotal:   12 kB\nNode 1 Inactive(file):  3 kB\n");
    assertThat(machine.meminfo("MemTotal")).contains(24684084L << 10);
    assertThat(machine.meminfo("Mem")).isEmpty();
    assertThat(machine.meminfo(1, "Inactive(file)")).contains(3L << 10);
    assertThat(machine.meminfo(1, "MemTotal")).contains(12L << 10);
    assertThat(machine.meminfo(0, "MemTotal")).isEmpty();
  }
}
