// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jdax demo}: shows the main job done on this machine's memory. */
@Command(name = "demo", mixinStandardHelpOptions = true, description = {
    "Carves a region of this machine's memory into devices, maps one, touches every block of it, and shows what the "
        + "kernel says of that.",
    "Exits with 0 only if everything was as promised."})
final class DemoCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(names = "--size", converter = Sizes.Bytes.class, paramLabel = "SIZE", //
      description = "How much memory, such as 256M. Default: 64M at 4K, 256M at 2M, 2G at 1G.")
  private Long size;

  @Option(names = "--align", converter = Sizes.Page.class, paramLabel = Sizes.PAGES, //
      description = "The alignment. Default: 2M if so many huge pages are free, otherwise 4K.")
  private PageSize alignment;

  @Option(names = {"-j", "--json"}, description = "Print one JSON object (schema 1).")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Demo.Result result;
    String why;
    if (alignment != null) {
      why = "as asked";
      result = Demo.run(sizeAt(alignment), alignment);
    } else {
      try {
        result = Demo.run(sizeAt(PageSize.SIZE_2M), PageSize.SIZE_2M);
        why = "because huge pages of that size are free";
      } catch (DaxException e) {
        if (e.errno() != Errno.ENOMEM && e.errno() != Errno.ENODEV) {
          throw e;
        }
        result = Demo.run(sizeAt(PageSize.SIZE_4K), PageSize.SIZE_4K);
        why = "because pages of 2 MiB were not to be had: " + e.getMessage();
      }
    }
    if (json) {
      out.println(DemoJson.of(result));
    } else {
      out.printf("Alignment %s, %s.%n%n", result.alignment(), why);
      new DemoText(out).print(result);
    }
    out.flush();
    return result.held() ? 0 : 1;
  }

  private long sizeAt(PageSize page) {
    long wanted = size != null ? size : switch (page) {
      case SIZE_4K -> 64L << 20;
      case SIZE_2M -> 256L << 20;
      case SIZE_1G -> 2L << 30;
    };
    if (wanted < 2 * page.sizeGranule() || wanted % page.sizeGranule() != 0) {
      throw new ParameterException(spec.commandLine(), "--size " + ByteSize.format(wanted) + ": at an alignment of "
          + page + " the demo needs a multiple of " + ByteSize.format(page.sizeGranule()) + ", and at least two");
    }
    return wanted;
  }
}
