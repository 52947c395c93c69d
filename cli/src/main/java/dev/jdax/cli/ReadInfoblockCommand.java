// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;

import dev.jdax.ByteSize;
import dev.jdax.pmem.BttInfoBlock;
import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NvdimmImage;
import dev.jdax.pmem.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jdax read-infoblock}: the info blocks of an image, field by field. */
@Command(name = "read-infoblock", description = {
    "Shows the info blocks of the namespaces of an NVDIMM image, field by field as they stand there, "
        + "right or wrong. Writes nothing.",
    "Exits with 0 if the image could be read: problems are part of what is shown."})
final class ReadInfoblockCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Mixin
  private ImageOptions options;

  @Option(names = {"-n", "--namespace"}, paramLabel = "KEY", //
      description = "Only this namespace: a name, a uuid of label or info block, or as in namespace0.1.")
  private String key;

  @Option(names = {"-j", "--json"}, description = "Print one JSON object (schema 1), keys as ndctl names them.")
  private boolean json;

  private record Document(int schema, List<InfoBlockDocument> infoblocks, List<ProblemJson> problems) {
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (NvdimmImage image = options.open()) {
      List<Namespace> chosen = key == null ? image.namespaces() : List.of(image.namespace(key));
      List<Problem> problems = chosen.stream().flatMap(namespace -> namespace.problems().stream()).toList();
      if (json) {
        out.println(Json.of(new Document(Json.SCHEMA,
            chosen.stream().map(InfoBlockDocument::of).flatMap(Optional::stream).toList(), ProblemJson.of(problems))));
      } else {
        for (Namespace namespace : chosen) {
          print(out, namespace, image.unchecked());
          out.println();
        }
        ProblemText.print(out, problems);
      }
    }
    out.flush();
    return 0;
  }

  private static void print(PrintWriter out, Namespace namespace, List<String> unchecked) {
    String who = (namespace.device() + " " + Printable.quoted(namespace.name())).stripTrailing();
    if (namespace.infoBlock().isEmpty() && namespace.btt().isEmpty()) {
      out.println(who + (namespace.linux() == LinuxView.UNKNOWN
          ? ": not read: " + String.join("; ", unchecked)
          : ": no info block"));
      return;
    }
    out.println(who + ": info block at " + ByteSize.hex(namespace.offset() + namespace.infoBlockOffset()));
    namespace.infoBlock().ifPresent(block -> print(out, block));
    namespace.btt().ifPresent(block -> print(out, block));
  }

  private static Table head(InfoBlock.Signature signature, UUID uuid, UUID parent, long flags, String version) {
    return new Table().row("signature", signature.text()).row("uuid", uuid.toString())
        .row("parent_uuid", parent.toString()).row("flags", ByteSize.hex(flags)).row("version", version);
  }

  private static String checksum(long there, long computed) {
    return ByteSize.hex(there) + (there == computed ? " (right)" : " (WRONG)");
  }

  private static void print(PrintWriter out, BttInfoBlock block) {
    head(InfoBlock.Signature.BTT, block.uuid(), block.parentUuid(), block.flags(), block.major() + "." + block.minor())
        .row("external_lbasize", Long.toString(block.externalLbaSize()))
        .row("external_nlba", Long.toString(block.externalBlocks()))
        .row("internal_lbasize", Long.toString(block.internalLbaSize()))
        .row("internal_nlba", Long.toString(block.internalBlocks()))
        .row("nfree", Long.toString(block.freeBlocks()))
        .row("infosize", Long.toString(block.infoSize()))
        .row("nextoff", both(block.nextOffset()))
        .row("dataoff", both(block.dataOffset()))
        .row("mapoff", both(block.mapOffset()))
        .row("logoff", both(block.logOffset()))
        .row("info2off", both(block.copyOffset()))
        .row("checksum", checksum(block.checksum(), block.computedChecksum())).print(out, "  ");
  }

  private static void print(PrintWriter out, InfoBlock block) {
    head(block.signature(), block.uuid(), block.parentUuid(), block.flags(), block.major() + "." + block.minor())
        .row("dataoff", both(block.dataOffset()))
        .row("npfns", Long.toUnsignedString(block.pages()) + " (pages of 4 KiB)")
        .row("mode", Integer.toUnsignedString(block.mode())
            + block.map().map(map -> ", the memory map " + Sizes.inWords(map)).orElse(""))
        .row("start_pad", both(block.startPad()))
        .row("end_trunc", both(block.endTrunc()))
        .row("align", both(block.align()))
        .row("page_size", both(block.pageSize()))
        .row("page_struct_size", both(block.pageStructSize()))
        .row("checksum", checksum(block.checksum(), block.computedChecksum()))
        .print(out, "  ");
  }

  private static String both(long size) {
    return ByteSize.hex(size) + (size > 0 ? " (" + ByteSize.format(size) + ")" : "");
  }
}
