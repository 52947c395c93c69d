// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image of Linux in which bytes were changed: a mode, an index block, and a name. */
class ADamagedImageIsShownWithItsProblems {
  private static final long MODE_OF_TWO = 0x4001048;
  private static final long FREE_BITS_OF_BLOCK_1 = 0x10000148;
  private static final long NAME_OF_ONE = 0x10000310;

  @TempDir
  private Path folder;
  private Path file;

  @BeforeEach
  void damage() throws IOException {
    file = LinuxImage.LABELS_1_2.in(folder);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[]{9}), MODE_OF_TWO);
      channel.write(ByteBuffer.wrap(new byte[]{9}), FREE_BITS_OF_BLOCK_1);
      channel.write(StandardCharsets.UTF_8.encode("\u001b[2J\u202e"), NAME_OF_ONE);
    }
  }

  @Test
  void itCanBeReadAndSoTheExitCodeIsZero() {
    CommandRun run = CommandRun.of("inspect", file);
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).contains("1            0x10000100  2    NOT valid", "current: only index block 0 is valid",
        "namespace0.0 \"two\"\n  Linux makes  /dev/pmem0, a raw disk (raw)\n  made for     fsdax\n",
        "problems     2, see below",
        "[................00000000000000001111111111111111................]", "problems: 4",
        "  index block 1: checksum at 0x10000140 is ", "  label in slot 1: checksum at 0x100003f8 is ",
        "  namespace0.0, info block: mode at 0x4001048 is 9, allowed is 1 (memory map in RAM) or 2");
  }

  @Test
  void aNameCannotMoveTheCursor() {
    for (String verb : new String[]{"inspect", "read-labels", "check-labels"}) {
      assertThat(CommandRun.of(verb, file).out()).contains("NOT valid  \"?[2J?\"").doesNotContain("\u001b", "\u202e");
    }
    CommandRun none = CommandRun.of("read-infoblock", file, "-n", "\u001bx");
    assertThat(none.err()).contains("cannot find namespace ?x in ").doesNotContain("\u001b");
  }

  @Test
  void checkLabelsTellsWhatIsWrongWithTheLabelsAlone() {
    CommandRun run = CommandRun.of("check-labels", "--image", file);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("problems: 2", "  index block 1: checksum", "  label in slot 1: checksum")
        .doesNotContain("info block");
  }

  @Test
  void inJsonAProblemIsASentenceAndItsParts() {
    JsonObject found = CommandRun.of("inspect", file, "--json").json();
    JsonArray problems = found.getAsJsonArray("problems");
    assertThat(problems).hasSize(4);
    JsonObject mode = problems.get(3).getAsJsonObject();
    assertThat(mode.keySet()).containsExactly("structure", "field", "offset", "value", "allowed", "consequence",
        "message");
    assertThat(mode.get("structure").getAsString()).isEqualTo("info block");
    assertThat(mode.get("field").getAsString()).isEqualTo("mode");
    assertThat(mode.get("offset").getAsLong()).isEqualTo(MODE_OF_TWO);
    assertThat(mode.get("value").getAsString()).isEqualTo("9");
    assertThat(mode.get("message").getAsString()).startsWith("info block: mode at 0x4001048 is 9, allowed is 1 ");
    JsonObject two = found.getAsJsonArray("namespaces").get(0).getAsJsonObject();
    assertThat(two.get("mode").getAsString()).isEqualTo("fsdax");
    assertThat(two.get("linux").getAsString()).isEqualTo("raw");
    assertThat(two.has("map")).isFalse();
    assertThat(two.getAsJsonArray("problems")).containsExactly(problems.get(2), mode);
    JsonObject area = found.getAsJsonArray("label_area").get(0).getAsJsonObject();
    JsonObject second = area.getAsJsonArray("index").get(1).getAsJsonObject();
    assertThat(second.get("valid").getAsBoolean()).isFalse();
    assertThat(second.getAsJsonArray("problems")).containsExactly(problems.get(0));
    assertThat(area.getAsJsonArray("label").get(1).getAsJsonObject().getAsJsonArray("problems"))
        .containsExactly(problems.get(1));
  }

  @Test
  void theInfoBlockIsShownAsItStandsThere() {
    CommandRun run = CommandRun.of("read-infoblock", file, "-n", "two");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("mode              9\n", "checksum          0x7679ba07f14f99be (WRONG)",
        "problems: 2\n");
    JsonObject found = CommandRun.of("read-infoblock", file, "-n", "two", "-j").json();
    assertThat(found.getAsJsonArray("problems")).hasSize(2)
        .isEqualTo(found.getAsJsonArray("infoblocks").get(0).getAsJsonObject().getAsJsonArray("problems"));
  }

  @Test
  void numbersOfSixtyFourBitsHaveNoSign() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      byte[] ones = new byte[8];
      Arrays.fill(ones, (byte) -1);
      channel.write(ByteBuffer.wrap(ones), 0x1000 + 64);
      channel.write(ByteBuffer.wrap(ones), 0x10000300 + 112);
    }
    JsonObject label = CommandRun.of("read-labels", file, "-j").json().getAsJsonArray("dimms").get(0).getAsJsonObject()
        .getAsJsonArray("label").get(1).getAsJsonObject();
    assertThat(label.get("rawsize").getAsString()).isEqualTo("18446744073709551615");
    assertThat(CommandRun.of("read-labels", file).out()).contains("0xffffffffffffffff");
    CommandRun whole = CommandRun.of("read-infoblock", file, "--label-size", 0);
    assertThat(whole.out()).contains("npfns             18446744073709551615 (pages of 4 KiB)");
  }
}
