// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.platform.KernelProbe;
import dev.jdax.platform.ResourceLimit;

/** A program that runs out of descriptors, addresses or mappings, says what it was told, and looks at what is left. */
final class RunsOut {
  private static final long MIB = 1L << 20;
  /** More than jdax makes of the 65530 that a process usually may have. */
  private static final long MOST_MAPPINGS = 62_000;

  private RunsOut() {
  }

  private interface Attempt {
    void make() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    try (DaxBus warm = DaxBus.create()) { // so that what is loaded and linked once is not missed later
      warm.add(HmemRegion.of(4 * MIB, PageSize.SIZE_4K)).create(2 * MIB).map(Access.READ_WRITE).close();
    }
    Leftovers before = Leftovers.now(Backend.MEMFD_4K);
    try (DaxBus bus = DaxBus.create()) {
      switch (args[0]) {
        case "descriptors" -> within(ResourceLimit.OPEN_FILES, openFiles(),
            () -> bus.add(HmemRegion.of(4 * MIB, PageSize.SIZE_4K)));
        case "addresses" -> {
          DaxDevice device = bus.add(HmemRegion.of(256 * MIB, PageSize.SIZE_4K)).create(256 * MIB);
          within(ResourceLimit.ADDRESS_SPACE, addresses() + 64 * MIB, () -> device.map(Access.READ_WRITE));
          device.map(Access.READ_WRITE).close();
        }
        case "mappings" -> runOutOfMappings(bus.add(HmemRegion.of(256 * MIB, PageSize.SIZE_4K)));
        default -> throw new IllegalArgumentException(args[0]);
      }
    }
    before.assertNothingMore(Backend.MEMFD_4K);
    System.out.println("nothing is left");
  }

  private static void within(ResourceLimit limit, long value, Attempt attempt) throws Exception {
    long usual = limit.current();
    DaxException told = null;
    limit.set(value);
    try {
      attempt.make();
    } catch (DaxException e) {
      told = e;
    } finally {
      limit.set(usual);
    }
    tell(told);
  }

  private static void tell(DaxException told) {
    System.out.println(told == null ? "it was not refused" : told.errno() + " " + told.getMessage());
  }

  /** Fills the table of mappings until jdax makes no more, and then maps a device of 64 ranges. */
  private static void runOutOfMappings(DaxRegion region) throws Exception {
    DaxDevice filler = region.create(2 * MIB);
    DaxDevice many = region.createEmpty();
    List<DaxDevice> between = new ArrayList<>();
    for (int i = 0; i < 127; i++) {
      between.add(region.create(2 * MIB));
    }
    for (int i = 0; i < between.size(); i += 2) {
      between.get(i).destroy();
    }
    many.resize(128 * MIB);
    many.enable();
    List<DaxMapping> mappings = new ArrayList<>();
    while (mapCount() < MOST_MAPPINGS) {
      DaxMapping mapping;
      try {
        mapping = filler.map(Access.READ_WRITE);
      } catch (DaxException e) {
        break; // jdax has counted already, as it does when little room is left
      }
      mappings.add(mapping);
      for (long hole = 4096; hole < mapping.length() - 4096; hole += 2 * 4096) {
        KernelProbe.munmap(mapping.segment(), hole, 4096); // one mapping more, by one call
      }
    }
    Thread.sleep(2000); // what others do is not seen at once
    DaxException told = mapInVain(many);
    mappings.forEach(DaxMapping::close);
    tell(told);
    many.map(Access.READ_WRITE).close();
  }

  private static DaxException mapInVain(DaxDevice device) {
    try {
      device.map(Access.READ_WRITE);
      return null;
    } catch (DaxException e) {
      return e;
    }
  }

  private static long mapCount() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    }
  }

  /** {@return the lowest number that no descriptor has, but for those above it} */
  private static long openFiles() throws IOException {
    Set<String> numbers = new HashSet<>();
    try (var links = Files.list(Path.of("/proc/self/fd"))) {
      for (Path link : links.toList()) {
        if (!Files.readSymbolicLink(link).toString().startsWith("/proc/")) { // the listing itself
          numbers.add(link.getFileName().toString());
        }
      }
    }
    return IntStream.iterate(0, number -> number + 1).filter(number -> !numbers.contains("" + number)).findFirst()
        .getAsInt();
  }

  private static long addresses() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmSize:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).sum();
  }
}
