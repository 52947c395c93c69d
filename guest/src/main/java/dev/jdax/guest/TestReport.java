// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/** What became of tests in the guest: a file of lines, written there and read on the host. */
final class TestReport {
  static final String FILE = "tests";

  /** What became of a test; one that the guest did not survive stays STARTED. */
  enum Status {
    STARTED, PASSED, FAILED, SKIPPED
  }

  /** A line: a test, and why it failed or was skipped. Of several lines on a test the last one holds. */
  record Line(Status status, String testClass, String test, String why) {
    /** Tabs stand between the fields, and in none of them. */
    @Override
    public String toString() {
      return String.join("\t", status.name(), escaped(testClass), escaped(test), escaped(why));
    }

    static Line parse(String line) {
      String[] fields = line.split("\t", -1);
      return new Line(Status.valueOf(fields[0]), fields[1].translateEscapes(), fields[2].translateEscapes(),
          fields[3].translateEscapes());
    }

    private static String escaped(String text) {
      return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n");
    }

    private DynamicNode node() {
      return DynamicTest.dynamicTest(test, () -> {
        switch (status) {
          case PASSED -> {
          }
          case SKIPPED -> throw new TestAbortedException(why);
          case FAILED -> throw failure(simpleName(testClass) + "." + test + ", in the guest: " + why);
          case STARTED -> throw failure(simpleName(testClass) + "." + test + " did not end: the guest or its JVM did");
        }
      });
    }
  }

  private TestReport() {
  }

  /** Its stack trace is the one that the guest has told, or none. */
  private static AssertionError failure(String why) {
    AssertionError failure = new AssertionError(why);
    failure.setStackTrace(new StackTraceElement[0]);
    return failure;
  }

  private static String simpleName(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  static String trace(Throwable throwable) {
    StringWriter text = new StringWriter();
    throwable.printStackTrace(new PrintWriter(text));
    return text.toString().strip();
  }

  /** A file of lines that are written at once: what comes next may end the machine. */
  static PrintStream create(Path folder) throws IOException {
    return new PrintStream(Files.newOutputStream(folder.resolve(FILE)), true);
  }

  /** A test for each test in the guest, by class; and one more if the guest itself failed or had no tests. */
  static List<DynamicNode> nodes(Outcome outcome) {
    Map<String, Map<String, DynamicNode>> classes = new LinkedHashMap<>();
    outcome.text(FILE).lines().map(Line::parse).forEach(
        line -> classes.computeIfAbsent(line.testClass(), name -> new LinkedHashMap<>()).put(line.test(), line.node()));
    List<DynamicNode> nodes = new ArrayList<>();
    classes.forEach((name, tests) -> nodes
        .add(DynamicContainer.dynamicContainer(simpleName(name), tests.values())));
    if (nodes.isEmpty() || !outcome.exited() || outcome.status() != 0) {
      nodes.add(DynamicTest.dynamicTest("the guest runs its tests", () -> {
        outcome.succeeded();
        throw failure("no test was found in the guest; its output is in " + outcome.folder());
      }));
    }
    return nodes;
  }
}
