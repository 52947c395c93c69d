// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import dev.jdax.DaxException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;

/**
 * The command. It exits with 0 if all went as it should, with 1 if something failed, and with 2 if it was called
 * wrongly.
 */
@Command(name = "jdax", mixinStandardHelpOptions = true, version = "jdax 0.1.0-SNAPSHOT", //
    description = "Device DAX for the JVM.", subcommands = DemoCommand.class)
public final class Jdax {
  private Jdax() {
  }

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param args the words after {@code jdax}
   */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** {@return the command, ready to be run; errors of memory are one sentence, and others keep their trace} */
  static CommandLine commandLine() {
    IExecutionExceptionHandler sentence = (exception, commandLine, parsed) -> {
      if (exception instanceof DaxException) {
        commandLine.getErr().println("jdax: " + exception.getMessage());
        return CommandLine.ExitCode.SOFTWARE;
      }
      throw exception;
    };
    return new CommandLine(new Jdax()).setExecutionExceptionHandler(sentence);
  }
}
