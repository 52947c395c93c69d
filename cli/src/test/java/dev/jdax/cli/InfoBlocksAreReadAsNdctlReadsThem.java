// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code jdax read-infoblock} on info blocks that Linux has written. */
class InfoBlocksAreReadAsNdctlReadsThem {
  @TempDir
  private Path folder;

  /** ndctl reads the block of the namespace at the begin of the file. */
  @ParameterizedTest
  @EnumSource(names = {"DEVDAX_4K", "LABELS_1_1", "LABELS_1_2"})
  void theJsonIsNdctlsAndALittleMore(LinuxImage image) throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/ndctl")), "needs ndctl; run .ci/prepare as root");
    Path file = image.in(folder);
    CommandRun run = image.run("read-infoblock", file, "--json");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.json().keySet()).containsExactly("schema", "infoblocks", "problems");
    assertThat(run.json().get("schema").getAsInt()).isEqualTo(1);
    JsonObject first = run.json().getAsJsonArray("infoblocks").get(0).getAsJsonObject();
    List.of("namespace", "offset", "problems").forEach(key -> assertThat(first.remove(key)).as(key).isNotNull());
    Process ndctl = new ProcessBuilder("/usr/bin/ndctl", "read-infoblock", "-i", file.toString(), "-j")
        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String truth = new String(ndctl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(first).isEqualTo(JsonParser.parseString(truth).getAsJsonArray().get(0));
  }

  @Test
  void oneIsChosenByNameOrUuidOrNumber() {
    Path file = LinuxImage.LABELS_1_2.in(folder);
    for (String key : List.of("two", "namespace0.1", "d41aed12-2323-4fc8-9fa8-13a205536c3a",
        "133ce22a-bc3b-4ff5-8147-fc01611acf33")) {
      JsonObject found = CommandRun.of("read-infoblock", "--image", file, "--namespace", key, "--json").json();
      assertThat(found.getAsJsonArray("infoblocks")).hasSize(1);
      JsonObject block = found.getAsJsonArray("infoblocks").get(0).getAsJsonObject();
      assertThat(block.get("namespace").getAsString()).isEqualTo("namespace0.1");
      assertThat(block.get("signature").getAsString()).isEqualTo("NVDIMM_PFN_INFO");
      assertThat(block.get("offset").getAsLong()).isEqualTo(0x4001000);
    }
    CommandRun none = CommandRun.of("read-infoblock", file, "-n", "four");
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.err()).startsWith("jdax: cannot find namespace four in " + file).hasLineCount(1);
  }

  @Test
  void forPeopleFieldsHaveTheirUnits() {
    CommandRun run = CommandRun.of("read-infoblock", LinuxImage.LABELS_1_2.in(folder), "-n", "two");
    assertThat(run.out()).isEqualTo("""
        namespace0.1 "two": info block at 0x4001000
          signature         NVDIMM_PFN_INFO
          uuid              d41aed12-2323-4fc8-9fa8-13a205536c3a
          parent_uuid       133ce22a-bc3b-4ff5-8147-fc01611acf33
          flags             0x0
          version           1.4
          dataoff           0x200000 (2 MiB)
          npfns             15872 (pages of 4 KiB)
          mode              2, the memory map on the device (dev)
          start_pad         0x0
          end_trunc         0x0
          align             0x200000 (2 MiB)
          page_size         0x1000 (4 KiB)
          page_struct_size  0x40 (64 bytes)
          checksum          0x7679ba07f14f99be (right)

        problems: none
        """);
  }

  @Test
  void whereThereIsNoneItIsSaid() {
    Path file = LinuxImage.RAW.in(folder);
    assertThat(CommandRun.of("read-infoblock", file).out())
        .isEqualTo("namespace0.0: no info block\n\nproblems: none\n");
    JsonObject json = CommandRun.of("read-infoblock", file, "-j").json();
    assertThat(json.getAsJsonArray("infoblocks")).isEmpty();
    assertThat(json.getAsJsonArray("problems")).isEmpty();
  }
}
