// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code jdax help}: the help of the command, or of a verb. */
@Command(name = "help", description = "Shows the verbs, or with one its options, as --help does.")
final class HelpVerb implements Runnable {
  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Parameters(arity = "0..1", paramLabel = "VERB", description = "The verb to be explained.")
  private String verb;

  @Override
  public void run() {
    CommandLine jdax = spec.commandLine().getParent();
    CommandLine wanted = verb == null ? jdax : jdax.getSubcommands().get(verb);
    if (wanted == null) {
      throw new UnmatchedArgumentException(jdax, List.of(verb)); // which says what was perhaps meant
    }
    wanted.usage(spec.commandLine().getOut(), jdax.getColorScheme());
  }
}
