// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that write, as the issue and the README have them; what they made is read by the verbs that read. */
class MediaAreMadeFromTheCommandLine {
  private static final long MIB = 1L << 20;
  private static final String UUID = "00112233-4455-6677-8899-aabbccddeeff";

  @TempDir
  private Path folder;
  private Path image;

  @BeforeEach
  void makeADimm() throws IOException {
    image = folder.resolve("nv.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(256 * MIB + (128 << 10));
    }
  }

  /** Whether the kernel can tell who uses the image depends on the file system that the tests' folder is on. */
  private CommandRun edit(String verb, Object... more) {
    List<Object> words = new ArrayList<>(List.of(verb, "--image", image, "--assume-unused"));
    words.addAll(Arrays.asList(more));
    return CommandRun.of(words.toArray());
  }

  private JsonObject inspected() {
    CommandRun run = CommandRun.of("inspect", image, "--json");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.json().getAsJsonArray("problems")).isEmpty();
    return run.json();
  }

  private static void assertDone(CommandRun run, String... words) {
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(Arrays.asList(words)).allSatisfy(word -> assertThat(run.out()).contains(word));
  }

  private static void assertRefused(CommandRun run, String... words) {
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.err()).startsWith("jdax: cannot ").hasLineCount(1).contains(words);
  }

  @Test
  void labelsAndNamespacesAreMadeAndEnded() {
    assertDone(edit("init-labels", "--label-size", "128K", "-V", "1.2", "--slot", 1), "version 1.2, with 510 slots");
    assertDone(edit("create-namespace", "-m", "devdax", "-a", "2M", "-M", "dev", "-s", "64M", "-n", "alpha", "--slot",
        1, "-u", UUID), "created a namespace of 64 MiB");
    assertDone(edit("create-namespace", "-s", "16M", "--slot", 1));
    JsonObject alpha = inspected().getAsJsonArray("namespaces").get(0).getAsJsonObject();
    assertThat(alpha.get("name").getAsString()).isEqualTo("alpha");
    assertThat(alpha.get("linux").getAsString()).isEqualTo("devdax");
    assertThat(alpha.get("raw_uuid").getAsString()).isEqualTo(UUID);
    assertThat(alpha.get("map").getAsString()).isEqualTo("dev");
    assertThat(alpha.get("size").getAsLong()).isEqualTo(62 * MIB);
    assertThat(inspected().getAsJsonArray("namespaces").get(1).getAsJsonObject().get("mode").getAsString())
        .isEqualTo("fsdax");
    assertRefused(edit("create-namespace", "-s", "1G", "--slot", 1), "the largest free space has 176 MiB", "(ENOSPC)");
    assertRefused(edit("create-namespace", "-s", "17M", "--slot", 1), "16 MiB", "(EINVAL)");
    assertDone(edit("destroy-namespace", "-n", "alpha", "--slot", 1), "destroyed namespace " + UUID);
    assertRefused(edit("destroy-namespace", "-n", "alpha", "--slot", 1), "alpha", "(ENXIO)");
    assertThat(inspected().getAsJsonArray("namespaces")).hasSize(1);
    assertRefused(edit("init-labels"), "(EBUSY)");
    assertDone(edit("init-labels", "--force", "-V", "1.1"), "version 1.1, with 1020 slots");
    assertThat(CommandRun.of("check-labels", "--image", image).exitCode()).isZero();
  }

  @Test
  void anImageWithoutLabelsIsOneNamespace() {
    JsonObject made = edit("create-namespace", "-m", "devdax", "-a", "4K", "-M", "mem", "--infoblock-uuid", UUID,
        "--json").json();
    assertThat(made.get("dry_run").getAsBoolean()).isFalse();
    JsonObject namespace = made.getAsJsonArray("namespaces").get(0).getAsJsonObject();
    assertThat(namespace.get("uuid").getAsString()).isEqualTo(UUID);
    assertThat(namespace.get("linux").getAsString()).isEqualTo("devdax");
    assertThat(namespace.has("raw_uuid")).isFalse();
    assertRefused(edit("create-namespace", "-m", "devdax"), "(EEXIST)");
    assertRefused(edit("write-infoblock", "-m", "devdax"), "(EEXIST)");
    assertDone(edit("write-infoblock", "-m", "fsdax", "-u", UUID, "--force"));
    assertThat(inspected().getAsJsonArray("namespaces").get(0).getAsJsonObject().get("linux").getAsString())
        .isEqualTo("fsdax");
    assertRefused(edit("destroy-namespace", "-n", UUID), "(EEXIST)");
    assertDone(edit("destroy-namespace", "-n", UUID, "--force"));
    assertThat(inspected().getAsJsonArray("namespaces").get(0).getAsJsonObject().get("linux").getAsString())
        .isEqualTo("raw");
  }

  @Test
  void theCookieOfTheInterleaveSetCanBeGiven() {
    assertDone(edit("init-labels"));
    assertDone(edit("create-namespace", "-m", "devdax", "-s", "16M", "--cookie", "0xfedcba9876543210"));
    JsonObject label = CommandRun.of("read-labels", image, "--json").json().getAsJsonArray("dimms").get(0)
        .getAsJsonObject().getAsJsonArray("label").get(0).getAsJsonObject();
    assertThat(label.get("isetcookie").getAsBigInteger().toString(16)).isEqualTo("fedcba9876543210");
    assertThat(CommandRun.of("check-labels", image, "--cookie", "0xfedcba9876543210").exitCode()).isZero();
    assertThat(CommandRun.of("check-labels", image, "--slot", 0).exitCode()).isEqualTo(1);
    assertThat(CommandRun.of("check-labels", image, "--slot", 0, "--cookie", 1).exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("check-labels", image, "--cookie", "x").err()).contains("is not a cookie");
  }

  @Test
  void thePositionIsAskedForAndThenKeptAndShown() {
    assertDone(edit("init-labels", "--slot", 1));
    assertThat(CommandRun.of("inspect", image).out()).contains("bound to    no DIMM, as there is no label");
    assertThat(inspected().has("qemu_position")).isFalse();
    assertRefused(edit("create-namespace", "-m", "devdax", "-s", "16M"), "no label there says which DIMM it is of",
        "--slot", "--cookie", "(EINVAL)");
    assertDone(edit("create-namespace", "-m", "devdax", "-s", "16M", "--slot", 1));
    assertDone(edit("create-namespace", "-m", "devdax", "-s", "16M"));
    assertThat(inspected().get("qemu_position").getAsInt()).isEqualTo(1);
    assertThat(CommandRun.of("inspect", image).out())
        .contains("bound to    QEMU position 1 (--slot 1), by cookie 0x");
    assertThat(CommandRun.of("inspect", image, "--slot", 1).out()).contains("problems: none");
    assertRefused(edit("create-namespace", "-m", "devdax", "-s", "16M", "--slot", 0), "isetcookie",
        "that of QEMU's NVDIMM at position 1", "(EINVAL)");
    assertThat(CommandRun.of("inspect", image, "--slot", 0).out()).contains("problems: 2", "isetcookie",
        "bound to    QEMU position 1");
  }

  @Test
  void aDryRunWritesNothing() throws IOException {
    assertRefused(edit("init-labels", "--label-size", "64K"), "a label area of 64 KiB is smaller than any that QEMU"
        + " takes: its label-size is at least 128 KiB; use 128 KiB", "(EINVAL)");
    assertDone(edit("init-labels", "--dry-run"), "dry run, nothing was written: initialised",
        "0x10000000  131072  empty label area");
    assertThat(CommandRun.of("inspect", image, "--json").json().getAsJsonArray("label_area")).isEmpty();
    assertDone(edit("init-labels"));
    byte[] before = tail();
    CommandRun run = edit("create-namespace", "-s", "32M", "--slot", 0, "--dry-run", "--json");
    assertThat(run.json().get("dry_run").getAsBoolean()).isTrue();
    assertThat(run.json().getAsJsonArray("steps").asList())
        .extracting(step -> step.getAsJsonObject().get("barrier").getAsBoolean()).contains(true);
    assertThat(tail()).isEqualTo(before);
    assertThat(inspected().getAsJsonArray("namespaces")).isEmpty();
  }

  private byte[] tail() throws IOException {
    byte[] tail = new byte[128 << 10];
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
      file.seek(256 * MIB);
      file.readFully(tail);
    }
    return tail;
  }

  @Test
  void aDamagedIndexBlockIsRepaired() throws IOException {
    assertDone(edit("init-labels"));
    assertDone(edit("create-namespace", "-m", "devdax", "-s", "16M", "-n", "alpha", "--slot", 0));
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(256 * MIB + 256 + 20);
      file.write(0x7f);
    }
    CommandRun damaged = CommandRun.of("check-labels", "--image", image);
    assertThat(damaged.exitCode()).isEqualTo(1);
    assertThat(damaged.out()).contains("checksum");
    CommandRun repaired = CommandRun.of("check-labels", "--image", image, "--repair", "--assume-unused");
    assertThat(repaired.exitCode()).as(repaired.toString()).isZero();
    assertThat(inspected().getAsJsonArray("namespaces")).hasSizeBetween(0, 1);
  }

  @Test
  void whatIsInUseIsNotWrittenTo() throws Exception {
    Path missing = folder.resolve("none.img");
    assertRefused(CommandRun.of("init-labels", "--image", missing), "there is no such file", "(ENOENT)");
    Files.createFile(missing);
    assertRefused(CommandRun.of("init-labels", "--image", missing), "it is empty", "(EINVAL)");
    try (var channel = FileChannel.open(image, StandardOpenOption.READ,
        StandardOpenOption.WRITE); var arena = Arena.ofShared()) {
      channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096, arena);
      assertRefused(edit("init-labels", "--force"), "it is open or mapped in process ",
          "close what this program itself has open", "(EBUSY)");
    }
    assertDone(edit("init-labels"));
  }

  @Test
  void wrongOptionsAreExplained() {
    assertThat(edit("init-labels", "-V", "1.3").err()).contains("1.3");
    assertThat(edit("create-namespace", "-m", "sector").err()).contains("no mode that jdax makes");
    assertThat(edit("create-namespace", "-n", "N".repeat(64)).exitCode()).isEqualTo(2);
    assertThat(edit("destroy-namespace").exitCode()).isEqualTo(2);
  }
}
