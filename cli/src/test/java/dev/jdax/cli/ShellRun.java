// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a script of the shell has left that runs the command in a JVM, as {@code $JDAX}. In a script bytes are what they
 * are, and Java has no hand in them.
 */
record ShellRun(int exitCode, String out, String err) {
  private static final String JDAX = Path.of(System.getProperty("java.home"), "bin", "java")
      + " -XX:TieredStopAtLevel=1 -XX:-UsePerfData --enable-native-access=ALL-UNNAMED -cp "
      + System.getProperty("java.class.path") + " " + Jdax.class.getName();

  /**
   * {@return what a script has left}
   *
   * @param folder where it runs
   * @param environment what is in its environment, too
   * @param script the script
   */
  static ShellRun of(Path folder, Map<String, String> environment, String script)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("shell", ".out");
    Path err = Files.createTempFile("shell", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder("bash", "-c", script).directory(folder.toFile())
          .redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().put("JDAX", JDAX);
      builder.environment().putAll(environment);
      int exitCode = builder.start().waitFor();
      return new ShellRun(exitCode, Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
