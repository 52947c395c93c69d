// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.regex.Pattern;
import java.util.stream.Stream;

import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Whether a call asks for JSON, as far as it can be understood: it may be wrong. */
final class JsonRequest {
  /** The option as a word; a value that is neither true nor false is wrong, and asks for JSON all the same. */
  private static final Pattern ASKED = Pattern.compile("(-j|--json)(=(?!(?i:false)$).*)?", Pattern.DOTALL);

  private JsonRequest() {
  }

  /**
   * {@return whether {@code -j} or {@code --json} is given}
   *
   * <p>The call is parsed past what is wrong with it. Where picocli finds the option in the place of a missing value, or
   * after a verb that there is not, it is given too; it then is one of the words. So is {@code --json=maybe}.
   *
   * @param jdax the command, to be parsed for this alone
   * @param args the words after {@code jdax}
   */
  static boolean isIn(CommandLine jdax, String... args) {
    return isParsed(jdax, args)
        || Stream.of(args).takeWhile(word -> !word.equals("--")).anyMatch(ASKED.asMatchPredicate());
  }

  private static boolean isParsed(CommandLine jdax, String... args) {
    collectErrors(jdax);
    ParseResult verb;
    try {
      verb = jdax.parseArgs(args);
    } catch (ParameterException e) {
      return false; // nothing could be made of it
    }
    while (verb.hasSubcommand()) {
      verb = verb.subcommand();
    }
    OptionSpec json = verb.matchedOption("--json");
    return json != null && json.stringValues().stream().allMatch(Boolean::parseBoolean);
  }

  private static void collectErrors(CommandLine command) {
    command.getCommandSpec().parser().collectErrors(true);
    command.getSubcommands().values().forEach(JsonRequest::collectErrors);
  }
}
