// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code jdax plan}, in both directions. */
class APlanSaysWhereEveryByteGoes {
  private static CommandRun plan(String options) {
    return CommandRun.of((Object[]) ("plan " + options).split(" "));
  }

  /** The first two are namespaces in the images that Linux wrote, the third was made with ndctl. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "--size 96M --base 0x110000000 | 100663296 | 98566144 | 2097152 | dev | 4563402752 | 2097152 | 0",
      "-s 256M -a 4K | 268435456 | 262144000 | 4096 | dev | 4294967296 | 6291456 | 0",
      "-s 1T -a 1G --base 4G | 1099511627776 | 1081258016768 | 1073741824 | dev | 4294967296 | 18253611008 | 0",
      "-s 127M -M mem | 133169152 | 130023424 | 2097152 | mem | 4294967296 | 2097152 | 1048576",
      "--usable 62M | 67108864 | 65011712 | 2097152 | dev | 4294967296 | 2097152 | 0",
      "--usable 62M --align 4K --map mem --granule 1G | 1073741824 | 1071644672 | 4096 | mem | 4294967296 | 2097152 "
          + "| 0"})
  void asOneJsonObject(String options, long raw, long usable, long align, String map, long base, long dataOffset,
      long endTrunc) {
    CommandRun run = plan(options + " --json");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    JsonObject plan = run.json();
    assertThat(plan.keySet()).containsExactly("schema", "raw_size", "size", "align", "map", "base", "data_offset",
        "end_trunc", "npfns", "parts");
    assertThat(plan.get("schema").getAsInt()).isEqualTo(1);
    assertThat(plan.get("raw_size").getAsLong()).isEqualTo(raw);
    assertThat(plan.get("size").getAsLong()).isEqualTo(usable);
    assertThat(plan.get("align").getAsLong()).isEqualTo(align);
    assertThat(plan.get("map").getAsString()).isEqualTo(map);
    assertThat(plan.get("base").getAsLong()).isEqualTo(base);
    assertThat(plan.get("data_offset").getAsLong()).isEqualTo(dataOffset);
    assertThat(plan.get("end_trunc").getAsLong()).isEqualTo(endTrunc);
    assertThat(plan.get("npfns").getAsLong()).isEqualTo(usable / 4096);
    long at = 0;
    for (JsonElement part : plan.getAsJsonArray("parts")) {
      assertThat(part.getAsJsonObject().get("offset").getAsLong()).isEqualTo(at);
      at += part.getAsJsonObject().get("size").getAsLong();
    }
    assertThat(at).isEqualTo(raw);
  }

  @Test
  void asATable() {
    CommandRun run = plan("--size 127M");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).isEqualTo("""
        raw         127 MiB              133169152 bytes
        usable      124 MiB              130023424 bytes, 31744 pages of 4 KiB
        base        0x100000000
        alignment   2 MiB
        memory map  on the device (dev)

        from       to         size           bytes      what
        0x0        0xfff      4 KiB          4096       unused
        0x1000     0x1fff     4 KiB          4096       info block
        0x2000     0x1fdf7f   2080640 bytes  2080640    memory map
        0x1fdf80   0x1fffff   8320 bytes     8320       padding
        0x200000   0x7dfffff  124 MiB        130023424  data
        0x7e00000  0x7efffff  1 MiB          1048576    truncated
        """);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"--size 15M | Linux attaches no namespace of less than 16 MiB",
      "--size 3 | plan a namespace of 3 bytes at ",
      "--size 64M --backend-align 1G | plan a namespace of 64 MiB: QEMU's memory backend has an alignment of 1 GiB, and cuts",
      "--size 64M -a 1G | no aligned block is left for the data", "--usable 1M --base 4097M | a multiple of 2 MiB",
      "--size 7E --base 0 | 0x10000000000000, where the physical addresses of x86-64 end"})
  void whatCannotBeIsOneSentenceAndExitCodeOne(String options, String sentence) {
    CommandRun run = plan(options);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("jdax: cannot plan a namespace ").contains(sentence).hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"--json | (-s=SIZE | --usable=SIZE)",
      "--size 1G --usable 1G | mutually exclusive",
      "--size 1G --granule 1M | --granule goes with --usable", "--size 1G -M ram | give mem (the machine's RAM) or dev",
      "--size 1G -a 3 | is not the size of a page", "--size 1G --base 0xg | is not an address; write one as in 0x10",
      "--size 1G --base 0x | is not an address", "--size 1G --base 0x-1 | is not an address",
      "--usable 0 | usable bytes must be positive", "--usable 1G --granule 5 | a positive multiple of 4096"})
  void aWrongOptionIsExplainedWithExitCodeTwo(String options, String sentence) {
    CommandRun run = plan(options);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(sentence, "Usage: jdax plan");
  }

  /** QEMU leaves 3 GiB of 3.5 GiB, and 2 GiB for a bit more than 1 GiB. */
  @Test
  void asQemuCutsIt() {
    assertThat(
        CommandRun.of("plan", "--size", "3584M", "--backend-align", "1G", "-j").json().get("raw_size").getAsLong())
        .isEqualTo(3L << 30);
    assertThat(CommandRun.of("plan", "--usable", "1025M", "--backend-align", "1G", "-j").json().get("raw_size")
        .getAsLong()).isEqualTo(2L << 30);
    assertThat(CommandRun.of("plan", "--usable", "100M", "--granule", "48M", "--backend-align", "32M", "-j").json()
        .get("raw_size").getAsLong()).isEqualTo(192L << 20);
    assertThat(CommandRun.of("plan", "--size", "64M", "--backend-align", "5000").exitCode()).isEqualTo(2);
  }
}
