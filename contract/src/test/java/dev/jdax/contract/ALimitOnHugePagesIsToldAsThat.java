// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static dev.jdax.contract.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.jdax.DaxBus;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.platform.ForkedJvm;
import dev.jdax.spi.FileClaim;
import dev.jdax.spi.Waiver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where the pool has pages and a cgroup or a mount allows fewer, that is what is said; and a process in such a cgroup
 * goes on, where a page fault over the limit would be its end (SIGBUS).
 */
class ALimitOnHugePagesIsToldAsThat {
  private static final long MIB = 1L << 20;

  @TempDir
  private Path folder;
  private final DaxBus bus = DaxBus.create();
  private final List<Path> groups = new ArrayList<>();

  @BeforeEach
  void pagesAreThere() {
    Backend.HUGETLB_2M.assumeBlocks(16);
    assumeTrue(System.getProperty("user.name").equals("root"), "needs root, to make cgroups and to mount");
  }

  @AfterEach
  void removeWhatWasMade() throws Exception {
    bus.close();
    for (Path group : groups.reversed()) {
      Files.delete(group);
    }
  }

  private Path group(Path parent, String name) throws IOException {
    Path group = Files.createDirectory(parent.resolve(name));
    groups.add(group);
    return group;
  }

  /** {@return a new cgroup of version 2 for jobs of this test, whose children can have limits of huge pages} */
  private Path groupWithController() throws IOException {
    Optional<Path> mount = Files.readAllLines(Path.of("/proc/mounts")).stream().map(line -> line.split(" "))
        .filter(fields -> fields[2].equals("cgroup2")).map(fields -> Path.of(fields[1])).findFirst();
    assumeTrue(mount.isPresent() && Files.readString(mount.get().resolve("cgroup.controllers")).contains("hugetlb"),
        "needs a mounted cgroup2 with the hugetlb controller; run .ci/prepare as root");
    Files.writeString(mount.get().resolve("cgroup.subtree_control"), "+hugetlb");
    Path top = group(mount.get(), "jdax-" + ProcessHandle.current().pid());
    Files.writeString(top.resolve("cgroup.subtree_control"), "+hugetlb");
    return top;
  }

  @ParameterizedTest
  @CsvSource({"max, true", "max, false", "rsvd.max, true", "rsvd.max, false"})
  void ofACgroupOrTheOneAboveIt(String limit, boolean own) throws Exception {
    Path top = groupWithController();
    Path group = group(top, "job");
    Path file = (own ? group : top).resolve("hugetlb.2MB." + limit);
    Files.writeString(file, Long.toString(8 * MIB));
    ForkedJvm jvm = ForkedJvm.run(ForkedJvm.SMALL, InACgroup.class, group.toString());
    assertThat(jvm.said()).isEqualTo("ENOMEM cannot claim 10 MiB in pages of 2 MiB: 10 MiB are needed, and " + file
        + " allows 8 MiB, of which 0 bytes are taken; raise that limit: echo 10485760 | sudo tee " + file
        + "; for a container, where it is made (in Kubernetes: the limit of hugepages-2Mi); or ask for at most 8 MiB "
        + "(ENOMEM)\nENOMEM cannot claim 2 MiB in pages of 2 MiB: 2 MiB are needed, and " + file
        + " allows 8 MiB, of which 8 MiB are taken; raise that limit: echo 10485760 | sudo tee " + file
        + "; for a container, where it is made (in Kubernetes: the limit of hugepages-2Mi) (ENOMEM)\n8 MiB were touched");
    assertThat(jvm.status()).isZero();
  }

  @Test
  void ofAMount() throws Exception {
    mount("hugetlbfs", "pagesize=2M,size=8M", () -> {
      Path file = folder.resolve("one");
      assertRefused(Errno.ENOMEM, () -> bus.add(HmemRegion.of(10 * MIB, PageSize.SIZE_2M).inFile(file)),
          "10 MiB are needed, and the mount at " + folder
              + " allows 8 MiB, of which 0 bytes are taken; mount a hugetlbfs "
              + "with size=10485760 or more",
          "or ask for at most 8 MiB");
      assertThat(file).doesNotExist();
      try (DaxRegion region = bus.add(HmemRegion.of(8 * MIB, PageSize.SIZE_2M).inFile(file))) {
        try (DaxRegion theirs = bus.add(HmemRegion.attach(file))) {
          assertThat(theirs.size()).as("to attach takes nothing more").isEqualTo(region.size());
        }
        assertRefused(Errno.ENOMEM,
            () -> bus.add(HmemRegion.of(2 * MIB, PageSize.SIZE_2M).inFile(folder.resolve("two"))),
            "allows 8 MiB, of which 8 MiB are taken");
      }
    });
  }

  @Test
  void ofTheMountOfAnImage() throws Exception {
    mount("hugetlbfs", "pagesize=2M,size=8M", () -> {
      Path image = folder.resolve("image");
      assertThat(exitOf("truncate", "-s", "16M", image.toString())).isZero();
      assertRefused(Errno.ENOSPC, () -> FileClaim.of(image, 0, 16 * MIB, Set.of()), "claim 0x0-0xffffff of " + image,
          "see which of these is short: free pages of 2 MiB (/sys/kernel/mm/hugepages), size= of the mount, "
              + "hugetlb.*.max of the cgroup; or waive the allocation");
      FileClaim.of(image, 0, 16 * MIB, Set.of(Waiver.ALLOCATION)).close();
    });
  }

  @Test
  void ofATmpfs() throws Exception {
    mount("tmpfs", "size=4M,huge=never", () -> {
      assertRefused(Errno.ENOMEM,
          () -> bus.add(HmemRegion.of(6 * MIB, PageSize.SIZE_4K).inFile(folder.resolve("one"))),
          "6 MiB are needed, and the mount at " + folder + " allows 4 MiB, of which 0 bytes are taken; sudo mount -o "
              + "remount,size=6291456 '" + folder + "'");
      try (DaxRegion region = bus.add(HmemRegion.of(4 * MIB, PageSize.SIZE_4K).inFile(folder.resolve("two")))) {
        assertThat(region.size()).isEqualTo(4 * MIB);
      }
    });
  }

  @ParameterizedTest
  @CsvSource({"hugetlbfs, 'pagesize=2M,nr_inodes=2'", "tmpfs, 'nr_inodes=2,huge=never'"})
  void ofTheFilesOfAMount(String type, String options) throws Exception {
    PageSize pageSize = type.equals("tmpfs") ? PageSize.SIZE_4K : PageSize.SIZE_2M;
    mount(type, options, () -> {
      for (int i = 0; !Files.exists(folder.resolve("full")); i++) {
        try {
          Files.createFile(folder.resolve("file" + i));
        } catch (IOException full) {
          break;
        }
      }
      assertRefused(Errno.ENOSPC,
          () -> bus.add(HmemRegion.of(2 * MIB, pageSize).inFile(folder.resolve("one"))),
          "the mount at " + folder + " has as many files and folders as it may have, nr_inodes=2; delete files there");
    });
  }

  private interface Step {
    void run() throws Exception;
  }

  private void mount(String type, String options, Step step) throws Exception {
    assertThat(exitOf("mount", "-t", type, "-o", options, "none", folder.toString())).isZero();
    try {
      step.run();
    } finally {
      bus.close();
      assertThat(exitOf("umount", folder.toString())).isZero();
    }
  }

  private static int exitOf(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
