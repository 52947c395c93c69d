// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One run of a guest.
 *
 * @param guest what to boot
 * @param folder the one folder that the guest may write to, there at /out; it is emptied first
 */
record Boot(Guest guest, Path folder) {
  /**
   * Boots. If the kernel crashes before the script begins, nothing of it was done, and it is booted again, twice: under
   * emulation a kernel now and then runs into code that another processor is just patching.
   */
  Outcome run(String script) throws IOException, InterruptedException {
    refuseIfMissing();
    Outcome outcome = once(script);
    for (int again = 0; again < 2 && outcome.crashed() && !outcome.began(); again++) {
      outcome = once(script);
    }
    return outcome;
  }

  private Outcome once(String script) throws IOException, InterruptedException {
    empty();
    Files.writeString(folder.resolve("script"), script.endsWith("\n") ? script : script + "\n");
    List<String> command = command(List.of("-serial", "stdio"), List.of());
    Files.write(folder.resolve("command"), command);
    ProcessBuilder qemu = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(new File("/dev/null"))
        .redirectOutput(folder.resolve(Outcome.CONSOLE).toFile());
    try (Turn _ = Turn.await()) {
      Process process = qemu.start();
      boolean inTime;
      try {
        inTime = waitFor(process);
      } finally {
        process.destroyForcibly().waitFor();
      }
      return new Outcome(guest, folder, inTime, process.exitValue());
    }
  }

  /** Runs a script, or a shell if it is null, on the terminal, without a limit of time; returns the exit status. */
  int runOnTerminal(String script) throws IOException, InterruptedException {
    refuseIfMissing();
    empty();
    if (script != null) {
      Files.writeString(folder.resolve("script"), script + "\n");
    }
    Process process = new ProcessBuilder(command(List.of("-serial", "mon:stdio"), List.of("guest.live"))).inheritIO()
        .start();
    process.waitFor();
    Outcome outcome = new Outcome(guest, folder, true, process.exitValue());
    return outcome.exited() ? outcome.status() : 1;
  }

  private List<String> command(List<String> options, List<String> words) throws IOException {
    List<Path> shares = shares();
    Files.write(folder.resolve("shares"), shares.stream().map(Path::toString).toList());
    List<String> command = new ArrayList<>(Qemu.command(guest, folder, shares, words));
    command.addAll(options);
    return command;
  }

  /** What class paths name: the repository, the JDK, Maven's repository. */
  private static List<Path> shares() {
    Path jdk = Path.of(System.getProperty("java.home"));
    // surefire says where Maven has it.
    Path maven = Path.of(System.getProperty("localRepository",
        Path.of(System.getProperty("user.home"), ".m2", "repository").toString()));
    return Stream.of(repository(), jdk, maven).filter(Files::isDirectory).toList();
  }

  static Path repository() {
    Path here = Path.of("").toAbsolutePath();
    for (Path folder = here; folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("guest/kernels"))) {
        return folder;
      }
    }
    throw new IllegalStateException("a guest shows the repository, and " + here + " is not in it; run from there");
  }

  private boolean waitFor(Process process) throws InterruptedException {
    Thread kill = new Thread(process::destroyForcibly, "kills the guest with the JVM");
    Runtime.getRuntime().addShutdownHook(kill);
    boolean ended = process.waitFor(guest.limit().toMillis(), TimeUnit.MILLISECONDS);
    Runtime.getRuntime().removeShutdownHook(kill);
    return ended;
  }

  private void refuseIfMissing() {
    guest.missing().ifPresent(why -> {
      throw new IllegalStateException(why);
    });
  }

  private void empty() throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    Files.createDirectories(folder);
  }
}
