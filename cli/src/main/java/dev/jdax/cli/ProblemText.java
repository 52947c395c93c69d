// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    Map<Problem, String> owners = new HashMap<>();
    namespaces.forEach(namespace -> namespace.problems()
        .forEach(problem -> owners.putIfAbsent(problem, namespace.device() + ", ")));
    printSentences(out, problems.stream().map(problem -> owners.getOrDefault(problem, "") + problem).toList());
  }

  static void print(PrintWriter out, List<Problem> problems) {
    printSentences(out, problems.stream().map(Problem::toString).toList());
  }

  private static void printSentences(PrintWriter out, List<String> sentences) {
    out.println(sentences.isEmpty() ? "problems: none" : "problems: " + sentences.size());
    sentences.forEach(sentence -> out.println("  " + Printable.of(sentence)));
  }
}
