// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.List;

import dev.jdax.DaxRange;

/**
 * The demo's result for programs: schema 1, keys as daxctl names them, sizes in bytes, page offsets in pages of 4 KiB.
 */
final class DemoJson {
  private DemoJson() {
  }

  // The names of the components are the keys.
  private record Document(int schema, boolean held, long align, long size, List<Device> devices, String mapped,
      long faults, long expected_faults, long kernel_page_size, boolean dont_fork, List<Refusal> refusals) {
  }

  private record Device(String chardev, long size, long align, List<Mapping> mappings) {
  }

  private record Mapping(long page_offset, long start, long end, long size) {
    Mapping(DaxRange range) {
      this(range.pageOffset(), range.start(), range.end(), range.length());
    }
  }

  private record Refusal(String rule, String errno, String message) {
    Refusal(Demo.Refusal refusal) {
      this(refusal.rule(), refusal.answer() == null ? null : refusal.answer().errno().name(),
          refusal.answer() == null ? null : refusal.answer().getMessage());
    }
  }

  static String of(Demo.Result result) {
    List<Device> devices = result.devices().stream().map(device -> new Device(device.name(), device.size(),
        device.alignment().bytes(), device.ranges().stream().map(Mapping::new).toList())).toList();
    return Json.of(new Document(Json.SCHEMA, result.held(), result.alignment().bytes(), result.size(), devices,
        result.mapped().name(), result.faults(), result.expectedFaults(), result.kernelPageSize(), result.dontFork(),
        result.refusals().stream().map(Refusal::new).toList()));
  }
}
