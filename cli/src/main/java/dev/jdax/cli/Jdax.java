// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The command. It exits with 0 if all went as it should, with 1 if something failed, and with 2 if it was called
 * wrongly.
 */
@Command(name = "jdax", mixinStandardHelpOptions = true, version = "jdax 0.1.0-SNAPSHOT", //
    description = "Device DAX for the JVM.", //
    subcommands = {DemoCommand.class, BenchCommand.class, ListCommand.class, CreateDeviceCommand.class,
        DestroyDeviceCommand.class,
        ReconfigureDeviceCommand.class, EnableDeviceCommand.class, DisableDeviceCommand.class,
        OnlineMemoryCommand.class, OfflineMemoryCommand.class, InspectCommand.class, PlanCommand.class,
        ReadLabelsCommand.class, CheckLabelsCommand.class, InitLabelsCommand.class, CreateNamespaceCommand.class,
        DestroyNamespaceCommand.class, ReadInfoblockCommand.class, WriteInfoblockCommand.class})
public final class Jdax {
  private final Machine machine;

  private Jdax(Machine machine) {
    this.machine = machine;
  }

  /** {@return what the verbs of devices work on} */
  Machine machine() {
    return machine;
  }

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param args the words after {@code jdax}
   */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** {@return the command for this machine, ready to be run} */
  static CommandLine commandLine() {
    return commandLine(Machine.THIS);
  }

  /**
   * Runs the command in this JVM.
   *
   * @param out where it prints
   * @param err where it says what went wrong
   * @param args the words after {@code jdax}
   * @return its exit code
   */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    return commandLine().setOut(out).setErr(err).execute(args);
  }

  /** {@return the command, ready to be run; errors of memory and files are a sentence, others keep their trace} */
  static CommandLine commandLine(Machine machine) {
    CommandLine line = new CommandLine(new Jdax(machine));
    IParameterExceptionHandler usage = line.getParameterExceptionHandler();
    line.setParameterExceptionHandler((wrong, args) -> {
      if (asksForJson(wrong.getCommandLine(), args)) {
        print(wrong.getCommandLine().getOut(), Failure.of(wrong));
      }
      return usage.handleParseException(wrong, args);
    });
    line.setExecutionExceptionHandler((exception, verb, parsed) -> {
      Failure failure = Failure.of(exception, verb.getCommandSpec().qualifiedName()).orElseThrow(() -> exception);
      if (asksForJson(verb, parsed.originalArgs().toArray(String[]::new))) {
        print(verb.getOut(), failure);
      } else {
        verb.getErr().println("jdax: " + failure.sentence());
      }
      return CommandLine.ExitCode.SOFTWARE;
    });
    return line;
  }

  private record Errors(int schema, List<Failure> errors) {
  }

  private static void print(PrintWriter out, Failure failure) {
    out.println(Json.of(new Errors(Json.SCHEMA, List.of(failure))));
    out.flush();
  }

  /** {@return whether the call was for a program, which is to be seen though it may have been wrong} */
  private static boolean asksForJson(CommandLine verb, String[] args) {
    OptionSpec json = verb.getCommandSpec().findOption("--json");
    return json != null && Stream.of(args).anyMatch(List.of(json.names())::contains);
  }
}
