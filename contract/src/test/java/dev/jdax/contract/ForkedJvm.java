// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM of its own, for what concerns a whole process or could end one.
 *
 * @param status the exit status; 128 and more if a signal ended it
 * @param said what it printed
 */
record ForkedJvm(int status, String said) {
  static ForkedJvm run(Class<?> main, String... words) throws IOException, InterruptedException {
    // Interpreted, with a heap of one size: the JVM takes no memory of its own while a limit is in the way.
    List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(),
        "-Xshare:auto", "-Xint", "-Xms64m", "-Xmx64m", "-XX:+UseSerialGC", "-XX:-CreateCoredumpOnCrash",
        "-XX:ErrorFile=/dev/null", "-cp", System.getProperty("java.class.path")));
    // Modules, and access to native code, as this JVM has them.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(argument -> argument.startsWith("--"))
        .forEach(command::add);
    command.add(main.getName());
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes()).strip();
    return new ForkedJvm(process.waitFor(), said);
  }
}
