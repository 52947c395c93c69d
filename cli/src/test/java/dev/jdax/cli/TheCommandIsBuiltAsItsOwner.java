// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher {@code ./jdax} in a checkout that has sources of its own, a Maven that says who runs it, and a JDK that
 * says what it is to run. Root runs the launcher as sudo does: without JAVA_HOME.
 */
class TheCommandIsBuiltAsItsOwner {
  /** A user that every Debian has; without a home folder. */
  private static final int NOBODY = 65534;

  @TempDir
  private Path temporary;
  private Path checkout;
  private Path jdk;
  private Path programs;
  /** Where the launcher is started; root alone may enter it. */
  private Path rootsOwn;

  @BeforeEach
  void aCheckout() throws Exception {
    open(temporary);
    checkout = temporary.resolve("a checkout");
    Path original = Path.of("..").toAbsolutePath().normalize();
    copy(original.resolve("jdax"), checkout.resolve("jdax"));
    copy(original.resolve("build/find-jdk.sh"), checkout.resolve("build/find-jdk.sh"));
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    for (String module : List.of("core", "pmem", "cli")) {
      Files.createDirectories(checkout.resolve(module).resolve("src/main/java"));
      Files.writeString(checkout.resolve(module).resolve("pom.xml"), "<project/>");
    }
    rootsOwn = Files.createDirectory(temporary.resolve("root"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    programs = Files.createDirectories(temporary.resolve("bin"));
    program(programs.resolve("mvn"), """
        echo "uid=$(id -u) gid=$(id -g) home=${HOME-none} jdk=$JAVA_HOME" >>builds
        sleep 0.2
        mkdir -p cli/target/classes
        echo built >cli/target/jdax-cli.jar
        """);
    jdk = Files.createDirectories(temporary.resolve("a jdk"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"99.0.1\"\n");
    program(jdk.resolve("bin/javac"), "exit 1");
    program(jdk.resolve("bin/java"), """
        for word; do last=$word; done
        echo "ran by $(id -u): $last"
        """);
  }

  @Test
  void whatRootStartsTheOwnerBuilds() throws Exception {
    ownedByNobody();
    Run run = launch(0, Map.of("JAVA_HOME", jdk.toString()), "list");
    assertThat(run.status).as(run.text).isZero();
    assertThat(run.text).contains("ran by 0: list");
    assertThat(builds()).containsExactly("uid=65534 gid=65534 home=/nonexistent jdk=" + jdk);
    try (Stream<Path> files = Files.walk(checkout)) {
      assertThat(files).allSatisfy(file -> assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(NOBODY));
    }

    changeASource();
    Run next = launch(NOBODY, Map.of("JAVA_HOME", jdk.toString()), "demo");
    assertThat(next.status).as(next.text).isZero();
    assertThat(next.text).contains("ran by 65534: demo");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void theJdkOfTheBuildIsFoundWithoutJavaHome() throws Exception {
    ownedByNobody();
    assertThat(launch(NOBODY, Map.of("JAVA_HOME", jdk.toString()), "demo").status).isZero();
    Run run = launch(0, Map.of("SUDO_USER", "nobody"), "list");
    assertThat(run.status).as(run.text).isZero();
    assertThat(run.text).isEqualTo("ran by 0: list\n");
    changeASource();
    assertThat(launch(0, Map.of("SUDO_USER", "nobody"), "list").text).endsWith("ran by 0: list\n");
    assertThat(builds()).hasSize(2).allMatch(line -> line.startsWith("uid=65534") && line.endsWith("jdk=" + jdk));
  }

  @Test
  void anOwnerWithoutAnAccountIsNamed() throws Exception {
    owner(0xdada);
    Run run = launch(0, Map.of("JAVA_HOME", jdk.toString()), "list");
    assertThat(run.status).isEqualTo(1);
    assertThat(run.text).isEqualTo("jdax: has to be built first, by the owner of " + checkout
        + "; that is user 56026, who has no account here\n");
    assertThat(builds()).isEmpty();
  }

  @Test
  void whereRootMayNotBecomeTheOwnerItSaysSo() throws Exception {
    ownedByNobody();
    program(programs.resolve("setpriv"), "exit 127");
    Run run = launch(0, Map.of("JAVA_HOME", jdk.toString()), "list");
    assertThat(run.status).isEqualTo(1);
    assertThat(run.text).isEqualTo("jdax: has to be built first, by nobody, the owner of " + checkout
        + ", and root cannot run programs as nobody here; run it once as nobody\n");
    assertThat(builds()).isEmpty();
  }

  @Test
  void aBuildThatFailsIsShown() throws Exception {
    ownedByNobody();
    program(programs.resolve("mvn"), "echo no such thing; exit 3");
    Run run = launch(0, Map.of("JAVA_HOME", jdk.toString()), "list");
    assertThat(run.status).isEqualTo(1);
    assertThat(run.text).isEqualTo("jdax: building the command...\nno such thing\njdax: the build failed\n");
  }

  @Test
  void whereSudoHasDroppedTheOnlyNameOfAJdkItSaysWhatToType() throws Exception {
    // As on a machine whose only JDK is another one: where the launcher looks by itself, there is none.
    Path script = checkout.resolve("build/find-jdk.sh");
    Files.writeString(script, Files.readString(script).replace("/usr/lib/jvm/*", "/nowhere/*"));
    program(programs.resolve("java"), "exit 1");
    Run run = launch(0, Map.of("SUDO_USER", "nobody"), "list");
    assertThat(run.status).isEqualTo(1);
    assertThat(run.text).isEqualTo("""
        jdax: needs a JDK 25 or later: none at JAVA_HOME, none as java on the PATH, none under /usr/lib/jvm
        jdax: sudo drops JAVA_HOME unless it is called as: sudo --preserve-env=JAVA_HOME ...
        """);
  }

  @Test
  void rootBuildsItsOwnCheckout() throws Exception {
    owner(0);
    assertThat(launch(0, Map.of("JAVA_HOME", jdk.toString()), "list").text).endsWith("ran by 0: list\n");
    assertThat(builds()).singleElement().asString().startsWith("uid=0");
  }

  @Test
  void whatCannotBeWrittenIsNamed() throws Exception {
    ownedByNobody();
    Path left = Files.createDirectories(checkout.resolve("core/target/classes"));
    Run run = launch(NOBODY, Map.of("JAVA_HOME", jdk.toString()), "list");
    assertThat(run.status).isEqualTo(1);
    assertThat(run.text).isEqualTo("jdax: has to be built first, and nobody cannot write to " + left.getParent()
        + "; if a build by another user has left it, give it to nobody, or remove it\n");

    owner(0);
    try (Stream<Path> files = Files.walk(checkout.resolve("core/target"))) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(file -> assertThat(file.toFile().delete()).isTrue());
    }
    run = launch(NOBODY, Map.of("JAVA_HOME", jdk.toString()), "list");
    assertThat(run.status).isEqualTo(1);
    assertThat(run.text)
        .isEqualTo("jdax: has to be built first, and " + checkout.resolve("core") + " cannot be written to\n");
  }

  @Test
  void aCheckoutThatOnlyOthersMayWriteToRuns() throws Exception {
    owner(0);
    launch(0, Map.of("JAVA_HOME", jdk.toString()), "list");
    assertThat(launch(NOBODY, Map.of(), "list").text).isEqualTo("ran by 65534: list\n");
  }

  @Test
  void twoLaunchesAtOnceBuildOnce() throws Exception {
    ownedByNobody();
    Process first = start(0, Map.of("JAVA_HOME", jdk.toString()), "list");
    Process second = start(NOBODY, Map.of("JAVA_HOME", jdk.toString()), "demo");
    assertThat(new String(first.getInputStream().readAllBytes())).endsWith("ran by 0: list\n");
    assertThat(new String(second.getInputStream().readAllBytes())).endsWith("ran by 65534: demo\n");
    assertThat(builds()).hasSize(1);
  }

  /** What a run of the launcher has left; the text is that of both outputs. */
  private record Run(int status, String text) {
  }

  private Run launch(int user, Map<String, String> environment, String verb) throws Exception {
    Process process = start(user, environment, verb);
    String text = new String(process.getInputStream().readAllBytes());
    return new Run(process.waitFor(), text);
  }

  /** Starts the launcher with nothing but PATH and these variables: without HOME too. */
  private Process start(int user, Map<String, String> environment, String verb) throws IOException {
    List<String> command = new ArrayList<>();
    if (user != 0) {
      command.addAll(List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"));
    }
    command.addAll(List.of(checkout.resolve("jdax").toString(), verb));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
        .directory(rootsOwn.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", programs + ":/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().putAll(environment);
    return builder.start();
  }

  private List<String> builds() throws IOException {
    Path file = checkout.resolve("builds");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private void changeASource() throws IOException {
    Path source = checkout.resolve("pmem/src/main/java");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusMillis(1)));
  }

  private void ownedByNobody() throws IOException {
    owner(NOBODY);
  }

  private void owner(int user) throws IOException {
    assumeTrue(Files.getAttribute(temporary, "unix:uid").equals(0), "needs root, which hands a checkout to a user");
    try (Stream<Path> files = Files.walk(checkout)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.setAttribute(file, "unix:uid", user);
        Files.setAttribute(file, "unix:gid", user);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void program(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\nset -e\n" + text);
    open(file);
  }

  private static void open(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
