// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import picocli.CommandLine.Option;

/** The option for help alone: after the verbs that ndctl has too, {@code -V} is not the version of the command. */
final class HelpOption {
  @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
  private boolean help;
}
