// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;

/** The table in docs/command.md and the command say the same. */
class TheDocumentNamesEveryOption {
  private static final Set<String> EVERYWHERE = Set.of("-h", "-j", "-u");

  @ParameterizedTest
  @ValueSource(strings = {"list", "create-device", "destroy-device", "reconfigure-device", "enable-device",
      "disable-device", "online-memory", "offline-memory", "bench"})
  void ofEachVerb(String verb) throws IOException {
    CommandSpec spec = Jdax.commandLine(Machine.THIS).getSubcommands().get(verb).getCommandSpec();
    Set<String> options = new TreeSet<>();
    spec.options().stream().filter(option -> !option.hidden()).forEach(option -> options.add(option.shortestName()));
    options.removeAll(EVERYWHERE);
    assertThat(documented(verb)).isEqualTo(options);
  }

  private static Set<String> documented(String verb) throws IOException {
    String document = Files.readString(Path.of("..", "docs", "command.md"));
    MatchResult row = Pattern.compile("^\\| `" + verb + "` \\| ([^|]*) \\|", Pattern.MULTILINE).matcher(document)
        .results().findFirst().orElseThrow(() -> new AssertionError("there is no row for " + verb));
    return new TreeSet<>(Arrays.asList(row.group(1).replace("`", "").split(" ")));
  }
}
