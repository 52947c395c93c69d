// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;

import dev.jdax.ByteSize;
import dev.jdax.pmem.InterleaveSet;
import dev.jdax.pmem.NvdimmImage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jdax inspect}: everything that is in an image. */
@Command(name = "inspect", description = {
    "Shows what is in an NVDIMM image, and what Linux will make of it. Writes nothing.",
    "Several images are the DIMMs of one interleave set: what lies on all of them together is shown. A file that is a "
        + "label area and nothing else, as ndctl read-labels -o writes it, is shown as that.",
    "Exits with 0 if the image could be read: its problems are part of what is shown."})
final class InspectCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Mixin
  private ImageOptions options;

  @Parameters(index = "1..*", arity = "0..*", paramLabel = "IMAGE", description = {
      "More images: those of the other DIMMs of an interleave set, in any order."})
  private List<Path> more = List.of();

  @Option(names = "--interleave", converter = Sizes.Bytes.class, paramLabel = "SIZE", description = {
      "After how many bytes the next DIMM of the set has its turn, such as 256 or 4K, as the platform says. The labels do "
          + "not say it, and without it the data of several images are not read."})
  private Long interleave;

  @Option(names = {"-j", "--json"}, description = "Print one JSON object (schema 1), sizes in bytes.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (!more.isEmpty()) {
      inspectSet(out);
      return 0;
    }
    if (interleave != null) {
      throw new ParameterException(spec.commandLine(),
          "--interleave is of several images, those of all DIMMs of a set; name them");
    }
    try (NvdimmImage image = options.open()) {
      if (json) {
        InspectJson.print(out, image);
      } else {
        new InspectText(out).print(image);
      }
    }
    out.flush();
    return 0;
  }

  private void inspectSet(PrintWriter out) throws IOException {
    if (interleave != null && interleave > Integer.MAX_VALUE) {
      throw new ParameterException(spec.commandLine(), "--interleave " + ByteSize.format(interleave)
          + ": no DIMMs take turns that long; give a size such as 256 or 4K");
    }
    if (options.isSlotGiven()) {
      throw new ParameterException(spec.commandLine(),
          "--slot names an NVDIMM of QEMU, which is a region by itself; of a set give --cookie");
    }
    List<Path> files = new ArrayList<>(List.of(options.file()));
    files.addAll(more);
    try (InterleaveSet set = InterleaveSet.open(files, options.attachment(),
        interleave == null ? OptionalInt.empty() : OptionalInt.of(interleave.intValue()))) {
      if (json) {
        InspectJson.print(out, set);
      } else {
        new InspectText(out).print(set);
      }
    }
    out.flush();
  }
}
