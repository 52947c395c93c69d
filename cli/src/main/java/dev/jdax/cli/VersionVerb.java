// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jdax version}: which version it is. */
@Command(name = "version", description = "Prints the version of jdax, as --version does.")
final class VersionVerb implements Runnable {
  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Override
  public void run() {
    spec.commandLine().getParent().printVersionHelp(spec.commandLine().getOut());
  }
}
