// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import dev.jdax.pmem.NvdimmImage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jdax read-labels}: the label area of an image. */
@Command(name = "read-labels", description = {
    "Shows the label area of an NVDIMM image: both index blocks, and each label that says the slot it stands in, also "
        + "one that is left over in a free slot. Writes nothing.",
    "Exits with 0 if there is a label area, right or wrong; check-labels says which."})
final class ReadLabelsCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Mixin
  private ImageOptions options;

  @Option(names = {"-j", "--json"}, description = "Print one JSON object (schema 1), its dimms as ndctl prints them.")
  private boolean json;

  private record Document(int schema, List<Dimm> dimms) {
  }

  private record CxlDocument(int schema, List<CxlDimm> dimms) {
  }

  private record CxlDimm(String dev, List<LabelAreaJson.Index> index, List<CxlLabelAreaJson.SlotLabel> label) {
  }

  private record Dimm(String dev, List<LabelAreaJson.Index> index, List<LabelAreaJson.SlotLabel> label) {
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (NvdimmImage image = options.open()) {
      if (!json) {
        options.printLabels(out, image);
      } else if (image.cxlLabelArea().isPresent()) {
        CxlLabelAreaJson all = CxlLabelAreaJson.of(image.cxlLabelArea().get());
        out.println(Json.of(new CxlDocument(Json.SCHEMA, List.of(new CxlDimm(dimm(), all.index(), all.label())))));
      } else {
        LabelAreaJson all = LabelAreaJson.of(options.labelAreaOf(image));
        out.println(Json.of(new Document(Json.SCHEMA, List.of(new Dimm(dimm(), all.index(), all.label())))));
      }
    }
    out.flush();
    return 0;
  }

  private String dimm() {
    return "nmem" + options.position();
  }
}
