// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One DIMM of several, several together, a label area without its DIMM, and labels of CXL memory. */
class APartOfWhatLinuxHasIsShownAsThat {
  private static final String NEEDED = "one of 4 DIMMs, position 1; the others are needed to say what Linux makes of it";

  @TempDir
  private Path folder;

  private static JsonObject first(JsonObject document, String key) {
    return document.getAsJsonArray(key).get(0).getAsJsonObject();
  }

  @Test
  void oneDimmOfFour() {
    Path file = LabelledFiles.set(folder, 4, 4096).get(1);
    CommandRun text = CommandRun.of("inspect", file);
    assertThat(text.exitCode()).isZero();
    assertThat(text.out())
        .contains("note        " + NEEDED, "Linux makes  not known: " + NEEDED, "on           4 DIMMs",
            "raw          16 MiB, from 0x0", "raw uuid     " + LabelledFiles.BIG, "info block   not read",
            "problems: none")
        .doesNotContain("nothing", "lost", "destroy");
    JsonObject json = CommandRun.of("inspect", "-j", file).json();
    assertThat(json.getAsJsonArray("problems")).isEmpty();
    assertThat(json.getAsJsonArray("not_checked").get(0).getAsString()).isEqualTo(NEEDED);
    JsonObject part = first(json, "namespaces");
    assertThat(part.get("linux").getAsString()).isEqualTo("unknown");
    assertThat(part.get("mode").getAsString()).isEqualTo("unknown");
    assertThat(part.get("nlabel").getAsInt()).isEqualTo(4);
    assertThat(part.get("position").getAsInt()).isEqualTo(1);
    assertThat(part.get("raw_size").getAsLong()).isEqualTo(16 * LabelledFiles.MIB);
    CommandRun check = CommandRun.of("check-labels", file);
    assertThat(check.exitCode()).isZero();
    assertThat(check.out()).contains("note: " + NEEDED, "problems: none");
    assertThat(CommandRun.of("read-infoblock", file).out()).contains("namespace0.0 \"big\": not read: " + NEEDED);
  }

