// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code jdax read-labels} and {@code check-labels} on labels that Linux has written. */
class LabelsAreReadAsNdctlReadsThem {
  @TempDir
  private Path folder;

  @ParameterizedTest
  @EnumSource(names = {"LABELS_1_1", "LABELS_1_2"})
  void theJsonIsNdctlsAndALittleMore(LinuxImage image) {
    CommandRun run = image.run("read-labels", image.in(folder), "--json");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.json().keySet()).containsExactly("schema", "dimms");
    assertThat(run.json().get("schema").getAsInt()).isEqualTo(1);
    assertThat(run.json().getAsJsonArray("dimms")).hasSize(1);
    JsonObject dimm = run.json().getAsJsonArray("dimms").get(0).getAsJsonObject();
    dimm.getAsJsonArray("index").forEach(index -> drop(index.getAsJsonObject(), "offset", "valid", "current",
        "problems"));
    dimm.getAsJsonArray("label").forEach(label -> drop(label.getAsJsonObject(), "offset", "used", "problems",
        "isetcookie_text"));
    assertThat(dimm).isEqualTo(image.labels());
  }

  private static void drop(JsonObject object, String... keys) {
    assertThat(object.keySet()).contains(keys);
    List.of(keys).forEach(object::remove);
  }

  @Test
  void whatIsLeftOverInAFreeSlotIsToldFromWhatCounts() {
    CommandRun json = CommandRun.of("read-labels", "--image", LinuxImage.LABELS_1_1.in(folder), "-j");
    JsonObject dimm = json.json().getAsJsonArray("dimms").get(0).getAsJsonObject();
    assertThat(dimm.get("dev").getAsString()).isEqualTo("nmem0");
    assertThat(dimm.getAsJsonArray("label")).extracting(label -> label.getAsJsonObject().get("used").getAsBoolean())
        .containsExactly(false, true, true);
    CommandRun text = CommandRun.of("read-labels", folder.resolve("labels-v1.1.img"));
    assertThat(text.out()).contains("label area of ", "128 KiB at 0x10000000, version 1.1, 2 slots used, 1018 free",
        "0            0x10000000  1    valid, current: sequence number 1 follows 3",
        "0     left over           any mode  64 MiB    0x6000000  2aef08e5-dead-4379-9f5b-03f0a4dbca85",
        "1     valid      \"alpha\"  any mode  96 MiB    0x0        8e33ca3a-fe1f-49ff-9d7d-ce2642118fcc");
  }

  @ParameterizedTest
  @EnumSource(names = {"LABELS_1_1", "LABELS_1_2"})
  void theyAreRightWhereLinuxHadThem(LinuxImage image) {
    CommandRun run = image.run("check-labels", image.in(folder));
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).contains("problems: none").doesNotContain("NOT");
  }

  @Test
  void aCheckIsThereForProgramsToo() {
    Path file = LinuxImage.LABELS_1_2.in(folder);
    CommandRun right = LinuxImage.LABELS_1_2.run("check-labels", file, "-j");
    assertThat(right.exitCode()).as(right.toString()).isZero();
    assertThat(right.json().keySet()).containsExactly("schema", "file", "label_area", "problems");
    assertThat(right.json().get("file").getAsString()).isEqualTo(file.toString());
    assertThat(right.json().getAsJsonArray("problems")).isEmpty();
    CommandRun read = LinuxImage.LABELS_1_2.run("inspect", file, "-j");
    assertThat(right.json().get("label_area")).isEqualTo(read.json().get("label_area"));

    CommandRun wrong = CommandRun.of("check-labels", file, "--slot", 7, "--json");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.json().getAsJsonArray("problems")).hasSize(3);
    assertThat(wrong.json().getAsJsonArray("problems").get(0).getAsJsonObject().get("field").getAsString())
        .isEqualTo("isetcookie");

    CommandRun repaired = LinuxImage.LABELS_1_2.run("check-labels", file, "--repair", "--assume-unused", "-j");
    assertThat(repaired.exitCode()).as(repaired.toString()).isZero();
    assertThat(repaired.json().get("repaired").getAsString()).contains("index blocks of " + file);

    CommandRun none = LinuxImage.RAW.run("check-labels", LinuxImage.RAW.in(folder), "-j");
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.json().getAsJsonArray("errors").get(0).getAsJsonObject().get("errno").getAsString())
        .isEqualTo("ENXIO");
  }

  @Test
  void atAnotherPositionTheyAreNot() {
    CommandRun run = CommandRun.of("check-labels", "--image", LinuxImage.LABELS_1_2.in(folder), "--slot", 7);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("problems: 3",
        "label in slot 1: isetcookie at 0x10000358 is 0xba90260012b4de, allowed is ",
        "Linux skips the label, and keeps its space reserved");
    CommandRun inspect = CommandRun.of("inspect", folder.resolve("labels-v1.2.img"), "--slot", 7);
    assertThat(inspect.out()).contains("[################################################................]",
        "# is kept for labels that make no namespace").doesNotContain("namespace0");
  }

  @ParameterizedTest
  @EnumSource(names = {"DEVDAX_4K", "RAW"})
  void whereThereAreNoneItIsSaid(LinuxImage image) {
    Path file = image.in(folder);
    for (String verb : List.of("read-labels", "check-labels")) {
      CommandRun run = image.run(verb, file);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).startsWith("jdax: cannot read the labels of " + file + ": it has no label area, ")
          .contains("--label-size").hasLineCount(1);
    }
  }

  @Test
  void aBlankAreaOfAGivenSizeHasNoValidIndex() {
    CommandRun run = LinuxImage.RAW.run("check-labels", LinuxImage.RAW.in(folder), "--label-size", "128K");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("128 KiB at 0x3fe0000, version 1.2 (as it seems), 0 slots used, 510 free",
        "1            0x3fe0100  -    NOT valid", "no labels", "problems: 2",
        "index block 0: signature at 0x3fe0000 is 16 zero bytes");
    JsonObject index = CommandRun.of("read-labels", folder.resolve("raw.img"), "--label-size", "128K", "--json").json()
        .getAsJsonArray("dimms").get(0).getAsJsonObject().getAsJsonArray("index").get(0).getAsJsonObject();
    assertThat(index.keySet()).containsExactly("offset", "valid", "current", "problems");
  }
}
