// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import dev.jdax.platform.DeviceNumber;
import dev.jdax.platform.FakeTree;
import dev.jdax.platform.FileId;
import dev.jdax.platform.Machine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link ShmemHugePages}: each word, of the machine, of a size, and of a mount. */
class TransparentHugePagesAreForeseen {
  private static final String FOLDER = "sys/kernel/mm/transparent_hugepage/";
  private static final String WORDS = "always within_size advise never deny force\n";
  private static final String MOUNTS = """
      27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
      30 25 0:27 / /dev/shm rw,relatime - tmpfs tmpfs rw,size=24684092k
      31 25 0:28 / /mnt/always rw,relatime - tmpfs tmpfs rw,huge=always
      32 25 0:29 / /mnt/within rw,relatime - tmpfs tmpfs rw,size=1k,huge=within_size
      33 25 0:30 / /mnt/advise rw,relatime - tmpfs tmpfs rw,huge=advise
      34 25 0:31 / /mnt/never rw,relatime - tmpfs tmpfs rw,huge=never
      35 25 300:70000 / /mnt/far rw,relatime - tmpfs tmpfs rw,huge=always
      """;

  @TempDir
  private Path folder;
  private FakeTree tree;

  @BeforeEach
  void makeATree() throws Exception {
    tree = new FakeTree(folder).with("proc/self/mountinfo", MOUNTS);
  }

  private static String selecting(String word) {
    return WORDS.replaceFirst("\\b" + word + "\\b", "[" + word + "]");
  }

  private static FileId on(int major, int minor) {
    return new FileId(DeviceNumber.of(major, minor).encoded(), 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"always", "within_size", "force"})
  void aWordThatGivesThemUnaskedIsToBeChanged(String word) throws Exception {
    tree.with(FOLDER + "shmem_enabled", selecting(word));
    assertThat(ShmemHugePages.remedyForMemfd(tree.machine()))
        .contains("echo never | sudo tee /sys/kernel/mm/transparent_hugepage/shmem_enabled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"advise", "never", "deny"})
  void aWordThatDoesNotIsLeftAlone(String word) throws Exception {
    tree.with(FOLDER + "shmem_enabled", selecting(word));
    assertThat(ShmemHugePages.remedyForMemfd(tree.machine())).isEmpty();
  }

  @Test
  void aKernelWithoutThemIsNotToBeFeared() throws Exception {
    assertThat(ShmemHugePages.remedyForMemfd(tree.machine())).isEmpty();
    tree.with(FOLDER + "shmem_enabled", "nonsense\n");
    assertThat(ShmemHugePages.remedyForMemfd(tree.machine())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"always", "within_size"})
  void aSizeMayGiveThemWhereTheMachineDoesNot(String word) throws Exception {
    tree.with(FOLDER + "shmem_enabled", selecting("never"))
        .with(FOLDER + "hugepages-32kB/shmem_enabled", "always [inherit] within_size advise never\n")
        .with(FOLDER + "hugepages-64kB/shmem_enabled",
            "always inherit within_size advise never\n".replaceFirst("\\b" + word, "[" + word + "]"))
        .with(FOLDER + "hugepages-2048kB/shmem_enabled", "always inherit within_size advise [never]\n");
    assertThat(ShmemHugePages.remedyForMemfd(tree.machine()))
        .contains("echo never | sudo tee /sys/kernel/mm/transparent_hugepage/hugepages-64kB/shmem_enabled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"inherit", "advise", "never"})
  void aSizeThatGivesNoneIsLeftAlone(String word) throws Exception {
    tree.with(FOLDER + "shmem_enabled", selecting("never")).with(FOLDER + "hugepages-64kB/shmem_enabled",
        "always inherit within_size advise never\n".replaceFirst("\\b" + word, "[" + word + "]"));
    assertThat(ShmemHugePages.remedyForMemfd(tree.machine())).isEmpty();
  }

  @Test
  void theRemedyForTheMachineComesFirst() throws Exception {
    tree.with(FOLDER + "shmem_enabled", selecting("always"))
        .with(FOLDER + "hugepages-64kB/shmem_enabled", "[always] inherit within_size advise never\n");
    assertThat(ShmemHugePages.remedyForMemfd(tree.machine()).orElseThrow()).endsWith("hugepage/shmem_enabled");
  }

  @Test
  void aMountedTmpfsHasItsOwnOption() {
    Machine machine = tree.machine();
    assertThat(ShmemHugePages.remedyForMount(machine, on(0, 28)))
        .contains("sudo mount -o remount,huge=never '/mnt/always'");
    assertThat(ShmemHugePages.remedyForMount(machine, on(0, 29)))
        .contains("sudo mount -o remount,huge=never '/mnt/within'");
    assertThat(ShmemHugePages.remedyForMount(machine, on(0, 27))).isEmpty();
    assertThat(ShmemHugePages.remedyForMount(machine, on(0, 30))).isEmpty();
    assertThat(ShmemHugePages.remedyForMount(machine, on(0, 31))).isEmpty();
    assertThat(ShmemHugePages.remedyForMount(machine, on(0, 99))).isEmpty();
  }

  @Test
  void aDeviceOfLargeNumbersIsFoundToo() {
    assertThat(ShmemHugePages.remedyForMount(tree.machine(), on(300, 70000)))
        .contains("sudo mount -o remount,huge=never '/mnt/far'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"always", "within_size", "advise", "never", "deny"})
  void theMachinesWordDoesNotReachMounts(String word) throws Exception {
    tree.with(FOLDER + "shmem_enabled", selecting(word));
    assertThat(ShmemHugePages.remedyForMount(tree.machine(), on(0, 27))).isEmpty();
  }

  @Test
  void unlessItIsForce() throws Exception {
    tree.with(FOLDER + "shmem_enabled", selecting("force"));
    assertThat(ShmemHugePages.remedyForMount(tree.machine(), on(0, 31)))
        .contains("echo never | sudo tee /sys/kernel/mm/transparent_hugepage/shmem_enabled");
  }
}
