// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.spi.FileUsers;
import dev.jdax.spi.FirstFew;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code jdax bench}: how fast one device is, or memory of this machine. */
@Command(name = "bench", description = {
    "Measures, in under a minute, latency and bandwidth of reads, writes, copies and persists, and random access, of a "
        + "device, or of memory of this machine, which is made for it and given back.",
    "A device is only read, unless --overwrite is given: measuring writes destroys what it holds."})
final class BenchCommand implements Callable<Integer> {
  private static final double DEFAULT_SECONDS = 20;

  @Spec
  private CommandSpec spec;

  @ParentCommand
  private Jdax jdax;

  @Mixin
  private HelpOption help;

  @Option(names = {"-d", "--device"}, paramLabel = "NAME", description = {
      "A device of Linux: dax0.1 or 0.1, its node, or the uuid or name of its NVDIMM namespace."})
  private String device;

  @Option(names = {"-a", "--align"}, converter = Sizes.Page.class, paramLabel = Sizes.PAGES, //
      description = "Measure memory of this machine, in pages of this size. Default without --device: 4K.")
  private PageSize alignment;

  @Option(names = {"-s", "--size"}, converter = Sizes.Bytes.class, paramLabel = "SIZE", //
      description = "How much of it, from its beginning. Default: 256M, or what the device has; at least 1G at 1G.")
  private Long size;

  @Option(names = "--overwrite", //
      description = "Measure writes, copies and persists of the device too: WHAT IT HOLDS THERE IS LOST.")
  private boolean overwrite;

  @Option(names = "--assume-unused", description = {
      "With --overwrite: write also where it cannot be seen whether a process has the device open, as an ordinary user "
          + "cannot."})
  private boolean assumeUnused;

  @Option(names = "--plot", paramLabel = "FILE", description = "Draw the latencies, as SVG; an old file is replaced.")
  private Path plot;

  /** For tests. */
  @Option(names = "--seconds", hidden = true)
  private double seconds = DEFAULT_SECONDS;

  @Mixin
  private OutputOptions output;

  @Override
  public Integer call() throws IOException {
    refuseWhatDoesNotGoTogether();
    refuseWhatCannotBeDrawn();
    if (device == null) {
      PageSize page = alignment == null ? PageSize.SIZE_4K : alignment;
      long bytes = length(page, Long.MAX_VALUE);
      try (DaxBus bus = DaxBus.create(); DaxRegion region = bus.add(HmemRegion.of(bytes, page))) {
        return measure(region.create(bytes), "memory of this machine", bytes, true);
      }
    }
    DaxDevice found = new DeviceName(device).in(jdax.machine());
    if (overwrite) {
      requireUnused(found);
    }
    return measure(found, found.name(), length(found.alignment(), found.size()), overwrite);
  }

  private int measure(DaxDevice measured, String name, long bytes, boolean writes) throws IOException {
    Bench.Result result;
    try (DaxMapping mapping = measured.map(writes ? Access.READ_WRITE : Access.READ_ONLY, 0, bytes);
        BenchProgress progress = output.json() ? BenchProgress.unseen() : BenchProgress.onTerminal()) {
      result = Bench.run(mapping, name, seconds, progress);
    }
    if (plot != null) {
      BenchPlot.draw(result, plot);
    }
    if (output.json()) {
      spec.commandLine().getOut().println(BenchJson.of(result, plot));
    } else {
      new BenchText(spec.commandLine().getOut()).print(result, plot);
    }
    spec.commandLine().getOut().flush();
    return 0;
  }

  private void refuseWhatDoesNotGoTogether() {
    if (device != null && alignment != null) {
      throw wrong("--align " + ByteSize.format(alignment.bytes()) + ": a device is mapped at its own alignment; leave "
          + "--align away, or see reconfigure-device -a");
    }
    if (device == null && (overwrite || assumeUnused)) {
      throw wrong((overwrite ? "--overwrite" : "--assume-unused") + ": there is no --device that it could be about");
    }
    if (assumeUnused && !overwrite) {
      throw wrong("--assume-unused: nothing is written without --overwrite, and a device may be read while others use "
          + "it");
    }
    if (!(seconds > 0 && seconds <= 3600)) {
      throw wrong("--seconds: give more than 0, at most 3600");
    }
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  /** Before anything is measured. */
  private void refuseWhatCannotBeDrawn() throws IOException {
    if (plot == null) {
      return;
    }
    Path folder = plot.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new NoSuchFileException(String.valueOf(folder));
    }
    if (Files.isDirectory(plot) || Files.exists(plot) && !Files.isWritable(plot)
        || BenchPlot.isReplaced(plot) && !Files.isWritable(folder)) {
      throw new AccessDeniedException(plot.toString());
    }
    BenchPlot.requireFont(plot);
  }

  /** {@return how much is mapped: what was asked for, or as much of the default as there is} */
  private long length(PageSize page, long available) {
    long granule = device == null ? page.sizeGranule() : page.bytes();
    if (size == null) {
      long wanted = Math.max(Bench.DEFAULT_SPAN, page.bytes());
      return Math.min(wanted, available / page.bytes() * page.bytes());
    }
    if (size < Bench.SHORTEST_SPAN || size % granule != 0 || size > available) {
      throw wrong("--size " + ByteSize.format(size) + ": at an alignment of " + page + " it has to be a multiple of "
          + ByteSize.format(granule) + ", at least " + ByteSize.format(Bench.SHORTEST_SPAN)
          + (device == null ? "" : ", and at most what the device has, " + ByteSize.format(available)));
    }
    return size;
  }

  private void requireUnused(DaxDevice found) throws IOException {
    String attempt = "overwrite " + found;
    FileUsers processes = jdax.machine().users(found);
    if (!processes.users().isEmpty()) {
      throw DaxException.of(Errno.EBUSY, attempt,
          "it is open or mapped in " + FirstFew.of(processes.users()), "end that, or leave --overwrite away");
    }
    if (!assumeUnused && !processes.unseen().isEmpty()) {
      throw DaxException.of(Errno.EBUSY, attempt, "it cannot be seen whether it is open in "
          + processes.unseenInWords(), "run as root, or if you know that nobody uses it, add --assume-unused");
    }
  }
}
