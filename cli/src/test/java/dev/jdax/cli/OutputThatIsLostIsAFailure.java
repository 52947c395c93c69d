// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import dev.jdax.DaxException;
import dev.jdax.PageSize;
import dev.jdax.spi.AddressesOnly;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A full disk or a closed pipe on standard output is exit code 1 and a sentence, whatever the verb. */
class OutputThatIsLostIsAFailure {
  /** Each verb, once; IMAGE is one with labels. */
  private static final String[] CALLS = {"help", "help list", "version", "list", "list --json",
      "create-device -r 0 -s 4M", "destroy-device -f 0.1", "reconfigure-device -f -s 4M 0.1", "enable-device 0.1",
      "disable-device 0.1 --json", "online-memory all", "offline-memory all", "inspect IMAGE", "inspect IMAGE --json",
      "plan -s 64M", "plan -s 64M -j", "read-labels IMAGE", "check-labels IMAGE", "check-labels IMAGE -j",
      "init-labels IMAGE -f --dry-run", "create-namespace IMAGE --assume-unused --dry-run --slot 0",
      "destroy-namespace IMAGE --assume-unused -n alpha --dry-run", "read-infoblock IMAGE",
      "write-infoblock BARE -f --dry-run", "demo --align 4K --size 8M", "bench -s 2M --seconds 0.02"};

  @TempDir
  private Path folder;

  static Stream<String> calls() {
    return Stream.of(CALLS);
  }

  private static Set<String> verbs() {
    return Jdax.commandLine().getSubcommands().keySet();
  }

  static Stream<String> helps() {
    return Stream.concat(Stream.of("--help", "--version"), verbs().stream().map(verb -> verb + " --help"));
  }

  @Test
  void eachVerbIsCalled() {
    Set<String> called = new TreeSet<>();
    calls().forEach(call -> called.add(call.split(" ")[0]));
    assertThat(called).isEqualTo(new TreeSet<>(verbs()));
  }

  private String[] words(String call) throws IOException {
    String words = call;
    if (call.contains("IMAGE")) {
      Path image = sparse("labelled.img");
      CommandRun made = CommandRun.of("init-labels", image, "--label-size", "128K", "--assume-unused", "--slot", 0);
      assertThat(made.exitCode()).as(made.toString()).isZero();
      made = CommandRun.of("create-namespace", image, "-m", "devdax", "-s", "32M", "-n", "alpha", "--assume-unused",
          "--slot", 0);
      assertThat(made.exitCode()).as(made.toString()).isZero();
      words = call.replace("IMAGE", image.toString());
    }
    return words.replace("BARE", sparse("bare.img").toString()).split(" ");
  }

  private Path sparse(String name) throws IOException {
    Path image = folder.resolve(name);
    if (Files.notExists(image)) {
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength((64 << 20) + (128 << 10));
      }
    }
    return image;
  }

  /** Each run has a machine of its own, with one device, which the runs before have not changed. */
  private static CommandRun run(OutputStream out, String... words) throws DaxException {
    StringWriter err = new StringWriter();
    try (PaperMachine machine = new PaperMachine()) {
      machine.add(AddressesOnly.dynamic(64L << 20, PageSize.SIZE_2M).at(1L << 30)).create(8L << 20);
      int exit = Jdax.run(Jdax.commandLine(machine), out, new PrintWriter(err, true), words);
      return new CommandRun(exit, out.toString(), err.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void onAFullDisk(String call) throws IOException {
    String[] words = words(call);
    ByteArrayOutputStream room = new ByteArrayOutputStream();
    CommandRun well = run(room, words);
    assertThat(well.exitCode()).as(well.toString()).isZero();
    assertThat(room.toString(StandardCharsets.UTF_8)).isNotBlank();
    assertLost(words);
  }

  private static void assertLost(String... words) throws IOException {
    try (OutputStream full = new FileOutputStream("/dev/full")) {
      CommandRun run = run(full, words);
      assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
      assertThat(run.err()).isEqualToNormalizingNewlines(
          "jdax: cannot write to standard output: No space left on device; not all of it is there (ENOSPC)\n");
    }
  }

  @ParameterizedTest
  @MethodSource("helps")
  void helpToo(String call) throws IOException {
    assertLost(call.split(" "));
  }

  @Test
  void whatFailedAnywayKeepsItsExitCode() throws IOException {
    try (OutputStream full = new FileOutputStream("/dev/full")) {
      CommandRun wrong = run(full, "list", "-j", "--bogus");
      assertThat(wrong.exitCode()).isEqualTo(2);
      assertThat(wrong.err()).contains("Unknown option: '--bogus'", "(ENOSPC)");
      assertThat(run(full, "list", "-d", "dax7.7").exitCode()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"list --json", "--help", "plan -s 64M"})
  void aRealOne(String call) throws Exception {
    ShellRun full = ShellRun.of(folder, Map.of(), "$JDAX " + call + " >/dev/full");
    assertThat(full.exitCode()).as(full.toString()).isEqualTo(1);
    assertThat(full.err()).startsWith("jdax: cannot write to standard output: ").contains("(ENOSPC)").hasLineCount(1);
    ShellRun pipe = ShellRun.of(folder, Map.of(), "{ sleep 1; $JDAX " + call + "; } | true; exit ${PIPESTATUS[0]}");
    assertThat(pipe.exitCode()).as(pipe.toString()).isEqualTo(1);
    assertThat(pipe.err()).startsWith("jdax: cannot write to standard output: ").contains("(EPIPE)").hasLineCount(1);
    ShellRun closed = ShellRun.of(folder, Map.of(), "$JDAX " + call + " >&-");
    assertThat(closed.exitCode()).as(closed.toString()).isEqualTo(1);
    assertThat(closed.err()).startsWith("jdax: cannot write to standard output: ").contains("(EBADF)").hasLineCount(1);
  }
}
