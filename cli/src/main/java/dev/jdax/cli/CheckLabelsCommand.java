// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import dev.jdax.pmem.CxlLabelArea;
import dev.jdax.pmem.Force;
import dev.jdax.pmem.ImageEditor;
import dev.jdax.pmem.LabelArea;
import dev.jdax.pmem.NvdimmImage;
import dev.jdax.pmem.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jdax check-labels}: whether the label area of an image is as it should be. */
@Command(name = "check-labels", description = {
    "Checks the label area of an NVDIMM image: the index blocks, the labels, and whether they fit each other and the "
        + "DIMM. Writes nothing, unless it is to --repair.",
    "Exits with 0 if nothing is wrong, and with 1 if something is, also where Linux would get along with it."})
final class CheckLabelsCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Mixin
  private ImageOptions options;

  @Option(names = "--repair", description = {
      "First make both index blocks valid and alike, from the one that Linux would take. Labels are left alone."})
  private boolean repair;

  @Option(names = {"-f", "--force", "--assume-unused"}, //
      description = "Repair also where the kernel cannot say whether the image is in use.")
  private boolean assumeUnused;

  @Option(names = {"-j", "--json"}, description = "Print one JSON object (schema 1).")
  private boolean json;

  private record Document(int schema, String file, String repaired, List<LabelAreaJson> label_area,
      List<CxlLabelAreaJson> cxl_label_area, List<ProblemJson> problems, List<String> not_checked) {
  }

  @Override
  public Integer call() throws IOException {
    String repaired = repair ? repair() : null;
    try (NvdimmImage image = options.open()) {
      List<Problem> problems = problemsOfLabels(image);
      PrintWriter out = spec.commandLine().getOut();
      boolean blank;
      if (json) {
        blank = printJson(out, image, problems, repaired);
      } else {
        if (repaired != null) {
          out.printf("%s%n%n", Printable.of(repaired));
        }
        blank = options.printLabels(out, image);
        out.println();
        image.unchecked().forEach(sentence -> out.println("note: " + sentence));
        ProblemText.print(out, problems);
      }
      out.flush();
      return blank || !problems.isEmpty() ? 1 : 0;
    }
  }

  /** Prints all as one JSON object; says whether no index block is valid. */
  private boolean printJson(PrintWriter out, NvdimmImage image, List<Problem> problems, String repaired)
      throws IOException {
    List<LabelArea> labels = image.cxlLabelArea().isPresent() ? List.of() : List.of(options.labelAreaOf(image));
    Json.print(out, new Document(Json.SCHEMA, image.file().toString(), repaired,
        labels.stream().map(LabelAreaJson::of).toList(),
        image.cxlLabelArea().map(area -> List.of(CxlLabelAreaJson.of(area))).orElse(null), ProblemJson.of(problems),
        image.unchecked().isEmpty() ? null : image.unchecked()));
    return labels.stream().allMatch(LabelArea::blank) && image.cxlLabelArea().map(CxlLabelArea::blank).orElse(true);
  }

  /** {@return what was done} */
  private String repair() throws IOException {
    try (ImageEditor editor = ImageEditor.open(options.file(), options.attachment(),
        assumeUnused ? Set.of(Force.UNSEEN_USERS) : Force.none())) {
      return editor.repairLabels().summary();
    }
  }

  /** {@return the image's problems without those of its info blocks, which are not the labels' fault} */
  private static List<Problem> problemsOfLabels(NvdimmImage image) {
    Set<Problem> ofInfoBlocks = image.namespaces().stream().flatMap(namespace -> namespace.problems().stream())
        .collect(Collectors.toSet());
    return image.problems().stream().filter(problem -> !ofInfoBlocks.contains(problem)).toList();
  }
}
