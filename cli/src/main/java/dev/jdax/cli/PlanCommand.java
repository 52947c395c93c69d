// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.Plan;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jdax plan}: from the size of a namespace to what is usable of it, and back. */
@Command(name = "plan", description = {
    "Says how much of a namespace is usable, or how large one must be, and where every byte of it goes."})
final class PlanCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @ArgGroup(multiplicity = "1")
  private Wanted wanted;

  @Mixin
  private GeometryOptions geometry;

  @Option(names = "--base", converter = Sizes.Address.class, paramLabel = "ADDR", //
      description = "The physical address at which the namespace begins. Default: 0x100000000.")
  private long base = Plan.DEFAULT_BASE;

  @Option(names = "--granule", converter = Sizes.Bytes.class, paramLabel = "SIZE", //
      description = "What the size of the namespace must be a multiple of, with --usable. Default: 16M.")
  private Long granule;

  @Option(names = "--backend-align", converter = Sizes.Bytes.class, paramLabel = "SIZE", //
      description = "The align= of QEMU's memory backend, for a namespace that is all of an image without labels: QEMU cuts "
          + "the --size down to a multiple of it, and for --usable the size is such a multiple. Default: 4K.")
  private Long backendAlignment;

  @Option(names = {"-j", "--json"}, description = "Print one JSON object (schema 1), sizes in bytes.")
  private boolean json;

  /** What is known of the two sizes. */
  private static final class Wanted {
    @Option(names = {"-s", "--size"}, converter = Sizes.Bytes.class, paramLabel = "SIZE", //
        description = "The raw size of the namespace, such as 64M.")
    private Long size;

    @Option(names = "--usable", converter = Sizes.Bytes.class, paramLabel = "SIZE", //
        description = "How much is to be usable at least; the smallest namespace for it is planned.")
    private Long usable;
  }

  private record Document(int schema, long raw_size, long size, long align, String map, long base, long data_offset,
      long end_trunc, long npfns, List<Part> parts) {
  }

  private record Part(String name, long offset, long size) {
  }

  @Override
  public Integer call() throws IOException {
    Plan plan = plan();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.of(new Document(Json.SCHEMA, plan.rawSize(), plan.dataSize(), plan.alignment().bytes(),
          plan.map().toString(), plan.base(), plan.dataOffset(), plan.endTrunc(), plan.pages(), plan.parts().stream()
              .map(part -> new Part(part.name(), part.offset(), part.length())).toList())));
    } else {
      print(out, plan);
    }
    out.flush();
    return 0;
  }

  private Plan plan() throws IOException {
    if (granule != null && wanted.size != null) {
      throw new ParameterException(spec.commandLine(), "--granule goes with --usable: --size is taken as it is");
    }
    try {
      Attachment attachment = Attachment.DEFAULT.withBase(base);
      attachment = backendAlignment == null ? attachment : attachment.withBackendAlignment(backendAlignment);
      return wanted.size != null
          ? Plan.ofRaw(cut(attachment, wanted.size), base, geometry.alignment(), geometry.map())
          : Plan.forUsable(wanted.usable, base, geometry.alignment(), geometry.map(),
              multiple(granule == null ? Plan.DEFAULT_GRANULE : granule));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** {@return what QEMU leaves of a size; all of one that is less than a page, which is too small for Linux anyway} */
  private static long cut(Attachment attachment, long size) throws DaxException {
    long left = attachment.cut(size);
    if (left == 0 && size >= PageSize.SIZE_4K.bytes()) {
      String alignment = ByteSize.format(attachment.backendAlignment().orElseThrow());
      throw DaxException.of(Errno.ENXIO, "plan a namespace of " + ByteSize.format(size),
          "QEMU's memory backend has an alignment of " + alignment + ", and cuts that down to nothing",
          "make it at least " + alignment + " large, or leave --backend-align out");
    }
    return left == 0 ? size : left;
  }

  /** {@return the least multiple of a granule that QEMU cuts nothing off} */
  private long multiple(long of) {
    long common = of;
    while (backendAlignment != null && common > 0 && common % backendAlignment != 0) {
      common += common; // the alignment is a power of two
    }
    return common;
  }

  private static void print(PrintWriter out, Plan plan) {
    new Table().row("raw", ByteSize.format(plan.rawSize()), plan.rawSize() + " bytes")
        .row("usable", ByteSize.format(plan.dataSize()), plan.dataSize() + " bytes, " + plan.pages()
            + " pages of 4 KiB")
        .row("base", ByteSize.hex(plan.base()))
        .row("alignment", plan.alignment().toString())
        .row("memory map", Sizes.inWords(plan.map()))
        .print(out, "");
    out.println();
    Table parts = new Table().row("from", "to", "size", "bytes", "what");
    for (Plan.Part part : plan.parts()) {
      parts.row(ByteSize.hex(part.offset()), ByteSize.hex(part.offset() + part.length() - 1),
          ByteSize.format(part.length()), Long.toString(part.length()), part.name());
    }
    parts.print(out, "");
  }
}