  @Test
  void itIsNotDestroyedByItself() throws IOException {
    Path file = LabelledFiles.set(folder, 4, 4096).get(1);
    byte[] before = Files.readAllBytes(file);
    for (List<Object> words : List.<List<Object>>of(List.of("destroy-namespace", file, "-n", "big"),
        List.of("init-labels", file), List.of("create-namespace", file, "-m", "devdax"))) {
      Object[] all = Stream.concat(words.stream(), Stream.of("--assume-unused"))
          .toArray();
      CommandRun run = CommandRun.of(all);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err()).contains("it is one of 4 DIMMs, position 1", "(EBUSY)");
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 4096})
  void allFourTogether(int turn) {
    List<Path> files = LabelledFiles.set(folder, 4, turn);
    Object[] words = {"inspect", files.get(2), files.get(0), "--interleave", turn, files.get(3), files.get(1)};
    CommandRun text = CommandRun.of(words);
    assertThat(text.exitCode()).as(text.toString()).isZero();
    assertThat(text.out()).contains("cookie      0x77", "position 1  " + files.get(1), "region      128 MiB, taken",
        "Linux makes  /dev/dax0.0, a device for mapping (devdax)", "on           4 DIMMs",
        "raw          64 MiB, from 0x0", "problems: none").doesNotContain("note");
    JsonObject json = CommandRun.of("inspect", "-j", files.get(2), files.get(0), "--interleave", turn, files.get(3),
        files.get(1)).json();
    assertThat(json.keySet()).containsExactly("schema", "dimms", "missing", "isetcookie", "isetcookie_text",
        "interleave", "region_size",
        "base", "images", "namespaces", "infoblocks", "problems");
    assertThat(json.get("dimms").getAsInt()).isEqualTo(4);
    assertThat(json.getAsJsonArray("images")).extracting(image -> image.getAsJsonObject().get("position").getAsInt())
        .containsExactly(0, 1, 2, 3);
    assertThat(first(json, "namespaces").get("linux").getAsString()).isEqualTo("devdax");
    assertThat(json.getAsJsonArray("infoblocks")).hasSize(1);
  }

  @Test
  void withoutAGranularityOrADimmItIsSaidWhatIsNeeded() {
    List<Path> files = LabelledFiles.set(folder, 4, 4096);
    assertThat(CommandRun.of("inspect", files.get(0), files.get(1), files.get(2), files.get(3)).out()).contains(
        "not known: the interleave granularity is not in the labels; give --interleave to read the data",
        "problems: none");
    assertThat(CommandRun.of("inspect", files.get(0), files.get(1), "--interleave", "4K").out())
        .contains("2 of 4 DIMMs; those of position 2, 3 are needed to say what Linux makes of it", "problems: none");
    JsonObject json = CommandRun.of("inspect", files.get(0), files.get(1), "--json").json();
    assertThat(json.getAsJsonArray("missing")).extracting(position -> position.getAsInt()).containsExactly(2, 3);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    List<Path> files = LabelledFiles.set(folder, 2, 4096);
    assertThat(CommandRun.of("inspect", files.get(0), "--interleave", "4K").exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("inspect", files.get(0), files.get(1), "--slot", 1).err()).contains("--cookie");
    assertThat(CommandRun.of("inspect", files.get(0), files.get(1), "--interleave", "3K").err())
        .contains("not every 3072", "(EINVAL)");
    assertThat(CommandRun.of("inspect", files.get(0), files.get(1), "--interleave", "4G").exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("inspect", files.get(0), files.get(1), "--cookie", "0x78").out())
        .contains("isetcookie", "Linux skips the label");
    assertThat(CommandRun.of("read-labels", files.get(0), files.get(1)).exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(names = {"LABELS_1_1", "LABELS_1_2"})
  void aLabelAreaWithoutItsDimm(LinuxImage image) {
    Path file = LabelledFiles.tail(image.in(folder));
    for (String verb : List.of("inspect", "check-labels", "read-labels")) {
      CommandRun run = image.run(verb, file);
      assertThat(run.exitCode()).as(run.toString()).isZero();
      assertThat(run.out()).contains("128 KiB at 0x0, version 1.");
      if (!verb.equals("read-labels")) {
        assertThat(run.out()).contains("a label area and nothing else", "problems: none");
      }
    }
    JsonObject json = CommandRun.of("inspect", file, "-j").json();
    assertThat(json.get("label_area_only").getAsBoolean()).isTrue();
    assertThat(json.get("region_size").getAsLong()).isZero();
    assertThat(json.getAsJsonArray("problems")).isEmpty();
    assertThat(json.getAsJsonArray("namespaces")).isNotEmpty()
        .allSatisfy(space -> assertThat(space.getAsJsonObject().get("linux").getAsString()).isEqualTo("unknown"));
    JsonObject dimm = first(image.run("read-labels", file, "-j").json(), "dimms");
    assertThat(dimm.getAsJsonArray("label")).hasSameSizeAs(image.labels().getAsJsonArray("label"));
  }

  @Test
  void labelsOfCxlMemory() {
    Path file = LabelledFiles.cxl(folder);
    for (String verb : List.of("inspect", "check-labels", "read-labels")) {
      CommandRun run = CommandRun.of(verb, file);
      assertThat(run.exitCode()).as(run.toString()).isZero();
      assertThat(run.out()).contains("128 KiB at 0x0, of CXL memory, version 2.1, 2 slots used, 508 free",
          "0     valid  namespace " + LabelledFiles.SPACE + " \"cxl\" for fsdax: 256 MiB from 0x8000000, range 0 of 1,"
              + " sectors of 512, updating, in region " + LabelledFiles.REGION,
          "1     valid  region " + LabelledFiles.REGION + ": 512 MiB from 0x0, position 1 of 2, in turns of 4 KiB,"
              + " mapped at 0xa90000000, aligned to 256 MiB")
          .doesNotContain("1.2");
    }
    JsonObject area = first(CommandRun.of("inspect", file, "--json").json(), "cxl_label_area");
    assertThat(area.get("version").getAsString()).isEqualTo("2.1");
    JsonObject dimm = first(CommandRun.of("read-labels", file, "--json").json(), "dimms");
    assertThat(dimm.getAsJsonArray("label")).isEqualTo(area.getAsJsonArray("label"));
    JsonObject space = dimm.getAsJsonArray("label").get(0).getAsJsonObject();
    assertThat(space.keySet()).containsExactly("kind", "type", "uuid", "name", "flags", "nrange", "position", "dpa",
        "rawsize", "slot", "align", "region_uuid", "abstraction_uuid", "lbasize", "offset", "used", "problems");
    JsonObject region = dimm.getAsJsonArray("label").get(1).getAsJsonObject();
    assertThat(region.keySet()).containsExactly("kind", "type", "uuid", "flags", "nlabel", "position", "dpa", "rawsize",
        "hpa", "slot", "ig", "interleave_granularity", "align", "offset", "used", "problems");
    assertThat(region.get("interleave_granularity").getAsInt()).isEqualTo(4096);
  }

  @Test
  void aDamagedLabelOfCxlMemoryIsAProblem() throws IOException {
    Path file = LabelledFiles.cxl(folder);
    byte[] bytes = Files.readAllBytes(file);
    bytes[512 + 40] ^= 1;
    Files.write(file, bytes);
    CommandRun run = CommandRun.of("check-labels", file);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("0     NOT valid  namespace", "problems: 1",
        "  CXL label in slot 0: checksum at 0x2f8");
    CommandRun repair = CommandRun.of("check-labels", "--repair", "-f", file);
    assertThat(repair.err()).contains("its labels are those of CXL memory, version 2.1", "(EINVAL)");
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
  }
}
