// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Finding a device of 1 GiB by its name, mapping it in pages of 2 MiB and closing the mapping, without a touch, against
 * the JDK's opening, mapping and closing of a file of that size on tmpfs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = {"-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class OpenMapClose implements Figure {
  private static final long SIZE = 1L << 30;
  private static final int CALLS = 500;

  private DaxBus bus;
  private String name;
  private TmpfsFile file;

  /**
   * Makes the device and the file.
   *
   * @throws IOException if there are too few huge pages, or no tmpfs
   */
  @Setup
  public void make() throws IOException {
    bus = DaxBus.create();
    file = TmpfsFile.unmade();
    name = bus.add(HmemRegion.of(SIZE, PageSize.SIZE_2M)).create(SIZE).name();
  }

  /**
   * Gives the memory back.
   *
   * @throws IOException if the file cannot be deleted
   */
  @TearDown
  public void end() throws IOException {
    bus.close();
    file.close();
  }

  /**
   * {@return the length of what was mapped}
   *
   * @throws DaxException if it cannot be
   */
  @Benchmark
  public long jdax() throws DaxException {
    try (DaxMapping mapping = bus.device(name).map(Access.READ_WRITE)) {
      return mapping.length();
    }
  }

  /**
   * {@return the length of what was mapped}
   *
   * @throws IOException if it cannot be
   */
  @Benchmark
  public long jdk() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment mapping = file.map(SIZE, arena);
      return mapping.byteSize();
    }
  }

  @Override
  public List<String> measure() throws IOException {
    String what = "open, map and close of a device of 1 GiB, pages of 2 MiB";
    try {
      make();
      Interleaved sides = new Interleaved().add("jdax", () -> timed(this::jdax)).add("JDK", () -> timed(this::jdk))
          .run(20, 61);
      return List.of(Row.compared(OpenMapClose.class, what, Row.time(sides.median("jdax") / CALLS),
          "JDK on tmpfs: " + Row.time(sides.median("JDK") / CALLS), sides.speed("jdax", "JDK")));
    } catch (DaxException e) {
      return List.of(Row.notMeasured(OpenMapClose.class, what, e));
    } finally {
      end();
    }
  }

  private static long timed(Side call) throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return System.nanoTime() - start;
  }
}
