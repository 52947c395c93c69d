// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.DaxRange;

/** The demo's result for people. */
final class DemoText {
  private final PrintWriter out;

  DemoText(PrintWriter out) {
    this.out = out;
  }

  void print(Demo.Result result) {
    out.printf("A region of %s; dax0.1 was freed, and %s grew over the hole:%n%n", ByteSize.format(result.size()),
        result.mapped().name());
    out.printf("  %s%n", RegionBar.draw(result.size(), spans(result)));
    for (Demo.Device device : result.devices()) {
      out.printf("  %s  %s%n", device.name(), ByteSize.format(device.size()));
      for (DaxRange range : device.ranges()) {
        out.printf("    %s at page offset 0x%x%n", range, range.pageOffset());
      }
    }
    out.printf("  available: %s%n%n", ByteSize.format(result.available()));

    out.printf("%s, mapped as one run and touched block by block:%n%n", result.mapped().name());
    line("address", "0x" + Long.toHexString(result.address()), "a multiple of " + result.alignment(),
        result.addressAligned());
    line("faults", Long.toString(result.faults()), result.expectedFaults() + " expected",
        result.faults() == result.expectedFaults());
    line("touched again", Long.toString(result.secondFaults()), "0 expected", result.secondFaults() == 0);
    line("KernelPageSize", ByteSize.format(result.kernelPageSize()), "the alignment",
        result.kernelPageSize() == result.alignment().bytes());
    line("VmFlags", String.join(" ", result.kernel().getFirst().flags()), "dc: a child does not get it",
        result.dontFork());

    out.printf("%nRules broken, and what was said:%n%n");
    for (Demo.Refusal refusal : result.refusals()) {
      out.printf("  %s  %s%n      %s%n", mark(refusal.held()), refusal.rule(),
          refusal.answer() == null ? "it was not refused" : refusal.answer().getMessage());
    }
    out.printf("%n%s%n", result.held() ? "Everything was as promised." : "NOT everything was as promised.");
  }

  private static List<RegionBar.Span> spans(Demo.Result result) {
    List<RegionBar.Span> spans = new ArrayList<>();
    for (Demo.Device device : result.devices()) {
      device.ranges().forEach(range -> spans.add(RegionBar.Span.ofNumber(device.id(), range.start(), range.length())));
    }
    return spans;
  }

  private void line(String name, String value, String expectation, boolean held) {
    out.printf("  %s  %-15s %s (%s)%n", mark(held), name, value, expectation);
  }

  private static String mark(boolean held) {
    return held ? "ok" : "NO";
  }
}
