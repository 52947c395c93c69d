// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;

import dev.jdax.pmem.NvdimmImage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jdax inspect}: everything that is in an image. */
@Command(name = "inspect", description = {
    "Shows what is in an NVDIMM image, and what Linux will make of it. Writes nothing.",
    "Exits with 0 if the image could be read: its problems are part of what is shown."})
final class InspectCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Mixin
  private ImageOptions options;

  @Option(names = {"-j", "--json"}, description = "Print one JSON object (schema 1), sizes in bytes.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (NvdimmImage image = options.open()) {
      if (json) {
        out.println(InspectJson.of(image));
      } else {
        new InspectText(out).print(image);
      }
    }
    out.flush();
    return 0;
  }
}
