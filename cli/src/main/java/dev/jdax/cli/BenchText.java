// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

import dev.jdax.ByteSize;
import dev.jdax.PersistenceDomain;

/** What was measured, for people. */
final class BenchText {
  private final PrintWriter out;

  BenchText(PrintWriter out) {
    this.out = out;
  }

  void print(Bench.Result result, Path plot) {
    out.printf("%s: %s, mapped at an alignment of %s.%n", result.name(), ByteSize.format(result.span()),
        result.alignment());
    out.println(inWords(result.domain()));
    out.println();
    Table table = new Table().row("", "of", "median", "p99.9", "bandwidth");
    for (Bench.Measured measured : result.measured()) {
      table.row(measured.kind().toString(), ByteSize.format(measured.size()), time(measured.median()),
          time(measured.p999()), String.format(Locale.ROOT, "%.2f GB/s", measured.bytesPerSecond() / 1e9));
    }
    table.print(out, "  ");
    out.printf("%n  a random read of 8 bytes: %s%s%n", time(result.random().here()), comparison(result.random()));
    if (!result.written()) {
      out.printf(
          "%nNothing was written. Writes, copies and persists are measured with --overwrite, which destroys what "
              + "the device holds.%n");
    }
    if (plot != null) {
      out.printf("%nThe latencies are drawn in %s.%n", Printable.of(plot.toString()));
    }
  }

  private static String inWords(PersistenceDomain domain) {
    return "Persistence domain: " + switch (domain) {
      case CPU_CACHE -> "CPU cache; a persist is a fence.";
      case MEMORY_CONTROLLER -> "memory controller; a persist writes lines of the cache back, and waits.";
      case PAGE -> "page; a persist has the kernel write pages to the medium.";
      case NONE -> "none, the memory is volatile; a persist is a fence.";
      case UNKNOWN -> "unknown; a persist writes lines of the cache back, and waits.";
    };
  }

  private static String comparison(Bench.RandomAccess random) {
    return random.at4K()
        .map(
            nanos -> String.format(Locale.ROOT, "; in pages of 4 KiB of this machine's memory: %s (%.2f times as fast)",
                time(nanos), random.speed().orElseThrow()))
        .orElse("; not compared with pages of 4 KiB: " + random.whyNot());
  }

  /** {@return a time in the unit in which it has one to three digits before the point} */
  private static String time(double nanos) {
    return nanos < 1e3
        ? String.format(Locale.ROOT, "%.0f ns", nanos)
        : nanos < 1e6
            ? String.format(Locale.ROOT, "%.2f µs", nanos / 1e3)
            : String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
  }
}
