// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicNode;

/**
 * Java in a guest: the JDK and the class path of this JVM.
 *
 * @param guest where
 * @param before a script that runs first
 * @param options options of the JVM, besides those that each has
 */
public record Jvm(Guest guest, String before, List<String> options) {
  /** A heap that is touched first, as the tests on the host have it, and the compiler that is worth its time here. */
  private static final List<String> ALWAYS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
      "-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "--enable-native-access=ALL-UNNAMED");

  /** Makes it, of copies. */
  public Jvm {
    options = List.copyOf(options);
  }

  /** Java in this guest. */
  public static Jvm in(Guest guest) {
    return new Jvm(guest, "", List.of());
  }

  /** The same, after this script has run in the guest. */
  public Jvm before(String script) {
    return new Jvm(guest, before + script + "\n", options);
  }

  /** The same, with a system property. */
  public Jvm property(String name, String value) {
    return option("-D" + name + "=" + value);
  }

  /** The same, with another option of the JVM. */
  public Jvm option(String option) {
    return new Jvm(guest, before, Stream.concat(options.stream(), Stream.of(option)).toList());
  }

  /** The line of a script that runs a main class. */
  public String command(Class<?> main, String... args) throws IOException, InterruptedException {
    // surefire puts the class path into the manifest of a jar that the guest cannot see, and its names here.
    ClassArchive archive = ClassArchive.of(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), ALWAYS);
    List<String> words = new ArrayList<>();
    words.add(System.getProperty("java.home") + "/bin/java");
    words.addAll(ALWAYS);
    words.addAll(options);
    words.addAll(List.of("-XX:SharedArchiveFile=" + archive.file(), "-cp", archive.classPath(), main.getName()));
    words.addAll(List.of(args));
    return words.stream().map(Jvm::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  /**
   * Boots, and runs a main class.
   *
   * @param name the run's name, as for {@link Guest#boot}
   * @param main the class
   * @param args its arguments
   * @return how it ended, whatever way
   * @throws IOException if the guest cannot be booted
   * @throws InterruptedException if this thread was interrupted; the guest is killed
   */
  public Outcome boot(String name, Class<?> main, String... args) throws IOException, InterruptedException {
    return guest.boot(name, before + command(main, args));
  }

  /**
   * Boots, runs the tests of these classes, and makes each of them a test of this JVM, for a method with
   * {@link org.junit.jupiter.api.TestFactory}. Those in the package dev.jdax.guest.inside do not run on the host.
   *
   * @param name the run's name, as for {@link Guest#boot}
   * @param classes the classes
   * @return a test for each test in the guest, which ends as that has ended
   * @throws IOException if the guest cannot be booted
   * @throws InterruptedException if this thread was interrupted; the guest is killed
   */
  public List<DynamicNode> tests(String name, Class<?>... classes) throws IOException, InterruptedException {
    String[] names = Stream.of(classes).map(Class::getName).toArray(String[]::new);
    return TestReport.nodes(boot(name, RunTests.class, names));
  }
}
