// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The worked example: the log, and the same log with one drain saved. */
class AnAppendOnlyLogSurvivesAPowerFailure {
  private static final Path DOCUMENT = Path.of("../docs/crash-consistency.md");
  private static final List<String> TEXTS = List.of("first", "a second one, longer", "third");

  private static Outcome appending(Function<DaxMapping, AppendOnlyLog> kind) throws Exception {
    List<String> acknowledged = new ArrayList<>();
    return PowerFailures.inMemoryOf(4096)
        .startingWith(AppendOnlyLog::format)
        .during(memory -> {
          AppendOnlyLog log = kind.apply(memory);
          for (String text : TEXTS) {
            log.append(text);
            acknowledged.add(text);
          }
        }, left -> {
          List<String> records = kind.apply(left).records();
          if (records.size() < acknowledged.size() || !records.equals(TEXTS.subList(0, records.size()))) {
            throw new AssertionError("found " + records + ", and " + acknowledged + " were acknowledged");
          }
        });
  }

  @Test
  void ifTheRecordIsDurableBeforeTheEnd() throws Exception {
    Outcome outcome = appending(AppendOnlyLog::new);
    assertThat(outcome.points()).isEqualTo(2 * TEXTS.size() + 1);
    assertThat(outcome.sampledPoints()).isZero();
    assertThat(outcome.notes()).isEmpty();
  }

  @Test
  void andNotIfOneDrainIsForBoth() throws Exception {
    BrokenByPowerFailure broken = catchThrowableOfType(BrokenByPowerFailure.class,
        () -> appending(memory -> new AppendOnlyLog(memory) {
          @Override
          void append(String text) throws DaxException {
            ALogThatSavesADrain.append(memory, text.getBytes(StandardCharsets.UTF_8));
          }
        }));
    assertThat(broken.point().kind()).isEqualTo(Point.Kind.FLUSH);
    assertThat(broken.lost()).singleElement().satisfies(word -> assertThat(word.offset()).isEqualTo(72));
    assertThat(broken.kept()).singleElement().satisfies(word -> assertThat(word.offset()).isZero());
    // The document has the message with its long lines broken, and some other seed.
    String document = unbroken(Files.readString(DOCUMENT));
    for (String line : broken.getMessage().lines().skip(1).toList()) {
      assertThat(document).contains(unbroken(line.replaceFirst("withSeed.*", "")));
    }
  }

  private static String unbroken(String text) {
    return text.replaceAll("\\s+", " ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"AppendOnlyLog", "ALogThatSavesADrain"})
  void andBothAreWhatTheDocumentShows(String name) throws Exception {
    String source = Files.readString(Path.of("src/test/java/dev/jdax/powerfailure", name + ".java"));
    assertThat(Files.readString(DOCUMENT)).contains(source.substring(source.indexOf("class " + name)));
  }
}
