// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.jdax.spi.MemoryInADomain;

/**
 * Memory of two pages and its device, for programs in which errors come at any place, and what has to be so after each of
 * them: what was mapped can be closed, and the region can be used by all threads. {@link #result} tells what was not so.
 */
final class Trial implements AutoCloseable {
  static final int PAGE = 4096;
  /** How often each program does what it does; {@code -Derrors.runs=1000} for more. */
  private static final int RUNS = Integer.getInteger("errors.runs", 0);
  private static final String MEMORY = "jdax-in-a-domain";

  final MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.UNKNOWN, true, 2 * PAGE);
  private final DaxBus bus = DaxBus.withDrivers(memory);
  private final DaxRegion region;
  private final DaxDevice device;
  private final ExecutorService another = Executors.newSingleThreadExecutor();
  private int mapped;
  private int stuck;
  private int stillOpen;
  private int shut;

  Trial() throws Exception {
    region = bus.add(memory);
    device = region.devices().getFirst();
    another.submit(() -> {
    }).get();
  }

  /** {@return how often a program is to do what it does} */
  static int runs(int usual) {
    return RUNS == 0 ? usual : RUNS;
  }

  DaxMapping map() throws DaxException {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    mapped++;
    return mapping;
  }

  /** Closes it from here, where no error is to come but one that is late. */
  void closeAtLast(DaxMapping mapping) {
    boolean closed = false;
    for (int attempt = 0; attempt < 3 && !closed; attempt++) {
      try {
        mapping.close();
        closed = true;
      } catch (InternalError | IllegalStateException e) {
        closed = false;
      }
    }
    stuck += closed ? 0 : 1;
    stillOpen += mapping.isOpen() || isFilled(mapping) ? 1 : 0;
  }

  private static boolean isFilled(DaxMapping mapping) {
    try {
      mapping.fill(0, 8, (byte) 1);
      return true;
    } catch (IllegalStateException e) {
      return false;
    } catch (DaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Maps, fills and closes in another thread, in a while in which each of the locks is free at some time. */
  void useInAnotherThread() throws InterruptedException {
    try {
      another.submit(() -> {
        try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
          mapping.fill(0, 64, (byte) 1);
        }
        return null;
      }).get(20, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      e.printStackTrace(System.out);
      shut++;
    }
  }

  /** {@return what there is to say when all is over, one line} */
  String result() throws IOException {
    int open = region.mappings().size();
    return mapped + " mappings, " + stuck + " stuck, " + stillOpen + " open after that, " + open
        + " left in the region, " + shut + " times shut, " + partsInMemory() + " parts mapped";
  }

  /** {@return the result of a program in which all was as it has to be} */
  static String wellDone(String said) {
    return said.replaceFirst(" .*", "") + " mappings, 0 stuck, 0 open after that, 0 left in the region, 0 times shut, "
        + "0 parts mapped";
  }

  private static long partsInMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(line -> line.contains(MEMORY)).count();
  }

  @Override
  public void close() {
    another.close();
    bus.close();
  }
}
