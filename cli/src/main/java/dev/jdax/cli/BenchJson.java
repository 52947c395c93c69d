// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What was measured, for programs: schema 1, sizes in bytes, times in nanoseconds. */
final class BenchJson {
  private BenchJson() {
  }

  // The names of the components are the keys.
  private record Document(int schema, String name, long align, long size, String persistence_domain, boolean written,
      List<Measured> measured, Random random_read, String plot) {
  }

  private record Measured(String operation, int size, long count, double median_ns, double p99_9_ns,
      double bytes_per_second) {
    Measured(Bench.Measured measured) {
      this(measured.kind().toString(), measured.size(), measured.count(), measured.median(), measured.p999(),
          measured.bytesPerSecond());
    }
  }

  private record Random(int size, long span, double median_ns, Double median_ns_4k, Double speed, String not_compared) {
    Random(Bench.RandomAccess random) {
      this(Bench.READ_SIZE, random.span(), random.here(), random.at4K().orElse(null), random.speed().orElse(null),
          random.whyNot());
    }
  }

  static String of(Bench.Result result, Path plot) {
    return Json.of(new Document(Json.SCHEMA, result.name(), result.alignment().bytes(), result.span(),
        result.domain().name().toLowerCase(Locale.ROOT), result.written(),
        result.measured().stream().map(Measured::new).toList(), new Random(result.random()),
        plot == null ? null : plot.toString()));
  }
}
