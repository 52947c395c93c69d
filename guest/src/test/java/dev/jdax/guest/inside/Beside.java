// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.jdax.kernel.Dax;

/** A process beside this one, which does what it is told, line by line, and ends with its input. */
final class Beside implements AutoCloseable {
  private final Process process;
  private final PrintStream orders;
  private final BufferedReader answers;

  private Beside(List<String> command) throws IOException {
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    orders = new PrintStream(process.getOutputStream(), true);
    answers = process.inputReader();
  }

  /** A shell, which has run this script when it is given back, and keeps what that has opened. */
  static Beside shell(String script) throws IOException {
    Beside shell = new Beside(List.of("sh", "-c", script + "; echo done; read line"));
    String said = shell.answers.readLine();
    if (!"done".equals(said)) {
      throw new IOException("the shell said " + said);
    }
    return shell;
  }

  /** A {@link Puppet}. */
  static Beside puppet() throws IOException {
    return new Beside(java(System.getProperty("java.class.path")));
  }

  /** A puppet of the user nobody, who may not be allowed to reach the class path, and gets a copy of what he needs. */
  static Beside puppetOfNobody() throws IOException {
    Path copies = Files.createTempDirectory("classes");
    List<String> path = new ArrayList<>();
    for (Class<?> needed : List.of(Dax.class, Puppet.class)) {
      Path source = Path.of(needed.getProtectionDomain().getCodeSource().getLocation().getPath());
      Path copy = copies.resolve(path.size() + "-" + source.getFileName());
      try (Stream<Path> files = Files.walk(source)) {
        for (Path file : files.toList()) {
          Files.copy(file, copy.resolve(source.relativize(file).toString()));
        }
      }
      path.add(copy.toString());
    }
    List<String> command = java(String.join(File.pathSeparator, path));
    String script = "chmod -R a+rX " + copies + "; exec su -s /bin/sh nobody -c 'exec " + String.join(" ", command)
        + "'";
    return new Beside(List.of("sh", "-c", script));
  }

  private static List<String> java(String classPath) {
    List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xms48m", "-Xmx48m", "-XX:+AlwaysPreTouch",
        "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null",
        "--enable-native-access=ALL-UNNAMED"));
    if (classPath.equals(System.getProperty("java.class.path"))) {
      // Its classes are archived.
      ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(option -> option.startsWith("-XX:SharedArchiveFile=")).forEach(command::add);
    }
    command.addAll(List.of("-cp", classPath, Puppet.class.getName()));
    return command;
  }

  long pid() {
    return process.pid();
  }

  /** Says an order, and gives the answer; of a process that has died of it, its last words. */
  String tell(String order) throws IOException, InterruptedException {
    orders.println(order);
    StringBuilder words = new StringBuilder();
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith(Puppet.ANSWER)) {
        return line.substring(Puppet.ANSWER.length());
      }
      words.append(line).append('\n');
    }
    return "ended with status " + process.waitFor() + " and said " + words;
  }

  @Override
  public void close() throws IOException {
    orders.close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
