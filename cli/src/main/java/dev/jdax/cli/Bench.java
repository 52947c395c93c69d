// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import dev.jdax.hmem.HmemRegion;
import org.HdrHistogram.Histogram;

/**
 * How fast a mapping is. Each kind of operation is done at places drawn at random, and timed by itself; so the clock,
 * some 25 ns, is in each time.
 */
final class Bench {
  /** How much is used, if there is as much. */
  static final long DEFAULT_SPAN = 256L << 20;
  /** The least that places can be drawn in. */
  static final long SHORTEST_SPAN = 2L << 20;

  private static final int[] SIZES = {64, 4096, 1 << 20};
  private static final int LINE = 64;
  /** So many random reads are timed as one, since one takes little longer than to look at the clock. */
  private static final int READS = 1000;
  /** Of a random read, in bytes. */
  static final int READ_SIZE = 8;
  private static final long LONGEST = Duration.ofMinutes(1).toNanos();
  private static final int DIGITS = 3;
  /** Of the time of each measurement a part is spent before anything is recorded. */
  private static final double WARM_UP = 0.3;

  private final DaxMapping mapping;
  private final MemorySegment memory;
  private final long nanosEach;
  private final BenchProgress progress;
  private long place = 1;
  private long sink;

  private Bench(DaxMapping mapping, long nanosEach, BenchProgress progress) {
    this.mapping = mapping;
    this.memory = mapping.segment();
    this.nanosEach = nanosEach;
    this.progress = progress;
  }

  /**
   * What is done in one place.
   */
  enum Kind {
    /** Adds up all longs. */
    READ,
    /** Stores one long everywhere. */
    WRITE,
    /** Copies from other memory, durably. */
    COPY,
    /** Stores a long to each line, and makes the lines durable. */
    PERSIST;

    /** {@return whether a mapping to be read only will do} */
    boolean onlyReads() {
      return this == READ;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One kind of operation, of one size; times in nanoseconds.
   */
  record Measured(Kind kind, int size, long count, double median, double p999, double bytesPerSecond) {
  }

  /**
   * Dependent random reads of 8 bytes, each a time in nanoseconds at the median; with those in as much ordinary memory
   * in pages of 4 KiB, or why there are none.
   */
  record RandomAccess(long span, double here, Optional<Double> at4K, String whyNot) {
    /** {@return how many times as fast they are as those at 4 KiB} */
    Optional<Double> speed() {
      return at4K.map(nanos -> nanos / here);
    }
  }

  /** All that was measured. */
  record Result(String name, PageSize alignment, long span, PersistenceDomain domain, boolean written,
      List<Measured> measured, RandomAccess random) {
  }

  /** An operation in one place. */
  @FunctionalInterface
  private interface Operation {
    void at(long offset) throws DaxException;
  }

  /** Measures for about so many seconds. */
  static Result run(DaxMapping mapping, String name, double seconds, BenchProgress progress) throws IOException {
    boolean writes = mapping.access() == Access.READ_WRITE;
    List<Kind> kinds = List.of(Kind.values()).stream().filter(kind -> writes || kind.onlyReads()).toList();
    int steps = kinds.size() * SIZES.length + 2;
    progress.begin(steps);
    Bench bench = new Bench(mapping, (long) (seconds * 1e9 / steps), progress);
    if (writes) {
      bench.memory.fill((byte) 0); // all pages are there, before anything is timed
    }
    List<Measured> measured = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(SIZES[SIZES.length - 1], LINE).fill((byte) 7);
      for (Kind kind : kinds) {
        for (int size : SIZES) {
          progress.at(kind + " of " + ByteSize.format(size));
          measured.add(bench.measure(kind, size, source.asSlice(0, size)));
        }
      }
    }
    progress.at("random reads");
    RandomAccess random = bench.random();
    return new Result(name, mapping.alignment(), mapping.length(), mapping.persistenceDomain(), writes, measured,
        random);
  }

