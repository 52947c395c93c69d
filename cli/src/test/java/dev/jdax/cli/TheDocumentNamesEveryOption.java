// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
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

  /** The table of numbers: which option of which verbs takes which kind. */
  @Test
  void whichVerbsTakeWhichNumber() throws IOException {
    Map<String, String> kinds = Map.of("SIZE", "a size", "ADDR", "an address", "COOKIE", "64 bits", Sizes.PAGES,
        "a size of a page: 4 KiB, 2 MiB or 1 GiB");
    Map<String, Set<String>> verbs = new TreeMap<>();
    Set<String> ofImages = new TreeSet<>();
    Jdax.commandLine(Machine.THIS).getSubcommands().forEach((verb, line) -> {
      CommandSpec spec = line.getCommandSpec();
      if (spec.findOption("--image") != null) {
        ofImages.add(verb);
      }
      spec.options().stream().filter(option -> kinds.containsKey(option.paramLabel())).forEach(option -> verbs
          .computeIfAbsent(option.longestName() + ": " + kinds.get(option.paramLabel()), name -> new TreeSet<>())
          .add(verb));
    });
    String document = document();
    Map<String, Set<String>> documented = new TreeMap<>();
    document.substring(document.indexOf("| option | verbs | takes |")).lines().skip(2)
        .takeWhile(line -> line.startsWith("|")).map(line -> line.replace("`", "").split(" *\\| *")).forEach(row -> {
          Set<String> named = new TreeSet<>(Arrays.asList(row[2].split(", ")));
          if (named.remove("the verbs of images")) {
            named.addAll(ofImages);
          }
          Arrays.stream(row[1].split(", ")).filter(option -> option.startsWith("--"))
              .forEach(option -> documented.put(option + ": " + row[3], named));
        });
    assertThat(documented).isEqualTo(verbs);
  }

  private static String document() throws IOException {
    return Files.readString(Path.of("..", "docs", "command.md"));
  }

  private static Set<String> documented(String verb) throws IOException {
    String document = document();
    MatchResult row = Pattern.compile("^\\| `" + verb + "` \\| ([^|]*) \\|", Pattern.MULTILINE).matcher(document)
        .results().findFirst().orElseThrow(() -> new AssertionError("there is no row for " + verb));
    return new TreeSet<>(Arrays.asList(row.group(1).replace("`", "").split(" ")));
  }
}
