// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code build/TestResults.java}, which reads Surefire's reports of all modules. */
class TheBuildSaysWhatItSkipped {
  private static final String MOON = """
      <testcase name="lands" classname="a.Moon"><skipped type="org.opentest4j.TestAbortedException"><![CDATA[\
      org.opentest4j.TestAbortedException:\s
      Assumption failed: needs 1 GiB pages
      of the moon
      \tat a.Moon.lands(Moon.java:3)
      ]]></skipped></testcase>
      """;
  private static final String SUN = """
      <testcase name="shines" classname="a.Sun" time="0"><skipped message="too &lt;bright&gt;"/></testcase>
      """;
  private static final String STAR = """
      <testcase name="falls" classname="a.Star"><error type="x.E"><![CDATA[x.E: it burns
      \tat a.Star.falls(Star.java:7)
      ]]></error><system-out><![CDATA[<skipped>]]></system-out></testcase>
      """;

  @TempDir
  Path checkout;

  @Test
  void eachTestOnceWithItsReason() throws Exception {
    report("core/target/surefire-reports/module-path/TEST-a.Moon.xml", MOON);
    report("core/target/surefire-reports/class-path/TEST-a.Moon.xml", MOON);
    report("pmem/target/surefire-reports/TEST-a.Sun.xml", SUN);
    report("pmem/target/surefire-reports/a.Sun-output.txt", SUN);
    assertThat(said()).containsExactly("skipped a.Moon.lands: needs 1 GiB pages of the moon",
        "skipped a.Sun.shines: too <bright>");
  }

  @Test
  void aFailureHasItsTrace() throws Exception {
    Path report = report("core/target/surefire-reports/TEST-a.Star.xml", STAR);
    assertThat(said()).containsExactly("failed a.Star.falls, says " + report + ": x.E: it burns",
        "\tat a.Star.falls(Star.java:7)");
  }

  @Test
  void aReportOfAnEarlierBuildSaysNothing() throws Exception {
    Path old = report("core/target/surefire-reports/TEST-a.Moon.xml", MOON);
    Files.setLastModifiedTime(old, FileTime.from(Instant.parse("2026-01-01T11:59:59Z")));
    assertThat(said("2026-01-01T12:00:00Z", "guest")).isEmpty();
    report("pmem/target/surefire-reports/TEST-a.Sun.xml", SUN);
    assertThat(said("2026-01-01T12:00:00Z", "guest")).containsExactly("skipped a.Sun.shines: too <bright>",
        "not run: the tests with the tag guest; mvn verify -Pguest runs them");
    assertThat(said("2026-01-01T12:00:00Z", "")).containsExactly("skipped a.Sun.shines: too <bright>");
  }

  private Path report(String name, String tests) throws IOException {
    Path file = checkout.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"a\">\n" + tests + "</testsuite>\n");
  }

  private List<String> said(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        Path.of("..", "build", "TestResults.java").toString(), checkout.toString()));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = new String(process.getInputStream().readAllBytes()).lines().toList();
    assertThat(process.waitFor()).as("%s", lines).isZero();
    return lines;
  }
}
