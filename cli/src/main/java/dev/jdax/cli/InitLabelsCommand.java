// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.pmem.LabelArea;
import dev.jdax.pmem.LabelVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jdax init-labels}: an empty label area at the end of an image. */
@Command(name = "init-labels", description = {
    "Makes an empty label area at the end of an NVDIMM image. Its size is what QEMU's label-size will say: by default "
        + "that of the area that is there, or 128K.",
    "Labels that are there, a namespace without a label, or anything else are only written over with --force.",
    "An empty label area belongs to no position yet: create-namespace needs --slot for the first label."})
final class InitLabelsCommand implements Callable<Integer> {
  private static final int USUAL_SIZE = 128 << 10;

  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Mixin
  private EditOptions options;

  @Option(names = {"-V", "--label-version"}, converter = Sizes.Version.class, paramLabel = "1.1|1.2", //
      description = "The version of the labels. Default: 1.2, as Linux makes them (ndctl makes 1.1).")
  private LabelVersion version = LabelVersion.V1_2;

  @Override
  public Integer call() throws IOException {
    return options.run(spec.commandLine().getOut(), editor -> {
      Optional<LabelArea> found = editor.image().labelArea();
      int size = options.attachment().labelSize()
          .orElse(found.map(LabelArea::size).map(Math::toIntExact).orElse(USUAL_SIZE));
      boolean isThere = found.isPresent() && !found.get().blank(); // one that is there may be made empty
      if (size < USUAL_SIZE && !isThere) {
        throw DaxException.of(Errno.EINVAL, "initialise the labels of " + editor.image().file(),
            "a label area of " + ByteSize.format(size)
                + " is smaller than any that QEMU takes: its label-size is at least "
                + ByteSize.format(USUAL_SIZE),
            "use " + ByteSize.format(USUAL_SIZE) + ", as DIMMs have it");
      }
      return editor.initLabels(version, size);
    });
  }
}
