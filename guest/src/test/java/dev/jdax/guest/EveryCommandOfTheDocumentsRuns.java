// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.jdax.platform.KernelProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each document is followed line by line: its commands are run in their order, in one folder, as they are written.
 * Those of a block with sudo run in a guest, in one boot for each document, so that nothing of this machine changes. A
 * command that is not run stands in {@link #NOT_RUN}.
 */
class EveryCommandOfTheDocumentsRuns {
  private static final Path CHECKOUT = Boot.repository();
  private static final long PAGES_OF_BENCH = 128;

  /** What no test runs, without comments; and why. */
  private static final Map<String, String> NOT_RUN = Map.ofEntries(
      Map.entry("mvn verify", "is the build that runs this test"),
      Map.entry("mvn verify -Pguest", "is the build that runs this test"),
      Map.entry("mvn verify -pl core,pmem,contract -Dtest=NothingIsLeftAfterTorture -Dtorture.seconds=3600 "
          + "-Dsurefire.failIfNoSpecifiedTests=false", "takes an hour; a build takes ten seconds of it"),
      Map.entry("sudo guest/prepare", "installs packages and downloads kernels, and has been run where guests boot"),
      Map.entry("guest/boot", "is a shell that waits for a person"),
      Map.entry("mvn -q -B -pl bench -am -DskipTests package", "is a part of the build that runs this test"),
      Map.entry("java -jar bench/target/jdax-bench.jar", "measures for ten minutes"),
      Map.entry("java -jar bench/target/jdax-bench.jar Persist CopyAndPersist FlushAndDrain CopyPastTheCache "
          + "PersistLatency WaysToPersist", "measures for four minutes"),
      Map.entry("java -cp bench/target/jdax-bench.jar org.openjdk.jmh.Main OpenMapClose CreateAndDestroy ReadingMedia",
          "measures for minutes"),
      Map.entry("JAZZER_FUZZ=1 mvn verify -pl core,pmem -Dtest=AnyImageIsOpenedOrRefused#whateverStandsInIt "
          + "-Dsurefire.failIfNoSpecifiedTests=false", "searches for minutes; a build runs the corpus"),
      Map.entry("JAZZER_FUZZ=1 mvn -pl core,pmem verify -Dsurefire.failIfNoSpecifiedTests=false "
          + "-Dtest='AnyImageIsOpenedOrRefused#whateverStandsInIt' -Djazzer.max_duration=10m",
          "searches for minutes; a build runs the corpus"),
      Map.entry("cannot map dax0.3 at offset 0x0, 1 MiB: the length must be a positive multiple of the device's "
          + "alignment, 2 MiB;", "is what jdax says, and no command"),
      Map.entry("use 2 MiB (EINVAL)", "is what jdax says, and no command"));

  /** Where a command runs. */
  private enum Place {
    /** On this machine. */
    HOST,
    /** On this machine, and needs QEMU there: with -Pguest. */
    QEMU,
    /** In a guest: with -Pguest. */
    GUEST;

    static Place of(CommandBlock block, String command) {
      if (block.commands().stream().anyMatch(each -> each.matches("(?s)(.*[|] )?sudo .*"))) {
        return GUEST;
      }
      return command.startsWith("guest/boot ") || command.startsWith("qemu-system-x86_64 ") ? QEMU : HOST;
    }
  }

  /** The commands of a document that run in these places, in their order. */
  private static List<String> commands(Path document, Set<Place> places) throws IOException {
    List<String> commands = new ArrayList<>();
    for (CommandBlock block : CommandBlock.of(document)) {
      for (String command : block.commands()) {
        if (!NOT_RUN.containsKey(CommandBlock.withoutComment(command)) && places.contains(Place.of(block, command))) {
          commands.add(command);
        }
      }
    }
    return commands;
  }

  private static List<Path> documentsWith(Place place) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path document : CommandBlock.documents(CHECKOUT)) {
      if (!commands(document, Set.of(place)).isEmpty()) {
        found.add(CHECKOUT.relativize(document));
      }
    }
    return found;
  }

  static List<Path> documentsForTheHost() throws IOException {
    return documentsWith(Place.HOST);
  }

  static List<Path> documentsForQemu() throws IOException {
    return documentsWith(Place.QEMU);
  }

  static List<Path> documentsForAGuest() throws IOException {
    return documentsWith(Place.GUEST);
  }

  @Test
  void whatIsNotRunIsInADocument() throws IOException {
    Set<String> all = new TreeSet<>();
    for (Path document : CommandBlock.documents(CHECKOUT)) {
      for (CommandBlock block : CommandBlock.of(document)) {
        block.commands().stream().map(CommandBlock::withoutComment).forEach(all::add);
      }
    }
    assertThat(all).containsAll(NOT_RUN.keySet());
    assertThat(documentsForTheHost()).contains(Path.of("README.md"), Path.of("docs/command.md"));
    assertThat(documentsForQemu()).contains(Path.of("README.md"), Path.of("guest/README.md"));
    assertThat(documentsForAGuest()).contains(Path.of("README.md"), Path.of("docs/command.md"));
  }

  @ParameterizedTest
  @MethodSource("documentsForTheHost")
  void onThisMachine(Path document) throws Exception {
    run(document, commands(CHECKOUT.resolve(document), Set.of(Place.HOST)));
  }

  @BootsAGuest
  @ParameterizedTest
  @MethodSource("documentsForQemu")
  void andWithQemu(Path document) throws Exception {
    run(document, commands(CHECKOUT.resolve(document), Set.of(Place.HOST, Place.QEMU)));
  }

  private static void run(Path document, List<String> commands) throws IOException, InterruptedException {
    long free = KernelProbe.freeHugePages(2 << 20);
    List<String> lacking = free >= PAGES_OF_BENCH
        ? List.of()
        : commands.stream().filter(command -> command.startsWith("./jdax bench -a 2M")).toList();
    runAll(document, commands.stream().filter(command -> !lacking.contains(command)).toList());
    assumeTrue(lacking.isEmpty(), lacking + " needs " + PAGES_OF_BENCH + " 2 MiB pages, and " + free + " are free; all "
        + "else of " + document + " has run");
  }

  private static void runAll(Path document, List<String> commands) throws IOException, InterruptedException {
    Path folder = emptyFolder(document);
    Files.createSymbolicLink(folder.resolve("jdax"), CHECKOUT.resolve("jdax"));
    Files.createSymbolicLink(folder.resolve("guest"), CHECKOUT.resolve("guest"));
    Path script = folder.resolve("script");
    // QEMU makes the machine, and does not start it: what is on the reader's disk is not here.
    Files.writeString(script, """
        qemu-system-x86_64() { command qemu-system-x86_64 "$@" -display none -S -monitor stdio <<<quit; }
        truncate -s 1M linux.img
        """ + String.join("\n", commands) + "\n");
    Path said = folder.resolve("said");
    ProcessBuilder shell = new ProcessBuilder("bash", "-ex", "script").directory(folder.toFile())
        .redirectErrorStream(true).redirectInput(Path.of("/dev/null").toFile()).redirectOutput(said.toFile());
    shell.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = shell.start();
    boolean ended = process.waitFor(10, TimeUnit.MINUTES);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    assertThat(ended).as("%s ended, and said:%n%s", script, Files.readString(said)).isTrue();
    assertThat(process.exitValue()).as("%s said:%n%s", script, Files.readString(said)).isZero();
  }

  /** Below target, which a guest sees under the same name, as it sees a reader's checkout. */
  private static Path emptyFolder(Path document) throws IOException {
    Path folder = Path.of("target/documents", document.toString()).toAbsolutePath();
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    return Files.createDirectories(folder);
  }

  /**
   * A machine with a dynamic region, as guest/boot makes it; its user is root, and has no sudo. Java has one compiler
   * there: where the second one replaces a method of the first, QEMU 7.2 may run its entry while half of it is
   * overwritten, and the JVM ends.
   */
  @BootsAGuest
  @ParameterizedTest
  @MethodSource("documentsForAGuest")
  void andInAGuest(Path document) throws Exception {
    Guest guest = Guest.of(Kernel.LINUX_6_1).ram("4G").softReserved("512M%1G").limit(Duration.ofMinutes(10));
    guest.run("document-" + document.getFileName(), """
        sudo() { "$@"; }
        mkdir /tmp/checkout
        cd /tmp/checkout
        ln -s %s/jdax jdax
        export JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1
        set -x
        """.formatted(CHECKOUT) + String.join("\n", commands(CHECKOUT.resolve(document), Set.of(Place.GUEST))));
  }
}
