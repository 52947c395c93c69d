// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;

import dev.jdax.pmem.Problem;

/**
 * A problem of media for programs: its parts, and the sentence that they make.
 *
 * @param offset where the field is in the file
 */
record ProblemJson(String structure, String field, long offset, String value, String allowed, String consequence,
    String message) {
  static List<ProblemJson> of(List<Problem> problems) {
    return problems.stream().map(problem -> new ProblemJson(problem.structure(), problem.field(), problem.offset(),
        problem.value(), problem.allowed(), problem.consequence(), problem.toString())).toList();
  }
}
