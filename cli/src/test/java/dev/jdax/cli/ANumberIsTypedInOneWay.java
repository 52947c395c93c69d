// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.jdax.PageSize;
import dev.jdax.spi.AddressesOnly;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** {@link Sizes}: every option that takes a size, an alignment, an address or a cookie reads it as all others do. */
class ANumberIsTypedInOneWay {
  private static final long MIB = 1L << 20;
  private static final Set<Class<?>> NUMBERS = Set.of(long.class, Long.class, PageSize.class);
  private static final String IN_BYTES = "a number of bytes: 268435456 or 0x10000000; or decimal digits and a unit";

  /** An option of a verb. */
  private record Asked(String verb, OptionSpec option) {
    CommandRun with(String text) {
      return CommandRun.of(verb, option.longestName() + "=" + text);
    }
  }

  private static List<Asked> options() {
    List<Asked> options = new ArrayList<>();
    for (CommandLine verb : Jdax.commandLine().getSubcommands().values()) {
      verb.getCommandSpec().optionsMap().values().stream().distinct()
          .filter(option -> NUMBERS.contains(option.typeInfo().getType()))
          .forEach(option -> options.add(new Asked(verb.getCommandName(), option)));
    }
    return options;
  }

  private static void assertRefused(Asked asked, String text, String reason) {
    CommandRun run = asked.with(text);
    String message = run.err().replace("\n", " ");
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(2);
    assertThat(message).contains("Invalid value for option '").contains(asked.option().longestName())
        .contains("\"" + text + "\" is " + reason).contains("Usage: jdax " + asked.verb());
  }

  @Test
  void eachOptionSaysWhichKindOfNumberItTakes() {
    assertThat(options()).extracting(Asked::verb).contains("demo", "bench", "create-device", "reconfigure-device",
        "inspect", "plan", "read-labels", "check-labels", "init-labels", "create-namespace", "destroy-namespace",
        "read-infoblock", "write-infoblock");
    assertThat(options()).extracting(asked -> asked.option().paramLabel())
        .containsOnly("SIZE", "ADDR", "COOKIE", Sizes.PAGES);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"1X | not ", "0x | not ", "0x1g | not ", "1.5G | not ", "-1 | not ",
      "256M1 | not ", "0x10M | not ", "'' | not ", "0x10000000000000000 | ", "18446744073709551616 | "})
  void eachOptionRefusesWhatIsNoNumber(String text, String reason) {
    for (Asked asked : options()) {
      assertRefused(asked, text, reason == null ? "" : reason);
    }
  }

  @Test
  void theReasonIsSaid() {
    for (Asked asked : options()) {
      boolean isCookie = asked.option().paramLabel().equals("COOKIE");
      String noun = isCookie ? "a cookie" : asked.option().paramLabel().equals("ADDR") ? "an address" : "a size";
      assertRefused(asked, "-4096", "not " + noun + ", which is never negative; write ");
      if (!isCookie) {
        assertRefused(asked, "0x1000M", "not " + noun + ": no unit follows hexadecimal digits; write ");
        assertRefused(asked, "0x8000000000000000", "larger than any ");
        assertRefused(asked, "99999999999G", "larger than any ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"64M", "64MiB", "65536k", "67108864", "0x4000000", "0X4000000", "0x00000000004000000"})
  void aSizeIsTheSameHoweverItIsWritten(String size) throws Exception {
    assertThat(CommandRun.of("plan", "-s", size, "-j").json().get("raw_size").getAsLong()).isEqualTo(64 * MIB);
    assertThat(CommandRun.of("plan", "-s", "64M", "--base", size, "-j").json().get("base").getAsLong())
        .isEqualTo(64 * MIB);
    try (PaperMachine machine = new PaperMachine()) {
      machine.add(AddressesOnly.dynamic(128 * MIB, PageSize.SIZE_2M));
      CommandRun created = machine.run("create-device", "-s", size);
      assertThat(created.exitCode()).as(created.toString()).isZero();
      assertThat(machine.device("dax0.1").size()).isEqualTo(64 * MIB);
      CommandRun changed = machine.run("reconfigure-device", "dax0.1", "-f", "-s", "2M");
      assertThat(changed.exitCode()).as(changed.toString()).isZero();
      changed = machine.run("reconfigure-device", "dax0.1", "-f", "-s", size);
      assertThat(changed.exitCode()).as(changed.toString()).isZero();
      assertThat(machine.device("dax0.1").size()).isEqualTo(64 * MIB);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"4K", "4096", "0x1000"})
  void anAlignmentToo(String alignment) {
    assertThat(CommandRun.of("plan", "-s", "64M", "-a", alignment, "-j").json().get("align").getAsLong())
        .isEqualTo(4096);
  }

  @Test
  void anImageIsMadeWithHexadecimalNumbers(@TempDir Path folder) throws IOException {
    Path image = folder.resolve("nv.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(64 * MIB + (128 << 10));
    }
    CommandRun run = CommandRun.of("init-labels", image, "--assume-unused", "--label-size", "0x20000",
        "--backend-align",
        "0x1000");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    run = CommandRun.of("create-namespace", image, "--assume-unused", "-m", "devdax", "-s", "0x2000000", "-a",
        "0x200000",
        "--cookie", "0X00fedcba9876543210", "--base", "0x200000000");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    run = CommandRun.of("inspect", image, "--base", "8G", "--cookie", "18364758544493064720", "--json");
    assertThat(run.json().getAsJsonArray("problems")).as(run.toString()).isEmpty();
    assertThat(run.json().getAsJsonArray("namespaces").get(0).getAsJsonObject().get("raw_size").getAsLong())
        .isEqualTo(32 * MIB);
  }

  @Test
  void theHelpSaysHowNumbersAreWritten() {
    for (CommandLine verb : Jdax.commandLine().getSubcommands().values()) {
      String help = verb.getUsageMessage().replaceAll("\\s+", " ");
      boolean takesSome = options().stream().anyMatch(asked -> asked.verb().equals(verb.getCommandName()));
      assertThat(help.contains(IN_BYTES)).as(help).isEqualTo(takesSome);
      assertThat(help.contains("A cookie is a number of 64 bits")).as(help).isEqualTo(help.contains("--cookie"));
    }
  }
}
