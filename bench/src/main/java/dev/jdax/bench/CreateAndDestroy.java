// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Making a device of 2 MiB and destroying one, in a region that has 10, 1 000 and 100 000 devices.
 *
 * <p>{@link #oneMore} makes one behind the others and destroys it; {@link #another} destroys one of them, drawn at random,
 * and makes one in its place. The region has addresses and no memory, so that only the bookkeeping is measured.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = {"-Xmx512m", "-XX:+UseSerialGC"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CreateAndDestroy implements Figure {
  private static final long SIZE = PageSize.SIZE_2M.bytes();
  private static final int CALLS = 10_000;

  /** How many devices the region has. */
  @Param({"10", "1000", "100000"})
  public int devices;

  private final SplittableRandom random = new SplittableRandom(1);
  private DaxBus bus;
  private DaxRegion region;
  private DaxDevice[] made;

  /**
   * Makes the region and its devices.
   *
   * @throws DaxException if that fails
   */
  @Setup
  public void make() throws DaxException {
    bus = DaxBus.withDrivers(new AddressesOnly());
    region = bus.add(new AddressesOnly.Source(devices + 1));
    made = new DaxDevice[devices];
    for (int i = 0; i < devices; i++) {
      made[i] = region.create(SIZE);
    }
  }

  /** Ends them. */
  @TearDown
  public void end() {
    bus.close();
  }

  /**
   * {@return the device that was made, and destroyed}
   *
   * @throws DaxException if that fails
   */
  @Benchmark
  public DaxDevice oneMore() throws DaxException {
    DaxDevice device = region.create(SIZE);
    device.destroy();
    return device;
  }

  /**
   * {@return the device that was made where another was}
   *
   * @throws DaxException if that fails
   */
  @Benchmark
  public DaxDevice another() throws DaxException {
    int at = random.nextInt(devices);
    made[at].destroy();
    return made[at] = region.create(SIZE);
  }

  @Override
  public List<String> measure() throws IOException {
    List<CreateAndDestroy> regions = new ArrayList<>();
    for (int devices : new int[]{10, 1_000, 100_000}) {
      CreateAndDestroy region = new CreateAndDestroy();
      region.devices = devices;
      region.make();
      regions.add(region);
    }
    List<String> rows = new ArrayList<>();
    Interleaved oneMore = new Interleaved();
    regions.forEach(region -> oneMore.add(region.name(), () -> region.timed(false)));
    rows.addAll(rows("create one more device and destroy it", oneMore, regions));
    Interleaved another = new Interleaved();
    regions.forEach(region -> another.add(region.name(), () -> region.timed(true)));
    rows.addAll(rows("destroy a random device and create another", another, regions));
    regions.forEach(CreateAndDestroy::end);
    return rows;
  }

  private static List<String> rows(String what, Interleaved sides, List<CreateAndDestroy> regions) throws IOException {
    sides.run(20, 61);
    List<String> rows = new ArrayList<>();
    String thousand = regions.get(1).name();
    for (CreateAndDestroy region : regions) {
      String ours = Row.time(sides.median(region.name()) / CALLS);
      String line = what + ", " + region.name();
      rows.add(region.devices != 100_000
          ? Row.absolute(CreateAndDestroy.class, line, ours)
          : Row.compared(CreateAndDestroy.class, line, ours,
              thousand + ": " + Row.time(sides.median(thousand) / CALLS), sides.speed(region.name(), thousand), 0.5));
    }
    return rows;
  }

  private String name() {
    return devices + " devices";
  }

  private long timed(boolean random) throws DaxException {
    long start = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      if (random) {
        another();
      } else {
        oneMore();
      }
    }
    return System.nanoTime() - start;
  }
}
