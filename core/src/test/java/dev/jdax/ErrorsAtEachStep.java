// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import dev.jdax.spi.AddressesOnly;
import dev.jdax.spi.MemoryInADomain;

/**
 * A program whose classes of jdax call {@link Steps#step} before each instruction: it does each operation again and again,
 * and is stopped by an error at step 1, then at step 2, and so on until the operation gets to its end. Each time all has
 * to be as it should be afterwards. Prints the operations and the number of their steps.
 */
public final class ErrorsAtEachStep {
  private static final int PAGE = 4096;
  private static final int OFTEN = 200;
  /** There is no mapping, and there is a dynamic region. */
  private static final int GROWS = -2;
  /** A thread other than the one that is stopped. */
  private static final ExecutorService ANOTHER = Executors
      .newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());

  private ErrorsAtEachStep() {
  }

  private interface Body {
    void on(World world) throws Exception;
  }

  /**
   * What is stopped.
   *
   * @param name its name
   * @param fillsBefore how often a mapping is filled before, or -1 if there is none, or {@link #GROWS}
   * @param body what it does
   */
  private record Operation(String name, int fillsBefore, Body body) {
    World prepare() throws DaxException {
      World world = new World();
      if (fillsBefore == GROWS) {
        world.addAddresses();
      }
      if (fillsBefore >= 0) {
        world.mapping = world.device.map(Access.READ_WRITE);
      }
      for (int i = 0; i < fillsBefore; i++) {
        world.mapping.fill(0, 8, (byte) 1);
      }
      return world;
    }
  }

  /** All that an operation has to do with: made for one try of it. */
  private static final class World {
    final MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.UNKNOWN, true, 2 * PAGE);
    final AddressesOnly addresses = new AddressesOnly();
    final DaxBus bus = DaxBus.withDrivers(memory, addresses);
    final DaxRegion region;
    final DaxDevice device;
    DaxMapping mapping;
    /** Whether the bus alone is to end all that there is. */
    boolean bussed;
    /** A dynamic region, and a device that has half of it; null where neither is needed. */
    DaxRegion dynamic;
    DaxDevice half;
    /** How many neighbours there are, each with one mapping and one file. */
    private static int ofOthers;

    World() throws DaxException {
      region = bus.add(memory);
      device = region.devices().getFirst();
    }

    void addAddresses() throws DaxException {
      dynamic = bus.add(AddressesOnly.dynamic(16 << 20, PageSize.SIZE_4K));
      half = dynamic.create(8 << 20);
    }

    /** What no device has can be had, and nothing grows any more. */
    private void requireThatNothingIsTaken() throws DaxException {
      long sizes = 0;
      for (DaxDevice each : dynamic.devices()) {
        sizes += each.size();
      }
      require(!dynamic.ops().isGrowing(), "it is left growing");
      require(sizes + dynamic.availableSize() == dynamic.size(), "addresses are lost");
      if (dynamic.availableSize() > 0) {
        dynamic.create(dynamic.availableSize());
      }
    }

    /** Each thing that can be closed is closed, at the first try, by another thread and by this. */
    void requireThatAllEnds() throws Exception {
      if (!bussed) {
        requireThatMappingsEnd();
      }
      ANOTHER.submit(() -> {
        bus.close();
        return null;
      }).get(10, TimeUnit.SECONDS);
      require(mapped("jdax-in-a-domain") == ofOthers, "memory is left mapped when the bus is closed");
      require(open("jdax-in-a-domain") == ofOthers, "a descriptor is left open");
      require(addresses.open().isEmpty(), "memory was not given back");
    }

    private void requireThatMappingsEnd() throws Exception {
      if (mapping != null) {
        mapping.close();
        require(!mapping.isOpen(), "a closed mapping is open");
        requireRefused(mapping);
      }
      region.mappings().forEach(DaxMapping::close); // those that their maker has not got
      require(region.mappings().isEmpty(), "a closed mapping is left in its region");
      require(mapped("jdax-in-a-domain") == ofOthers, "memory is left mapped");
    }

    /** The device can be mapped by another thread, unless the operation has ended it. */
    void requireThatOthersGoOn() throws Exception {
      ANOTHER.submit(() -> {
        if (dynamic != null) {
          requireThatNothingIsTaken();
        }
        if (device.state() == DeviceState.SIZED) {
          device.enable();
        }
        if (device.state() == DeviceState.BOUND) {
          try (DaxMapping other = device.map(Access.READ_WRITE)) {
            other.fill(0, 64, (byte) 2);
          }
        }
        return null;
      }).get(10, TimeUnit.SECONDS);
    }
  }

  private static void requireRefused(DaxMapping mapping) throws DaxException {
    try {
      mapping.fill(0, 8, (byte) 3);
      throw new AssertionError("a closed mapping was filled");
    } catch (IllegalStateException e) {
      require(e.getMessage().contains("is closed: "), e.getMessage());
    }
  }

  private static void require(boolean so, String otherwise) {
    if (!so) {
      throw new AssertionError(otherwise);
    }
  }

  private static long mapped(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(line -> line.contains(name)).count();
  }

  private static long open(String name) throws IOException {
    long count = 0;
    try (var links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        count += Files.isSymbolicLink(link) && target(link).contains(name) ? 1 : 0;
      }
    }
    return count;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // that of the folder, which is closed by now
    }
  }

  private static List<Operation> operations() {
    MemorySegment source = MemorySegment.ofArray(new byte[100]);
    return List.of(new Operation("map", -1, world -> world.mapping = world.device.map(Access.READ_WRITE)),
        new Operation("fill", 0, world -> world.mapping.fill(0, 100, (byte) 1)),
        new Operation("fill, often", OFTEN, world -> world.mapping.fill(0, 100, (byte) 1)),
        new Operation("copy", 0, world -> world.mapping.copyFrom(7, source)),
        new Operation("copy, often", OFTEN, world -> world.mapping.copyFrom(7, source)),
        new Operation("flush", 0, world -> world.mapping.flush(0, 100)),
        new Operation("persist", 0, world -> world.mapping.persist(0, PAGE)),
        new Operation("check", 0, world -> world.mapping.firstUnreachable(0, 2 * PAGE)),
        new Operation("close", 0, world -> world.mapping.close()),
        new Operation("close, often", OFTEN, world -> world.mapping.close()),
        new Operation("disable by force", 0, world -> world.device.disable(OnMapped.REVOKE)),
        new Operation("remove the region", 0, world -> world.region.remove()),
        new Operation("close the region", 0, world -> world.region.close()),
        new Operation("close the bus", 0, world -> world.bus.close()),
        new Operation("close the bus twice", 0, world -> {
          world.bussed = true;
          world.bus.close();
        }),
        new Operation("create", GROWS, world -> world.dynamic.create(4 << 20)),
        new Operation("resize by force", GROWS, world -> world.half.resize(12 << 20, OnMapped.REVOKE)));
  }

  /** {@return how many steps an operation has} */
  private static long stop(Operation operation, Neighbour neighbour) throws Exception {
    for (long step = 1;; step++) {
      World world = operation.prepare();
      Steps.stopAt(step);
      try {
        operation.body.on(world);
      } catch (Steps.Stopped e) {
        // here or there
      }
      boolean done = Steps.goOn();
      try {
        world.requireThatOthersGoOn();
        world.requireThatAllEnds();
        neighbour.requireUntouched();
      } catch (Exception | AssertionError e) {
        throw new AssertionError(operation.name + ", stopped at step " + step, e);
      }
      if (done) {
        return step - 1;
      }
    }
  }

  /** A mapping of other memory, which nobody is to touch. */
  private static final class Neighbour implements AutoCloseable {
    private final MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.UNKNOWN, true, 2 * PAGE);
    private final DaxBus bus = DaxBus.withDrivers(memory);
    private final DaxMapping mapping;

    Neighbour() throws DaxException {
      mapping = bus.add(memory).devices().getFirst().map(Access.READ_WRITE);
    }

    void requireUntouched() {
      require(mapping.segment().mismatch(MemorySegment.ofArray(new byte[2 * PAGE])) == -1, "other memory was touched");
    }

    @Override
    public void close() {
      bus.close();
    }
  }

  public static void main(String[] args) throws Exception {
    for (Operation operation : operations()) { // the classes are there, which an error would spoil for ever
      World world = operation.prepare();
      operation.body.on(world);
      world.requireThatOthersGoOn();
      world.requireThatAllEnds();
    }
    try (Neighbour neighbour = new Neighbour()) {
      World.ofOthers = 1;
      for (Operation operation : operations()) {
        System.out.println(operation.name + ": " + stop(operation, neighbour));
      }
    }
    ANOTHER.close();
  }
}
