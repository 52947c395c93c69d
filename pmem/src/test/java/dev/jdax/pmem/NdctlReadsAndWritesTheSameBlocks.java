// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import dev.jdax.ByteSize;
import dev.jdax.PageSize;
import dev.jdax.pmem.InfoBlock.Signature;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ndctl on this machine, which writes and reads info blocks in plain files, beside {@link Plan}. */
class NdctlReadsAndWritesTheSameBlocks {
  private static final String NDCTL = "/usr/bin/ndctl";
  private static final UUID UUID_OF_DEVICE = UUID.fromString("11111111-2222-3333-4444-555555555555");
  private static final UUID PARENT = UUID.fromString("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");

  @TempDir
  private Path folder;

  @BeforeAll
  static void needsNdctl() {
    assumeTrue(Files.isExecutable(Path.of(NDCTL)), "needs ndctl; run .ci/prepare as root");
  }

  /** Runs it with its output in a file; it answers errors with an exit code, and sometimes with 0. */
  private int ndctl(Path output, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(NDCTL));
    command.addAll(Arrays.asList(options));
    Process process = new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectOutput(output.toFile())
        .redirectError(folder.resolve("errors").toFile()).start();
    try {
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).describedAs(command + " ends").isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private int write(Path output, String size, String base, PageSize align, String map, Signature signature)
      throws IOException, InterruptedException {
    return ndctl(output, "write-infoblock", "-c", "-s", size, "-O", base, "-a", String.valueOf(align.bytes()), "-M",
        map,
        "-m", signature.view().toString(), "-u", UUID_OF_DEVICE.toString(), "-p", PARENT.toString());
  }

  @ParameterizedTest(name = "{0} at {1}, alignment {2}, map {3}, {4}")
  @CsvSource({"16M, 0, SIZE_2M, dev, DEVDAX", "64M, 4G, SIZE_4K, mem, DEVDAX", "64M, 4G, SIZE_4K, dev, FSDAX",
      "127M, 0, SIZE_2M, dev, DEVDAX", "1025M, 4G, SIZE_2M, dev, DEVDAX", "2G, 0, SIZE_1G, dev, DEVDAX",
      "4G, 4G, SIZE_1G, mem, DEVDAX", "4G, 4G, SIZE_1G, mem, FSDAX", "3G, 4608M, SIZE_1G, dev, DEVDAX",
      "126G, 4G, SIZE_2M, dev, DEVDAX", "1T, 0, SIZE_1G, dev, DEVDAX", "16T, 0, SIZE_2M, mem, FSDAX"})
  void itWritesWhatThePlannerPlans(String size, String base, PageSize align, String map, Signature signature)
      throws Exception {
    Path output = folder.resolve("written");
    long start = ByteSize.parse(base);
    assertThat(write(output, size, base, align, map, signature)).isZero();
    InfoBlock theirs = InfoBlock.parse(Arrays.copyOfRange(Files.readAllBytes(output), 4096, 8192));
    InfoBlock ours = Plan.ofRaw(ByteSize.parse(size), start, align, MapLocation.ofWord(map).orElseThrow())
        .toInfoBlock(signature, UUID_OF_DEVICE, PARENT);
    if (start % align.bytes() == 0) {
      assertThat(ours).isEqualTo(theirs);
      assertThat(ours.toBytes()).isEqualTo(theirs.toBytes());
    } else {
      // ndctl pads the start up to the alignment; Linux pads nothing, and lets the data offset make up for it.
      assertThat(theirs.startPad()).isPositive();
      assertThat(ours.startPad()).isZero();
      assertThat(ours.endTrunc()).isEqualTo(theirs.endTrunc());
    }
  }

  @ParameterizedTest(name = "{0}, alignment {1}")
  @CsvSource({"2M, SIZE_2M", "1M, SIZE_4K", "64M, SIZE_1G", "1G, SIZE_1G"})
  void itRefusesWhatThePlannerRefuses(String size, PageSize align) throws Exception {
    assertThat(write(folder.resolve("refused"), size, "0", align, "dev", Signature.DEVDAX)).isNotZero();
    assertThat(catchThrowable(
        () -> Plan.ofRaw(ByteSize.parse(size), 0, align, MapLocation.DEVICE))).hasMessageEndingWith("(ENXIO)");
  }

  /** A non-empty array is its verdict; its exit code is 0 whatever it thinks. */
  private String read(InfoBlock block) throws IOException, InterruptedException {
    byte[] bytes = new byte[InfoBlock.RESERVED];
    System.arraycopy(block.toBytes(), 0, bytes, InfoBlock.OFFSET, InfoBlock.SIZE);
    Path input = Files.write(folder.resolve("namespace"), bytes);
    Path output = folder.resolve("read");
    assertThat(ndctl(output, "read-infoblock", "-jVv", "-i", input.toString())).isZero();
    return Files.readString(output).replaceAll("\\s", "");
  }

  @Test
  void itReadsWhatThePlannerPlans() throws Exception {
    for (PageSize align : PageSize.values()) {
      for (MapLocation map : MapLocation.values()) {
        Plan plan = Plan.ofRaw((4L << 30) + (3 << 20), Plan.DEFAULT_BASE, align, map);
        assertThat(read(plan.toInfoBlock(Signature.DEVDAX, UUID_OF_DEVICE, PARENT))).contains(
            "\"signature\":\"NVDIMM_DAX_INFO\"", "\"uuid\":\"" + UUID_OF_DEVICE, "\"parent_uuid\":\"" + PARENT,
            "\"version\":\"1.4\"", "\"dataoff\":" + plan.dataOffset() + ",", "\"npfns\":" + plan.pages() + ",",
            "\"mode\":" + map.mode() + ",", "\"start_pad\":0,", "\"end_trunc\":" + plan.endTrunc() + ",",
            "\"align\":" + align.bytes() + ",", "\"page_size\":4096,", "\"page_struct_size\":64");
      }
    }
  }

  @Test
  void itReadsNoWrongChecksum() throws Exception {
    InfoBlock sound = Plan.ofRaw(64 << 20, 0, PageSize.SIZE_2M, MapLocation.DEVICE)
        .toInfoBlock(Signature.FSDAX, UUID_OF_DEVICE, PARENT);
    assertThat(read(sound)).contains("NVDIMM_PFN_INFO");
    byte[] bytes = sound.toBytes();
    bytes[100] = 1;
    assertThat(read(InfoBlock.parse(bytes))).doesNotContain("NVDIMM");
    assertThat(read(InfoBlock.parse(bytes).withChecksum())).contains("NVDIMM_PFN_INFO");
  }
}
