// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A JVM of its own, for what concerns a whole process or could end one; with modules, and access to native code, as
 * this JVM has them.
 *
 * @param status the exit status; 128 and more if a signal ended it
 * @param said what it printed
 */
public record ForkedJvm(int status, String said) {
  /**
   * Interpreted, with a heap of one size: such a JVM takes no memory of its own while a limit is in the way.
   */
  public static final List<String> SMALL = List.of("-Xint", "-Xms64m", "-Xmx64m");

  /**
   * Runs a program, and waits for its end.
   *
   * @param options options of the JVM
   * @param main the class of the program
   * @param words its arguments
   * @return how it ended
   * @throws IOException if it cannot be started
   * @throws InterruptedException if this thread was interrupted
   */
  public static ForkedJvm run(List<String> options, Class<?> main, String... words)
      throws IOException, InterruptedException {
    return run(List.of(), argument -> true, options, main, words);
  }

  /**
   * Runs a program under another one, and waits for its end.
   *
   * @param launcher the words of the other one, which executes the words that are added to them
   * @param options options of the JVM
   * @param main the class of the program
   * @param words its arguments
   * @return how it ended
   * @throws IOException if it cannot be started
   * @throws InterruptedException if this thread was interrupted
   */
  public static ForkedJvm runUnder(List<String> launcher, List<String> options, Class<?> main, String... words)
      throws IOException, InterruptedException {
    return run(launcher, argument -> true, options, main, words);
  }

  /**
   * Runs a program in a JVM that denies native access, and waits for its end.
   *
   * @param main the class of the program
   * @return how it ended
   * @throws IOException if it cannot be started
   * @throws InterruptedException if this thread was interrupted
   */
  public static ForkedJvm runWithoutNativeAccess(Class<?> main) throws IOException, InterruptedException {
    return run(List.of(), argument -> !argument.startsWith("--enable-native-access"),
        List.of("--illegal-native-access=deny"),
        main);
  }

  /**
   * Runs a program on the class path, whether or not this JVM has modules, and waits for its end.
   *
   * @param first a folder of classes that are taken before those of the tests, and of what they test
   * @param options options of the JVM
   * @param main the class of the program
   * @return how it ended
   * @throws IOException if it cannot be started
   * @throws InterruptedException if this thread was interrupted
   */
  public static ForkedJvm runOnTheClassPath(Path first, List<String> options, Class<?> main)
      throws IOException, InterruptedException {
    List<String> command = command(String.join(File.pathSeparator, first.toString(), "target/classes",
        "target/test-classes"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.add(main.getName());
    return run(command);
  }

  private static List<String> command(String classPath) {
    return new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(), "-Xshare:auto",
        "-XX:+UseSerialGC", "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null", "-cp", classPath));
  }

  private static ForkedJvm run(List<String> launcher, Predicate<String> kept, List<String> options, Class<?> main,
      String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(command(System.getProperty("java.class.path")));
    inputArguments().stream().filter(argument -> argument.startsWith("--")).filter(kept).forEach(command::add);
    command.addAll(options);
    if (main.getModule().isNamed()) {
      command.addAll(List.of("--module", main.getModule().getName() + "/" + main.getName()));
    } else {
      command.add(main.getName());
    }
    command.addAll(List.of(words));
    return run(command);
  }

  private static ForkedJvm run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes()).strip();
    return new ForkedJvm(process.waitFor(), said);
  }

  /** By reflection, because module dev.jdax, in which this class is when that is tested, does not read java.management. */
  private static List<String> inputArguments() throws IOException {
    String management = "java.lang.management.";
    try {
      Object runtime = Class.forName(management + "ManagementFactory").getMethod("getRuntimeMXBean").invoke(null);
      List<?> arguments = (List<?>) Class.forName(management + "RuntimeMXBean").getMethod("getInputArguments")
          .invoke(runtime);
      return arguments.stream().map(String.class::cast).toList();
    } catch (ReflectiveOperationException e) {
      throw new IOException("cannot tell with which arguments this JVM was started", e);
    }
  }
}
