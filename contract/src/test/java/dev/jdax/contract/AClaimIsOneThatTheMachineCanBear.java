// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.jdax.platform.ForkedJvm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * In a cgroup of 400 MiB a claim of 480 MiB is a refusal, and not the end of the process: of a sparse image on tmpfs as
 * of the machine's memory, and wherever the cgroup's folder is seen or not seen.
 */
class AClaimIsOneThatTheMachineCanBear {
  private static final long MIB = 1L << 20;
  private static final String NAME = "jdax-bear-" + ProcessHandle.current().pid();

  private Path group;
  private Path image;
  private String limit;

  @BeforeEach
  void thereIsACgroupAndASparseImage() throws IOException {
    assumeTrue(System.getProperty("user.name").equals("root"), "needs root, to make cgroups");
    Optional<Path> unified = mountOf("cgroup2", "");
    Optional<Path> memory = mountOf("cgroup", "memory");
    boolean two = memory.isEmpty() && unified.isPresent()
        && Files.readString(unified.get().resolve("cgroup.controllers")).contains("memory");
    assumeTrue(two || memory.isPresent(), "needs a mounted cgroup hierarchy with the memory controller");
    if (two) {
      Files.writeString(unified.get().resolve("cgroup.subtree_control"), "+memory");
    }
    limit = two ? "memory.max" : "memory.limit_in_bytes";
    Path top = Files.createDirectory((two ? unified : memory).get().resolve(NAME));
    if (two) {
      Files.writeString(top.resolve("cgroup.subtree_control"), "+memory");
    }
    group = Files.createDirectory(top.resolve("job"));
    Files.writeString(group.resolve(limit), Long.toString(400 * MIB));
    image = Path.of("/dev/shm", NAME);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(480 * MIB);
    }
  }

  /** The mount point of a hierarchy, by the type of its mount and a word among its options. */
  private static Optional<Path> mountOf(String type, String option) throws IOException {
    return Files.readAllLines(Path.of("/proc/mounts")).stream().map(line -> line.split(" "))
        .filter(fields -> fields[2].equals(type)
            && (option.isEmpty() || List.of(fields[3].split(",")).contains(option)))
        .map(fields -> Path.of(fields[1])).findFirst();
  }

  @AfterEach
  void removeWhatWasMade() throws Exception {
    if (image != null) {
      Files.deleteIfExists(image);
    }
    if (group != null) {
      Files.writeString(group.getParent().resolve(limit.equals("memory.max") ? "memory.max" : "memory.force_empty"),
          limit.equals("memory.max") ? "max" : "0");
      Files.delete(group);
      Files.delete(group.getParent());
    }
  }

  private ForkedJvm run(String shell) throws Exception {
    // The shell joins the cgroup; what it executes is in it from its first page on.
    String joins = "echo $$ >" + group + "/cgroup.procs && " + shell;
    return ForkedJvm.runUnder(List.of("sh", "-c", joins + "exec \"$@\"", "sh"), ForkedJvm.SMALL, ClaimsInACgroup.class,
        image.toString());
  }

  private void assertTold(ForkedJvm jvm, String file) {
    assertThat(jvm.said()).contains("image: cannot claim 0x0-0x1dffffff of " + image
        + ": 480 MiB are needed, and there are ",
        " MiB by " + file + ", of which 64 MiB are left alone; ask for less, or ",
        "memory: cannot claim 480 MiB in pages of 4 KiB: 480 MiB are needed, and there are ",
        "part: claimed\npart again: claimed\n4 MiB were touched");
    assertThat(jvm.status()).isZero();
  }

  @Test
  void asTheMountsShowIt() throws Exception {
    assertTold(run(""), group.resolve(limit).toString());
    assertThat((long) Files.getAttribute(image, "unix:size")).isEqualTo(480 * MIB);
  }

  @Test
  void whereThereIsNoMountOfCgroups() throws Exception {
    String mounts = "for m in $(awk '$3 ~ /^cgroup/ { print $2 }' /proc/mounts); do umount -l \"$m\"; done; ";
    assertTold(runIn("unshare -m --propagation private", mounts), hidden());
  }

  @Test
  void whereTheMountIsCoveredByAnother() throws Exception {
    assertTold(runIn("unshare -m --propagation private", "mount -t tmpfs none /sys/fs/cgroup; "), hidden());
  }

  @Test
  void inACgroupNamespaceUnderTheMountsOfTheMachine() throws Exception {
    assertTold(runIn("unshare -C", ""), group.resolve(limit).toString());
  }

  @Test
  void whereNothingShowsTheCgroupThatIsSaid() throws Exception {
    String mounts = "for m in $(awk '$3 ~ /^cgroup/ { print $2 }' /proc/mounts); do umount -l \"$m\"; done; ";
    Files.writeString(group.resolve(limit), Long.toString(1400 * MIB)); // since nothing keeps it from 480, twice
    ForkedJvm jvm = runIn("unshare -m --propagation private",
        mounts + "set -- setpriv --bounding-set -all --inh-caps -all \"$@\"; ");
    assertThat(jvm.said()).contains("no mount here shows the cgroup ", NAME + "/job of this process");
  }

  private String hidden() {
    return "(mount -t cgroup" + (limit.equals("memory.max") ? "2" : " -o memory") + " none)/" + NAME + "/job/" + limit;
  }

  private ForkedJvm runIn(String namespace, String steps) throws Exception {
    return run("exec " + namespace + " sh -c '" + steps.replace("'", "'\\''") + "exec \"$@\"' sh \"$@\"; ");
  }
}
