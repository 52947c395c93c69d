// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jdax destroy-namespace}: ends a namespace of an image. */
@Command(name = "destroy-namespace", description = {
    "Ends a namespace of an NVDIMM image: frees its label, and wipes its first 8 KiB, where the info block is. Its data "
        + "stay where they are, and nothing leads to them any more.",
    "In an image without labels that needs --force: an info block has no second copy. So does a namespace whose first "
        + "8 KiB hold something else."})
final class DestroyNamespaceCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Mixin
  private EditOptions options;

  @Option(names = {"-n", "--namespace"}, required = true, paramLabel = "KEY", //
      description = "Which: a name, a uuid of label or info block, or as in namespace0.1.")
  private String key;

  @Override
  public Integer call() throws IOException {
    return options.run(spec.commandLine().getOut(), editor -> editor.destroyNamespace(key));
  }
}
