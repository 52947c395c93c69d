// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Callable;

import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.Plan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jdax write-infoblock}: an info block alone, into an image without labels. */
@Command(name = "write-infoblock", description = {
    "Writes an info block into an NVDIMM image without labels, at its offset of 4096 bytes, and nothing else.",
    "One that is there is only written over with --force: it has no second copy. So is anything else in the image."})
final class WriteInfoblockCommand implements Callable<Integer> {
  private static final UUID NIL = new UUID(0, 0);

  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Mixin
  private EditOptions options;

  @Option(names = {"-m", "--mode"}, converter = Sizes.Mode.class, paramLabel = "devdax|fsdax", //
      description = "What the namespace is for. Default: fsdax, as in ndctl.")
  private LinuxView mode = LinuxView.FSDAX;

  @Mixin
  private GeometryOptions geometry;

  @Option(names = {"-u", "--uuid"}, paramLabel = "UUID", description = "Its uuid. Default: a random one.")
  private UUID uuid = UUID.randomUUID();

  @Option(names = {"-p", "--parent-uuid"}, paramLabel = "UUID", //
      description = "The uuid of the namespace. Default: none; with another, Linux does not take the block.")
  private UUID parent = NIL;

  @Override
  public Integer call() throws IOException {
    return options.run(spec.commandLine().getOut(), editor -> {
      Plan plan = Plan.ofRaw(editor.image().regionSize(), options.attachment().base(), geometry.alignment(),
          geometry.map());
      return editor.writeInfoBlock(plan.toInfoBlock(
          mode == LinuxView.DEVDAX ? InfoBlock.Signature.DEVDAX : InfoBlock.Signature.FSDAX, uuid, parent));
    });
  }
}
