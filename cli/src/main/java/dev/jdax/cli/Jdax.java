// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;

/**
 * The command. It exits with 0 if all went as it should, with 1 if something failed, and with 2 if it was called
 * wrongly.
 */
@Command(name = "jdax", mixinStandardHelpOptions = true, version = "jdax 0.1.0-SNAPSHOT", //
    description = "Device DAX for the JVM.", //
    subcommands = {DemoCommand.class, BenchCommand.class, ListCommand.class, CreateDeviceCommand.class,
        DestroyDeviceCommand.class, ReconfigureDeviceCommand.class, EnableDeviceCommand.class,
        DisableDeviceCommand.class, OnlineMemoryCommand.class, OfflineMemoryCommand.class, InspectCommand.class,
        PlanCommand.class,
        ReadLabelsCommand.class, CheckLabelsCommand.class, InitLabelsCommand.class, CreateNamespaceCommand.class,
        DestroyNamespaceCommand.class, ReadInfoblockCommand.class, WriteInfoblockCommand.class, HelpVerb.class,
        VersionVerb.class})
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
    PrintWriter err = new PrintWriter(new OutputStreamWriter(new FileOutputStream(FileDescriptor.err), UTF_8), true);
    System.exit(run(commandLine(), new FileOutputStream(FileDescriptor.out), err, args));
  }

  /** Runs a command as it was typed, and fails if what it prints cannot be written. */
  static int run(CommandLine jdax, OutputStream out, PrintWriter err, String... args) {
    Output output = new Output(out);
    int exit = execute(jdax.setOut(output.writer()).setErr(err), args);
    Optional<Failure> lost = output.flush();
    lost.ifPresent(failure -> err.println("jdax: " + failure.sentence()));
    return lost.isPresent() ? Math.max(exit, CommandLine.ExitCode.SOFTWARE) : exit;
  }

  private static int execute(CommandLine jdax, String... args) {
    String[] typed;
    try {
      typed = Arguments.asTyped(args);
    } catch (IllegalArgumentException e) {
      return new WrongCall(() -> bare(Machine.THIS))
          .handleParseException(new ParameterException(jdax, e.getMessage(), e), args);
    }
    return jdax.execute(typed);
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
    CommandLine line = bare(machine);
    line.setParameterExceptionHandler(new WrongCall(() -> bare(machine)));
    line.setExecutionExceptionHandler((exception, verb, parsed) -> {
      Failure failure = Failure.of(exception, verb.getCommandSpec().qualifiedName()).orElseThrow(() -> exception);
      if (JsonRequest.isIn(bare(machine), parsed.originalArgs().toArray(String[]::new))) {
        verb.getOut().println(Json.ofErrors(failure));
        verb.getOut().flush();
      } else {
        verb.getErr().println("jdax: " + failure.sentence());
      }
      return CommandLine.ExitCode.SOFTWARE;
    });
    return line;
  }

  /** {@return the command as it is parsed: a word that begins with an at sign is no list of words} */
  private static CommandLine bare(Machine machine) {
    CommandLine jdax = new CommandLine(new Jdax(machine)).setExpandAtFiles(false)
        .registerConverter(Path.class, new FileName());
    Map<String, IHelpSectionRenderer> sections = new HashMap<>(jdax.getHelpSectionMap());
    sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, Sizes::explain);
    return jdax.setHelpSectionMap(sections);
  }
}
