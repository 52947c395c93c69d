// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Callable;

import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.NamespaceRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jdax create-namespace}: a namespace in an image, with its label and its info block. */
@Command(name = "create-namespace", description = {
    "Makes a namespace in an NVDIMM image: in the first free space that has room for it, or, in an image without "
        + "labels, of all of it.",
    "What is in the way of it, and neither a label nor an info block accounts for, is only written over with --force.",
    "The image is right at the --base that is given here, and its labels at the --slot (or --cookie). An image that has "
        + "labels keeps to their position; one with an empty label area needs --slot or --cookie."})
final class CreateNamespaceCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Mixin
  private EditOptions options;

  @Option(names = {"-m", "--mode"}, converter = Sizes.Mode.class, paramLabel = "devdax|fsdax", //
      description = "What it is for. Default: fsdax, as in ndctl.")
  private LinuxView mode = LinuxView.FSDAX;

  @Mixin
  private GeometryOptions geometry;

  @Option(names = {"-s", "--size"}, converter = Sizes.Bytes.class, paramLabel = "SIZE", //
      description = "Its raw size, a multiple of 16M. Default: the largest free space, or all of the image.")
  private Long size;

  @Option(names = {"-n", "--name"}, paramLabel = "NAME", description = "Its name, at most 63 bytes of UTF-8.")
  private String name = "";

  @Option(names = {"-u", "--uuid"}, paramLabel = "UUID", //
      description = "The uuid of its label. Default: a random one.")
  private UUID uuid;

  @Option(names = "--infoblock-uuid", paramLabel = "UUID", //
      description = "The uuid of its info block. Default: a random one.")
  private UUID infoBlockUuid;

  @Override
  public Integer call() throws IOException {
    NamespaceRequest request = request();
    return options.run(spec.commandLine().getOut(), editor -> editor.createNamespace(request));
  }

  private NamespaceRequest request() {
    try {
      NamespaceRequest request = NamespaceRequest.of(mode, geometry.alignment(), geometry.map()).withName(name);
      request = size == null ? request : request.withSize(size);
      request = uuid == null ? request : request.withUuid(uuid);
      return infoBlockUuid == null ? request : request.withInfoBlockUuid(infoBlockUuid);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
