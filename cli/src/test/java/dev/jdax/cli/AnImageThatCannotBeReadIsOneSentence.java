// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the verbs of images say to what is no image, or no option. */
class AnImageThatCannotBeReadIsOneSentence {
  @TempDir
  private Path folder;

  private void assertSentence(CommandRun run, String sentence) {
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("jdax: cannot ").contains(sentence).hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "read-labels", "check-labels", "read-infoblock"})
  void whateverTheVerb(String verb) throws IOException {
    Path none = folder.resolve("none.img");
    assertSentence(CommandRun.of(verb, none), "open " + none + ": there is no such file");
    assertSentence(CommandRun.of(verb, "--image", folder), "open image " + folder + ": it is a folder");
    Path small = Files.write(folder.resolve("small.img"), new byte[4096]);
    assertSentence(CommandRun.of(verb, small.resolve("x")), "open image " + small.resolve("x")
        + ": the kernel refused openat: Not a directory; see that its path leads to a file");
    assertSentence(CommandRun.of(verb, small, "--label-size", "8K"),
        "it has 4096 bytes, and the label area is said to have 8192");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"inspect | Missing required argument: IMAGE, or --image=FILE",
      "inspect a --image b | both name the image; give one",
      "inspect a --base 1 | a physical address is a multiple of 4096 below 2^52",
      "inspect a --slot -1 | count from 0", "inspect a --region x | is not an int",
      "inspect a --label-size 65M | a label area has at most 64 MiB", "inspect a -V | Unknown option: ",
      "read-labels a b | Unmatched argument", "check-labels a --jsn | Unknown option: ",
      "read-infoblock a -n | Missing required parameter"})
  void aWrongOptionIsExplainedWithExitCodeTwo(String words, String sentence) {
    String[] split = words.split(" ");
    CommandRun run = CommandRun.of((Object[]) split);
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(2);
    assertThat(run.err()).contains(sentence).containsAnyOf("Usage: jdax " + split[0], "Did you mean --json?");
  }
}
