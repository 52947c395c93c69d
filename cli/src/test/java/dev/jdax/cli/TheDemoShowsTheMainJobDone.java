// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.jdax.ByteSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code jdax demo} prints, and how it exits. */
class TheDemoShowsTheMainJobDone {
  private static void assumePages(String kib, int pages) throws IOException {
    Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-" + kib + "kB/free_hugepages");
    assumeTrue(Files.exists(free) && Integer.parseInt(Files.readString(free).strip()) >= pages,
        "needs " + pages + (kib.equals("2048") ? " 2 MiB pages" : " 1 GiB pages") + "; run .ci/prepare as root");
  }

  @ParameterizedTest
  @CsvSource({"4K, 4096, 8M, 4, 1536", "4K, 4096, 64M, 4, 12288", "2M, 2097152, 16M, 2048, 6",
      "1G, 1073741824, 2G, 1048576, 2"})
  void asOneJsonObject(String align, long bytes, String size, String kib, long blocks) throws IOException {
    if (bytes > 4096) {
      assumePages(kib, (int) (ByteSize.parse(size) / bytes));
    }
    CommandRun run = CommandRun.of("demo", "--align", align, "--size", size, "--json");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    JsonObject result = run.json();
    assertThat(result.get("schema").getAsInt()).isEqualTo(1);
    assertThat(result.get("align").getAsLong()).isEqualTo(bytes);
    assertThat(result.get("size").getAsLong()).isEqualTo(ByteSize.parse(size));
    assertThat(result.get("faults").getAsLong()).isEqualTo(blocks);
    assertThat(result.get("expected_faults").getAsLong()).isEqualTo(blocks);
    assertThat(result.get("kernel_page_size").getAsLong()).isEqualTo(bytes);
    assertThat(result.get("dont_fork").getAsBoolean()).isTrue();
    assertThat(result.get("held").getAsBoolean()).isTrue();
    JsonArray devices = result.getAsJsonArray("devices");
    JsonObject last = devices.get(devices.size() - 1).getAsJsonObject();
    assertThat(last.keySet()).containsExactly("chardev", "size", "align", "mappings");
    assertThat(last.getAsJsonArray("mappings").size()).isGreaterThan(1);
    long pages = 0;
    for (var element : last.getAsJsonArray("mappings")) {
      JsonObject mapping = element.getAsJsonObject();
      assertThat(mapping.keySet()).containsExactly("page_offset", "start", "end", "size");
      assertThat(mapping.get("page_offset").getAsLong()).isEqualTo(pages);
      assertThat(mapping.get("end").getAsLong() - mapping.get("start").getAsLong() + 1)
          .isEqualTo(mapping.get("size").getAsLong());
      pages += mapping.get("size").getAsLong() / 4096;
    }
    assertThat(pages * 4096).isEqualTo(last.get("size").getAsLong());
  }

  @Test
  void asTextForPeople() {
    CommandRun run = CommandRun.of("demo", "--align", "4K", "--size", "8M");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).contains("Alignment 4 KiB, as asked.", "dax0.1 was freed, and dax0.3 grew over the hole",
        "ok  faults          1536 (1536 expected)", "ok  KernelPageSize  4 KiB (the alignment)",
        "cannot map dax0.3 at offset 0x0, 2 KiB: the length must be a positive multiple of the device's alignment, 4 KiB;",
        "0x0-0x7fffff of it is claimed already", "the device was destroyed", "Everything was as promised.")
        .contains("[3333333333333333222222222222222233333333333333333333333333333333]  one column is 128 KiB")
        .doesNotContain("NO");
  }

  @Test
  void takesTheLargerPagesWhereTheyAreFreeAndSaysWhy() {
    CommandRun run = CommandRun.of("demo");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).containsAnyOf("Alignment 2 MiB, because huge pages of that size are free.",
        "Alignment 4 KiB, because pages of 2 MiB were not to be had: cannot claim 256 MiB");
  }

  @Test
  void whatCannotBeDoneIsOneSentenceAndExitCodeOne() {
    CommandRun run = CommandRun.of("demo", "--align", "2M", "--size", "8T");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("jdax: cannot claim 8 TiB in pages of 2 MiB").hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"--align 3 | not the size of a page; give 4K, 2M or 1G",
      "--align 8K | not the size of a page", "--size x | is not a size; write digits", //
      "--align 4K --size 3M | needs a multiple of 2 MiB", "--align 4K --size 2M | and at least two",
      "--align 2M --size 0 | and at least two", "--size 99999999999999G | larger than any memory"})
  void aWrongOptionIsExplainedWithExitCodeTwo(String options, String sentence) {
    CommandRun run = CommandRun.of((Object[]) ("demo " + options).split(" "));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(sentence, "Usage: jdax demo");
  }
}
