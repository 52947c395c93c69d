// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRange;
import dev.jdax.DaxRegion;
import dev.jdax.KernelMapping;
import dev.jdax.PageFaults;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;

/**
 * The main job, done on real memory: a region is carved into devices, one is freed, another grows over the hole, is
 * mapped, and every block of it is touched; and some rules are broken.
 */
final class Demo {
  private static final int WARM_UP_BLOCKS = 256;
  private static final int WARM_UP_ROUNDS = 2_000;

  private Demo() {
  }

  /** A device, as it was when everything stood. */
  record Device(int id, String name, long size, PageSize alignment, List<DaxRange> ranges) {
  }

  /** A rule that was broken, and what was said to it; null if it was not refused. */
  record Refusal(String rule, String expectedErrno, DaxException answer) {
    boolean held() {
      return answer != null && answer.errno().name().equals(expectedErrno);
    }
  }

  /** What was seen. */
  record Result(PageSize alignment, long size, long available, List<Device> devices, Device mapped, long address,
      long faults, long secondFaults, long expectedFaults, List<KernelMapping> kernel, List<Refusal> refusals) {
    boolean addressAligned() {
      return alignment.divides(address);
    }

    boolean dontFork() {
      return kernel.stream().allMatch(KernelMapping::dontFork);
    }

    /** {@return the page size that the kernel reports for every part, or 0 if they differ} */
    long kernelPageSize() {
      List<Long> sizes = kernel.stream().map(KernelMapping::pageSize).distinct().toList();
      return sizes.size() == 1 ? sizes.getFirst() : 0;
    }

    boolean held() {
      return addressAligned() && faults == expectedFaults && secondFaults == 0 && dontFork()
          && kernelPageSize() == alignment.bytes() && refusals.stream().allMatch(Refusal::held);
    }
  }

  /** Does it all; everything is given back at the end. */
  static Result run(long size, PageSize alignment) throws IOException {
    try (DaxBus bus = DaxBus.create(); DaxRegion region = bus.add(HmemRegion.of(size, alignment))) {
      long part = size / alignment.sizeGranule() / 4 * alignment.sizeGranule();
      if (part == 0) {
        part = alignment.sizeGranule();
      }
      DaxDevice first = region.create(part);
      List<DaxDevice> others = new ArrayList<>();
      for (int i = 0; i < 2 && region.availableSize() >= part; i++) {
        others.add(region.create(part));
      }
      first.destroy();
      DaxDevice last = others.getLast();
      last.disable();
      last.resize(last.size() + region.availableSize());
      last.enable();

      List<Device> devices = new ArrayList<>();
      for (DaxDevice device : others) {
        devices.add(describe(device));
      }
      try (DaxMapping mapping = last.map(Access.READ_WRITE)) {
        MemorySegment memory = mapping.segment();
        warmUp();
        long faults = faultsOfTouching(memory, alignment.bytes());
        long again = faultsOfTouching(memory, alignment.bytes());
        return new Result(alignment, size, region.availableSize(), devices, describe(last), memory.address(), faults,
            again, memory.byteSize() / alignment.bytes(), mapping.kernelView(), brokenRules(bus, first, last));
      }
    }
  }

  private static Device describe(DaxDevice device) throws DaxException {
    return new Device(device.id(), device.name(), device.size(), device.alignment(), device.ranges());
  }

  /**
   * Has the loop compiled and its classes loaded, on other memory of the same kind of arena: a loop that is compiled
   * again while it is measured takes faults of its own.
   */
  private static void warmUp() throws DaxException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment other = arena.allocate(WARM_UP_BLOCKS * PageSize.SIZE_4K.bytes(), PageSize.SIZE_4K.bytes());
      for (int i = 0; i < WARM_UP_ROUNDS; i++) {
        faultsOfTouching(other, PageSize.SIZE_4K.bytes());
      }
    }
  }

  /** {@return the faults that a store to each block takes} */
  private static long faultsOfTouching(MemorySegment memory, long block) throws DaxException {
    long before = PageFaults.ofThisThread().minor();
    touch(memory, block);
    return PageFaults.ofThisThread().minor() - before;
  }

  private static void touch(MemorySegment memory, long step) {
    for (long at = 0; at < memory.byteSize(); at += step) {
      memory.set(ValueLayout.JAVA_LONG, at, at);
    }
  }

  private static List<Refusal> brokenRules(DaxBus bus, DaxDevice destroyed, DaxDevice device) throws IOException {
    long half = device.alignment().bytes() / 2;
    return List.of(
        refusal("a length that is not a multiple of the alignment", "EINVAL",
            () -> device.map(Access.READ_WRITE, 0, half).close()),
        refusal("a second claim of the same memory", "EBUSY", () -> claimAgain(bus)),
        refusal("a device that was destroyed", "ENXIO", () -> destroyed.map(Access.READ_WRITE).close()));
  }

  /** Claims the region's memory a second time, by the name under which every process of this user finds it. */
  private static void claimAgain(DaxBus bus) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path file : files) {
        if (Files.isSymbolicLink(file) && Files.readSymbolicLink(file).toString().startsWith("/memfd:jdax ")) {
          bus.add(HmemRegion.attach(file)).close();
          return;
        }
      }
    }
  }

  private interface Breach {
    void commit() throws IOException;
  }

  private static Refusal refusal(String rule, String errno, Breach breach) throws IOException {
    try {
      breach.commit();
      return new Refusal(rule, errno, null);
    } catch (DaxException e) {
      return new Refusal(rule, errno, e);
    }
  }
}
