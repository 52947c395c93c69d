// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import dev.jdax.guest.differential.Script.Way;
import dev.jdax.guest.differential.Step.Verb;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.Test;

class AStepIsReadAsItWasWritten {
  @Test
  void withItsWords() {
    assertThat(Step.parse("resize 1 64MiB force")).isEqualTo(Step.of(Verb.RESIZE, 1, "64MiB", "force"))
        .hasToString("resize 1 64MiB force");
    assertThat(Step.parse("create").words()).isEmpty();
    assertThat(Step.parse("store 1/size \" \\\"2\\\\\\n\\0001\"")).isEqualTo(
        Step.of(Verb.STORE, "1/size", " \"2\\\n\0001"));
    assertThat(Step.of(Verb.STORE, "create", "")).hasToString("store create \"\"");
  }

  @Test
  void whateverCharactersAreInThem() {
    String characters = "a1 \n\t\0\"\\/.+-\u0665";
    Seeds.each(200, random -> {
      StringBuilder word = new StringBuilder();
      random.ints(random.nextInt(6), 0, characters.length()).forEach(at -> word.append(characters.charAt(at)));
      Step step = Step.of(Verb.STORE, "create", word);
      assertThat(step.toString().lines()).hasSize(1);
      assertThat(Step.parse(step.toString())).isEqualTo(step);
    });
  }

  @Test
  void andSoIsAScript() {
    Script script = new Script(Way.CALLS, 1, List.of(Step.of(Verb.CREATE), Step.of(Verb.DELETE, "dax1.1")));
    assertThat(script).hasToString("calls region 1\ncreate\ndelete dax1.1");
    assertThat(Script.parse("# why\n\n" + script + "\n\n# also\n" + script + "\n")).containsExactly(script, script);
  }
}
