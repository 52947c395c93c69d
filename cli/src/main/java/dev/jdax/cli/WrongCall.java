// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says what is wrong with a call: a sentence, and what was perhaps meant, or else the verb's usage. A program that
 * asked for JSON gets the sentence as JSON, too.
 */
final class WrongCall implements IParameterExceptionHandler {
  /** A slip changes at most so many letters, and at most every third. */
  private static final int MOST_CHANGES = 2;

  private final Supplier<CommandLine> anotherJdax;

  /**
   * Makes one.
   *
   * @param anotherJdax makes a command that can be parsed once more
   */
  WrongCall(Supplier<CommandLine> anotherJdax) {
    this.anotherJdax = anotherJdax;
  }

  @Override
  public int handleParseException(ParameterException wrong, String[] args) {
    CommandLine verb = wrong.getCommandLine();
    Failure failure = Failure.of(wrong);
    if (JsonRequest.isIn(anotherJdax.get(), args)) {
      verb.getOut().println(Json.ofErrors(failure));
      verb.getOut().flush();
    }
    PrintWriter err = verb.getErr();
    err.println(verb.getColorScheme().errorText(Printable.of(failure.message())));
    List<String> meant = wrong instanceof UnmatchedArgumentException unmatched ? meant(unmatched) : List.of();
    if (meant.isEmpty()) {
      verb.usage(err, verb.getColorScheme());
    } else {
      err.println("Did you mean " + String.join(" or ", meant) + "?");
    }
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  /** {@return the verbs or options that are nearest to the first word that nobody knows; empty if none is near} */
  private static List<String> meant(UnmatchedArgumentException unmatched) {
    String word = unmatched.getUnmatched().getFirst().replaceFirst("=.*", "");
    CommandLine verb = unmatched.getCommandLine();
    Stream<String> known = word.startsWith("-")
        ? verb.getCommandSpec().options().stream().filter(option -> !option.hidden())
            .flatMap(option -> Arrays.stream(option.names())).filter(name -> name.startsWith("--"))
        : verb.getSubcommands().keySet().stream();
    int letters = word.replaceFirst("^-+", "").length();
    int limit = Math.min(MOST_CHANGES, letters / 3);
    List<String> near = known.filter(name -> distance(word, name) <= limit).sorted().toList();
    int least = near.stream().mapToInt(name -> distance(word, name)).min().orElse(0);
    return near.stream().filter(name -> distance(word, name) == least).toList();
  }

  /** {@return how many letters have to be put in, left out, changed, or swapped with the next to make one of the other} */
  private static int distance(String one, String other) {
    int[][] changes = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          changes[i][j] = i + j;
          continue;
        }
        int changed = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        changes[i][j] = Math.min(changes[i - 1][j - 1] + changed,
            1 + Math.min(changes[i - 1][j], changes[i][j - 1]));
        if (i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1)) {
          changes[i][j] = Math.min(changes[i][j], changes[i - 2][j - 2] + 1);
        }
      }
    }
    return changes[one.length()][other.length()];
  }
}
