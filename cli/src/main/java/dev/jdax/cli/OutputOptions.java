// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** For whom the verbs of devices print. */
final class OutputOptions {
  @ArgGroup
  private Reader reader = new Reader();

  private static final class Reader {
    @Option(names = {"-j", "--json"}, description = "Print one JSON object (schema 1), sizes in bytes; errors too.")
    private boolean json;

    @Option(names = {"-u", "--human"}, description = "Print for people, which is the default.")
    private boolean human;
  }

  boolean json() {
    return reader.json;
  }
}