  private Measured measure(Kind kind, int size, MemorySegment source) throws DaxException {
    Operation operation = switch (kind) {
      case READ -> offset -> sink += sum(memory, offset, size);
      case WRITE -> offset -> store(memory, offset, size, sink);
      case COPY -> offset -> mapping.copyFrom(offset, source);
      case PERSIST -> offset -> {
        for (int at = 0; at < size; at += LINE) {
          memory.set(JAVA_LONG, offset + at, sink);
        }
        mapping.persist(offset, size);
      };
    };
    repeat(operation, size, (long) (nanosEach * WARM_UP), new Histogram(LONGEST, DIGITS));
    Histogram times = new Histogram(LONGEST, DIGITS);
    long taken = repeat(operation, size, (long) (nanosEach * (1 - WARM_UP)), times);
    progress.step();
    return new Measured(kind, size, times.getTotalCount(), times.getValueAtPercentile(50),
        times.getValueAtPercentile(99.9), times.getTotalCount() * 1e9 * size / taken);
  }

  /** {@return how long the operations took, until their time was over; one at least is done} */
  private long repeat(Operation operation, int size, long nanos, Histogram times) throws DaxException {
    long start = System.nanoTime();
    long now = start;
    while (times.getTotalCount() == 0 || now - start < nanos) {
      long offset = nextPlace(size);
      long before = System.nanoTime();
      operation.at(offset);
      now = System.nanoTime();
      times.recordValue(Math.min(now - before, LONGEST));
    }
    return now - start;
  }

  private long nextPlace(int size) {
    place = place * 6364136223846793005L + 1442695040888963407L;
    return Long.remainderUnsigned(place >>> 16, memory.byteSize() / size) * size;
  }

  private static long sum(MemorySegment memory, long offset, int size) {
    long sum = 0;
    for (int at = 0; at < size; at += Long.BYTES) {
      sum += memory.get(JAVA_LONG_UNALIGNED, offset + at);
    }
    return sum;
  }

  private static void store(MemorySegment memory, long offset, int size, long value) {
    for (int at = 0; at < size; at += Long.BYTES) {
      memory.set(JAVA_LONG_UNALIGNED, offset + at, value);
    }
  }

  private RandomAccess random() throws IOException {
    long span = Long.highestOneBit(memory.byteSize());
    if (mapping.alignment() == PageSize.SIZE_4K) {
      return new RandomAccess(span, timesOf(List.of(memory), span).getFirst(), Optional.empty(),
          "the alignment is 4 KiB already");
    }
    try (DaxBus bus = DaxBus.create();
        DaxMapping other = bus.add(HmemRegion.of(span, PageSize.SIZE_4K)).create(span).map(Access.READ_WRITE)) {
      List<Double> times = timesOf(List.of(memory, other.segment().fill((byte) 0)), span);
      return new RandomAccess(span, times.getFirst(), Optional.of(times.getLast()), null);
    } catch (DaxException e) {
      return new RandomAccess(span, timesOf(List.of(memory), span).getFirst(), Optional.empty(), e.getMessage());
    }
  }

  /** {@return the median time of a read in each of the memories, which take turns} */
  private List<Double> timesOf(List<MemorySegment> memories, long span) {
    List<Histogram> times = memories.stream().map(_ -> new Histogram(LONGEST, DIGITS)).toList();
    long start = System.nanoTime();
    boolean recording = false;
    for (long turn = 0; !recording || turn < 2 || System.nanoTime() - start < 2 * nanosEach; turn++) {
      if (!recording && System.nanoTime() - start >= 2 * nanosEach * WARM_UP) {
        recording = true;
        turn = 0;
      }
      for (int i = 0; i < memories.size(); i++) {
        long before = System.nanoTime();
        place = chase(memories.get(i), span, place);
        if (recording) {
          times.get(i).recordValue(System.nanoTime() - before);
        }
      }
    }
    progress.step();
    progress.step();
    return times.stream().map(histogram -> (double) histogram.getValueAtPercentile(50) / READS).toList();
  }

  /** The place of each read depends on what the one before has read, so that one is under way at a time. */
  private static long chase(MemorySegment memory, long span, long place) {
    for (int i = 0; i < READS; i++) {
      long next = place * 6364136223846793005L + 1442695040888963407L;
      place = next + memory.get(JAVA_LONG, (next >>> 20 & span - 1) / READ_SIZE * READ_SIZE);
    }
    return place;
  }
}
