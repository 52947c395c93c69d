// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a call that is wrong, to people and to programs, and the help. */
class AWrongCallIsExplained {
  private static CommandRun run(String call) {
    return CommandRun.of((Object[]) call.split(" "));
  }

  private static JsonObject error(CommandRun run) {
    assertThat(run.json().keySet()).containsExactly("schema", "errors");
    return run.json().getAsJsonArray("errors").get(0).getAsJsonObject();
  }

  @ParameterizedTest
  @ValueSource(strings = {"list -j --bogus", "list --json=maybe", "list -j=maybe", "list --bogus -j",
      "list --json --bogus", "list --json=true --bogus",
      "list -jr", "list -Rjr", "list -iju", "list -j extra", "inspect -ji", "inspect --slot x -ji nv.img",
      "inspect -j --image a b", "plan -j", "plan --granule 1M -js 64M", "check-labels --json --slot -1 a",
      "enable-device -j", "create-namespace -jm foo nv.img", "bench -ja 8K", "demo --size 1 -j", "list -d -j",
      "lst --json", "-j list", "list -j -j", "init-labels -fjV 3.0 nv.img"})
  void toAProgramInJson(String call) {
    CommandRun run = run(call);
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(2);
    assertThat(error(run).get("errno").getAsString()).isEqualTo("EINVAL");
    assertThat(error(run).get("message").getAsString()).isNotBlank().doesNotStartWith("Error");
    assertThat(run.err()).startsWith(error(run).get("message").getAsString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"list --bogus", "list --json=false --bogus", "create-namespace -nj nv.img -m foo",
      "read-infoblock -nj", "read-labels nv.img -- -j", "destroy-namespace -n=-j"})
  void toPeopleInWords(String call) {
    CommandRun run = run(call);
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("Usage: jdax ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect -ji /none/nv.img", "inspect --json=true /none/nv.img", "list -jr 9", "list -Rjr 9",
      "list -jd dax9.9", "destroy-namespace -jfn alpha /none/nv.img", "bench -jd dax9.9",
      "check-labels -ji /none/nv.img"})
  void andWhatFailedToo(String call) {
    CommandRun run = run(call);
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.err()).isEmpty();
    assertThat(error(run).get("message").getAsString()).startsWith("cannot ");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"lst | list", "lits | list", "insepct | inspect", "crate-device | create-device",
      "enable-devcie | enable-device", "read-label | read-labels", "help lst | list", "list --reginos | --regions",
      "inspect --jsn a | --json", "plan --usabel=3M | --usable", "versoin | version"})
  void whatIsNearIsSuggestedAlone(String call, String meant) {
    CommandRun run = run(call);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).endsWith("Did you mean " + meant + "?" + System.lineSeparator()).hasLineCount(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"label", "create", "xyz", "l", "list --x", "list --bogusword", "inspect --namespace a",
      "bench --sec 3"})
  void whatIsFarIsNot(String call) {
    CommandRun run = run(call);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).doesNotContain("Did you mean", "Possible solutions").contains("Usage: jdax ");
  }

  @Test
  void anOptionThatIsGivenTwiceIsNamed() {
    assertThat(run("list -j -j").err()).startsWith("--json and --json: give one");
    assertThat(run("plan -s 64M -s 65M").err()).startsWith("--size=64M and --size=65M: give one");
  }

  @Test
  void anUnknownVerbIsCalledSo() {
    assertThat(run("lst").err()).startsWith("there is no verb 'lst'");
    assertThat(run("help lst").err()).startsWith("there is no verb 'lst'");
  }

  @Test
  void helpAndVersionAreVerbs() {
    assertThat(run("help")).isEqualTo(run("--help"));
    assertThat(run("help").out()).startsWith("Usage: jdax ").contains("  help ", "  version ");
    for (String verb : Jdax.commandLine().getSubcommands().keySet()) {
      assertThat(run("help " + verb)).isEqualTo(run(verb + " --help"));
      assertThat(run("help " + verb).out()).startsWith("Usage: jdax " + verb);
    }
    assertThat(run("version")).isEqualTo(run("--version"));
    assertThat(run("version").out()).startsWith("jdax 0.");
    assertThat(run("help list plan").exitCode()).isEqualTo(2);
    assertThat(run("help --bogus").exitCode()).isEqualTo(2);
  }
}
