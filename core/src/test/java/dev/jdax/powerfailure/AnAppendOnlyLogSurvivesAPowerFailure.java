// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.jdax.DaxMapping;
import org.junit.jupiter.api.Test;

/** The worked example: the log, and the same log with one drain saved. */
class AnAppendOnlyLogSurvivesAPowerFailure {
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
  void andNotIfOneDrainIsForBoth() {
    BrokenByPowerFailure broken = catchThrowableOfType(BrokenByPowerFailure.class,
        () -> appending(ALogThatSavesADrain::new));
    assertThat(broken.point().kind()).isEqualTo(Point.Kind.FLUSH);
    assertThat(broken.point().calledFrom().getFirst().getFileName()).isEqualTo("ALogThatSavesADrain.java");
    assertThat(broken.lost()).singleElement().satisfies(word -> assertThat(word.offset()).isEqualTo(72));
    assertThat(broken.kept()).singleElement().satisfies(word -> assertThat(word.offset()).isZero());
  }
}
