// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.List;

import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NvdimmImage;
import dev.jdax.pmem.Problem;

/** Problems for people: each is a sentence, and that there are none is said too. */
final class ProblemText {
  private ProblemText() {
  }

  /** Prints an image's problems, those of a namespace with its name. */
  static void print(PrintWriter out, NvdimmImage image) {
    print(out, image.problems(), image.namespaces());
  }

  /** Prints problems, those of a namespace with its name. */
  static void print(PrintWriter out, List<Problem> problems, List<Namespace> namespaces) {
    printSentences(out, problems.stream().map(problem -> owner(namespaces, problem) + problem).toList());
  }

  static void print(PrintWriter out, List<Problem> problems) {
    printSentences(out, problems.stream().map(Problem::toString).toList());
  }

  private static void printSentences(PrintWriter out, List<String> sentences) {
    out.println(sentences.isEmpty() ? "problems: none" : "problems: " + sentences.size());
    sentences.forEach(sentence -> out.println("  " + Printable.of(sentence)));
  }

  private static String owner(List<Namespace> namespaces, Problem problem) {
    return namespaces.stream().filter(namespace -> namespace.problems().contains(problem)).findFirst()
        .map(Namespace::device).map(device -> device + ", ").orElse("");
  }
}
