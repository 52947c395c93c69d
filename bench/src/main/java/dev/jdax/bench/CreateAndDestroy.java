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
 * <p>{@link #oneMore} makes one behind the others and destroys it; {@link #another} destroys one of them, drawn at
 * random, and makes one in its place. The region has addresses and no memory, so that only the bookkeeping is measured.
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
  /** At most twice the cost is at least half the speed. */
  private static final double TARGET = 0.5;
  private static final int WARM_UPS = 20;
  private static final int ROUNDS = 61;

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
    CreateAndDestroy thousand = regions.get(1);
    List<String> rows = new ArrayList<>();
    Interleaved oneMore = new Interleaved();
    Interleaved another = new Interleaved();
    for (CreateAndDestroy region : regions) {
      oneMore.add(region.name(), () -> region.timed(region::oneMore));
      another.add(region.name(), () -> region.timed(region::another));
    }
    oneMore.run(WARM_UPS, ROUNDS);
    another.run(WARM_UPS, ROUNDS);
    for (CreateAndDestroy region : regions) {
      String ours = region.timeIn(oneMore);
      String line = "create one more device and destroy it, " + region.name();
      Ratio ratio = oneMore.speed(region.name(), thousand.name());
      rows.add(region.devices == 100_000
          ? Row.compared(CreateAndDestroy.class, line, ours, thousand.timeAsReference(oneMore), ratio, TARGET)
          : Row.compared(CreateAndDestroy.class, line, ours, thousand.timeAsReference(oneMore), ratio));
    }
    for (CreateAndDestroy region : regions) {
      rows.add(Row.compared(CreateAndDestroy.class, "destroy a random device and create another, " + region.name(),
          region.timeIn(another), thousand.timeAsReference(another), another.speed(region.name(), thousand.name())));
    }
    regions.forEach(CreateAndDestroy::end);
    return rows;
  }

  private String name() {
    return devices + " devices";
  }

  private String timeIn(Interleaved sides) {
    return Row.time(sides.median(name()) / CALLS);
  }

  private String timeAsReference(Interleaved sides) {
    return name() + ": " + timeIn(sides);
  }

  private long timed(Call call) throws DaxException {
    long start = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return System.nanoTime() - start;
  }

  private interface Call {
    DaxDevice run() throws DaxException;
  }
}
