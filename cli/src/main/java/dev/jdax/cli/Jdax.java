// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

import dev.jdax.DaxException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;

/**
 * The command. It exits with 0 if all went as it should, with 1 if something failed, and with 2 if it was called
 * wrongly.
 */
@Command(name = "jdax", mixinStandardHelpOptions = true, version = "jdax 0.1.0-SNAPSHOT", //
    description = "Device DAX for the JVM.", //
    subcommands = {DemoCommand.class, InspectCommand.class, PlanCommand.class, ReadLabelsCommand.class,
        CheckLabelsCommand.class, InitLabelsCommand.class, CreateNamespaceCommand.class, DestroyNamespaceCommand.class,
        ReadInfoblockCommand.class, WriteInfoblockCommand.class})
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

  /** {@return the command, ready to be run; errors of memory and files are a sentence, others keep their trace} */
  static CommandLine commandLine() {
    IExecutionExceptionHandler sentence = (exception, commandLine, parsed) -> {
      commandLine.getErr().println("jdax: " + Printable.of(sentenceOf(exception)));
      return CommandLine.ExitCode.SOFTWARE;
    };
    return new CommandLine(new Jdax()).setExecutionExceptionHandler(sentence);
  }

  private static String sentenceOf(Exception exception) throws Exception {
    return switch (exception) {
      case DaxException e -> e.getMessage();
      case NoSuchFileException e -> "cannot open " + e.getFile() + ": there is no such file";
      case AccessDeniedException e -> "cannot open " + e.getFile() + ": permission denied";
      case FileSystemException e -> "cannot open " + e.getFile() + ": " + e.getReason();
      default -> throw exception;
    };
  }
}
