// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;

import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Says which tests failed, with the trace, and which were skipped: {@code skipped CLASS.TEST: REASON}. A test that is
 * skipped on the class path and on the module path has one line. Run at the end of {@code mvn verify}, and by .ci/run.
 */
class TestResults {
  /**
   * The words are: the checkout; the time before which a report is that of an earlier build; and JUnit's tag of the
   * tests that this build leaves out. The last two may be missing.
   */
  public static void main(String[] words) throws Exception {
    Instant since = words.length > 1 ? Instant.parse(words[1]) : Instant.MIN;
    List<Path> reports = reports(Path.of(words[0]), since);
    TreeSet<String> lines = new TreeSet<>();
    DocumentBuilder parser = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
    for (Path report : reports) {
      Document document = parser.parse(report.toFile());
      for (Element failure : elements(document, "failure", "error")) {
        lines.add("failed " + test(failure) + ", says " + report + ": " + failure.getTextContent().strip());
      }
      for (Element skipped : elements(document, "skipped")) {
        lines.add("skipped " + test(skipped) + ": " + reason(skipped));
      }
    }
    lines.forEach(System.out::println);
    if (words.length > 2 && !words[2].isEmpty() && !reports.isEmpty()) {
      System.out.println("not run: the tests with the tag " + words[2] + "; mvn verify -P" + words[2] + " runs them");
    }
  }

  private static List<Element> elements(Document document, String... names) {
    List<Element> elements = new ArrayList<>();
    for (String name : names) {
      NodeList nodes = document.getElementsByTagName(name);
      for (int i = 0; i < nodes.getLength(); i++) {
        elements.add((Element) nodes.item(i));
      }
    }
    return elements;
  }

  private static List<Path> reports(Path checkout, Instant since) throws IOException {
    try (Stream<Path> modules = Files.list(checkout)) {
      List<Path> folders = modules.map(module -> module.resolve("target/surefire-reports")).filter(Files::isDirectory)
          .toList();
      List<Path> reports = new ArrayList<>();
      for (Path folder : folders) {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : (Iterable<Path>) files::iterator) {
            if (file.getFileName().toString().matches("TEST-.*\\.xml")
                && !Files.getLastModifiedTime(file).toInstant().isBefore(since)) {
              reports.add(file);
            }
          }
        }
      }
      return reports;
    }
  }

  private static String test(Element result) {
    Element test = (Element) result.getParentNode();
    return test.getAttribute("classname") + "." + test.getAttribute("name");
  }

  /** A failed assumption has its sentence in the text, before the trace; a disabled test has it in the attribute. */
  private static String reason(Element skipped) {
    String reason = skipped.getAttribute("message");
    if (reason.isEmpty()) {
      reason = skipped.getTextContent().replaceFirst("(?s)\n\tat .*", "");
    }
    return reason.replaceAll("\\s+", " ").strip().replaceFirst("^org\\.opentest4j\\.TestAbortedException: *", "")
        .replaceFirst("^Assumption failed: *", "");
  }
}
