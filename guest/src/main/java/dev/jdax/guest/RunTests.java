// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.stream.Stream;

import dev.jdax.guest.TestReport.Line;
import dev.jdax.guest.TestReport.Status;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs in the guest: the tests of the classes that are named, with a report in $OUT. */
public final class RunTests implements TestExecutionListener {
  private final PrintStream report;

  private RunTests(PrintStream report) {
    this.report = report;
  }

  /**
   * Runs them.
   *
   * @param classes the names of the classes
   * @throws IOException if the report cannot be written
   */
  public static void main(String[] classes) throws IOException {
    LauncherDiscoveryRequest tests = LauncherDiscoveryRequestBuilder.request()
        .selectors(Stream.of(classes).map(DiscoverySelectors::selectClass).toList()).build();
    try (PrintStream report = TestReport.create(Path.of(System.getenv("OUT")))) {
      LauncherFactory.create().execute(tests, new RunTests(report));
    }
    // A thread that a test has left shall not keep the guest.
    System.exit(0);
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    if (test.isTest()) {
      System.out.println("---- " + className(test) + " " + name(test));
      write(Status.STARTED, test, "");
    }
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    write(Status.SKIPPED, test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    Throwable why = result.getThrowable().orElse(null);
    switch (result.getStatus()) {
      case SUCCESSFUL -> {
        if (test.isTest()) {
          write(Status.PASSED, test, "");
        }
      }
      case ABORTED -> write(Status.SKIPPED, test, why == null ? "" : String.valueOf(why.getMessage()));
      case FAILED -> write(Status.FAILED, test, why == null ? "" : TestReport.trace(why));
    }
  }

  private void write(Status status, TestIdentifier test, String why) {
    report.println(new Line(status, className(test), name(test), why));
  }

  private static String className(TestIdentifier test) {
    return test.getSource().map(source -> switch (source) {
      case MethodSource method -> method.getClassName();
      case ClassSource type -> type.getClassName();
      default -> source.toString();
    }).orElse(test.getUniqueId());
  }

  /** The method's name; of a test that is one of several of a method, with its own. */
  private static String name(TestIdentifier test) {
    String shown = test.getDisplayName();
    return test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast)
        .map(MethodSource::getMethodName)
        .map(method -> shown.startsWith(method + "(") || shown.equals(method) ? method : method + " " + shown)
        .orElse(shown);
  }
}
