// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;

import dev.jdax.Access;
import dev.jdax.ByteSize;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.platform.CpuCache;
import dev.jdax.spi.StoreObserver;

/**
 * Runs a program on memory that plays persistent memory, lets the power fail at every point of it, and checks what is
 * left.
 *
 * {@snippet :
 * List<String> acknowledged = new ArrayList<>();
 * PowerFailures.inMemoryOf(64 << 10)
 *     .startingWith(Journal::format)
 *     .during(memory -> {
 *       Journal journal = Journal.open(memory);
 *       journal.append("one");
 *       acknowledged.add("one");
 *     }, left -> assertThat(Journal.open(left).entries()).containsAll(acknowledged));
 * }
 *
 * <p><b>The program</b> gets an ordinary {@link DaxMapping}, stores through its segment as it always does, and calls
 * {@link DaxMapping#flush flush}, {@link DaxMapping#drain drain}, {@link DaxMapping#persist persist}, {@link
 * DaxMapping#copyFrom copyFrom}, {@link DaxMapping#fill fill} and {@link DaxMapping#storeFence storeFence}. Further mappings of
 * its device are watched, too. Each of these calls is a {@link Point}; the end of the program is one more.
 *
 * <p><b>The check</b> is run at each point, on the thread of the program and inside of that call, once for every way in
 * which the power may have failed since the point before: on memory of its own, which it may read, write, flush and
 * close as recovery does. It throws if that is not what it may find. It may look at variables of the program, for
 * instance at what was acknowledged: they are as they were when the power failed. It must not touch the program's
 * memory, nor wait for its threads. When the program has returned, its memory is closed and the check is run once more,
 * so that a check which looks at the program's memory fails. For one cut it may take a minute, or as long as
 * {@link #withLimit} says.
 *
 * <p><b>What may be left</b> of each line of 64 bytes: what is durable, which is what it had when a thread flushed it
 * that has drained since; or what it had at any point since then; and, of the stores between two such points, any: each
 * aligned 8 bytes whole or not at all. Each line may be in any of these states, whatever the others are in. Points keep
 * their order within a line, because an x86-64 CPU writes lines back whole, and makes stores to one line in order;
 * {@link #withTornLines} gives that up.
 *
 * <p><b>What is not seen</b>: a value that was overwritten before the next point; and the order of stores between two
 * points, whether {@code setRelease} or {@code setVolatile} made them or not, so that a failure may be told which that
 * order rules out. {@link DaxMapping#storeFence} between the two stores is a point, and costs nothing where it is not
 * watched; {@link #withWholeLines} is for a program that cannot have it.
 *
 * <p><b>How much is looked at</b>: at a point with up to 4096 cuts all of them, elsewhere some 400, drawn from a seed
 * that a failure names. At a flush nothing is looked at if nothing has been stored since the last look. The same seed
 * gives the same cuts if the program has the same points and stores.
 *
 * <p><b>What it costs</b>: four times the memory; at each point one comparison of all of it, and for each cut another
 * and the check. So the memory should be as small as the program allows.
 *
 * <p>This is a value; each run has memory of its own, volatile, in small pages. The program may have several threads;
 * one at a time passes a point, and the same seed may then see other cuts.
 */
public final class PowerFailures {
  /** What the CPU writes back whole, in bytes. */
  static final int LINE = CpuCache.LINE;

  private static final int ALL_UP_TO = 4096;
  private static final int SAMPLES = 200;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final long size;
  private final long seed;
  private final Tearing tearing;
  private final int allUpTo;
  private final int samples;
  private final Duration limit;
  private final Step start;

  /** What is done with memory. */
  @FunctionalInterface
  public interface Step {
    /**
     * Does it.
     *
     * @param memory all of the memory, for reading and writing; it may be closed
     * @throws Exception if it goes wrong; of a check: if this must not be left
     */
    void with(DaxMapping memory) throws Exception;
  }

  private PowerFailures(long size, long seed, Tearing tearing, int allUpTo, int samples, Duration limit,
      Step start) {
    this.size = size;
    this.seed = seed;
    this.tearing = tearing;
    this.allUpTo = allUpTo;
    this.samples = samples;
    this.limit = limit;
    this.start = start;
  }

  /**
   * {@return power failures of a program with so much memory, which is zero at first, and with a fresh seed}
   *
   * @param size how much, in bytes, a positive multiple of 4096
   * @throws IllegalArgumentException if it is not
   */
  public static PowerFailures inMemoryOf(long size) {
    if (size <= 0 || !MemoryUnderTest.PAGE.divides(size)) {
      throw new IllegalArgumentException("memory of " + size + " bytes: it must be a positive multiple of "
          + MemoryUnderTest.PAGE.bytes());
    }
    return new PowerFailures(size, new Random().nextLong(), Tearing.STORES, ALL_UP_TO, SAMPLES,
        LIMIT, memory -> {
        });
  }

  /**
   * {@return the same, on memory in which something has been done before, durably, and unwatched}
   *
   * @param step what is done
   */
  public PowerFailures startingWith(Step step) {
    return new PowerFailures(size, seed, tearing, allUpTo, samples, limit, Objects.requireNonNull(step, "step"));
  }

  /**
   * {@return the same with a given seed}
   *
   * @param given the seed, as a failure has named it
   */
  public PowerFailures withSeed(long given) {
    return new PowerFailures(size, given, tearing, allUpTo, samples, limit, start);
  }

  /**
   * {@return the same, where a line may be torn in any way: each 8 bytes of it in any state that they were seen in}
   *
   * <p>So does pmreorder, and so it may be on CPUs that do not promise to write a line back whole.
   */
  public PowerFailures withTornLines() {
    return new PowerFailures(size, seed, Tearing.LINES, allUpTo, samples, limit, start);
  }

  /**
   * {@return the same, where a line is always as it was at a point: of the stores to one line between two points either
   * all are kept or none}
   *
   * <p>This is for a program that orders its stores to one line by {@code setRelease}, {@code setVolatile} or a fence of
   * its own. The test does not see that order, since the JVM tells nobody of such a store, and by default takes each
   * order for possible. With this setting it finds no mistake in the order of stores within a line; a
   * {@link DaxMapping#storeFence} before the second store, instead of this setting, keeps the default exact.
   */
  public PowerFailures withWholeLines() {
    return new PowerFailures(size, seed, Tearing.NOTHING, allUpTo, samples, limit, start);
  }

  /**
   * {@return the same with another limit of the time that the check may take for one cut; a minute, if none is given}
   *
   * <p>A check that takes longer has failed: recovery that follows a ring of pointers never ends. The failure names the
   * cut, and its cause has the stack of the check. The thread of the check is interrupted, and the memory that it was
   * given is closed. A check that neither waits nor touches that memory cannot be ended; it is logged.
   *
   * @param most the limit, at least a millisecond
   * @throws IllegalArgumentException if it is shorter
   */
  public PowerFailures withLimit(Duration most) {
    if (most.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException("a limit of " + most + ": it must be at least a millisecond");
    }
    return new PowerFailures(size, seed, tearing, allUpTo, samples, most, start);
  }

  /**
   * {@return the same with other numbers of cuts}
   *
   * @param all up to how many cuts of a point all are looked at, at least 1
   * @param drawn how many are drawn where there are more, beside the up to 194 that are always looked at; at least 0
   * @throws IllegalArgumentException if {@code all < 1} or {@code drawn < 0}
   */
  public PowerFailures withCuts(int all, int drawn) {
    if (all < 1 || drawn < 0) {
      throw new IllegalArgumentException(
          "all of " + all + " cuts, or " + drawn + " drawn: at least 1, and not less than 0");
    }
    return new PowerFailures(size, seed, tearing, all, drawn, limit, start);
  }

  /**
   * Runs a program, and a check on what each power failure during it could leave.
   *
   * @param program the program
   * @param check the check; it passes if it returns
   * @return what was looked at
   * @throws BrokenByPowerFailure if the check did not pass, in the program first, and again from here
   * @throws IllegalStateException if the check stores to the program's memory, or passes only while that is open
   * @throws Exception what the program has thrown
   */
  public Outcome during(Step program, Step check) throws Exception {
    Objects.requireNonNull(program, "program");
    Objects.requireNonNull(check, "check");
    try (DaxBus bus = DaxBus.withDrivers(new MemoryUnderTest.Driver());
        Arena arena = Arena.ofShared();
        CheckLimit timeLimit = new CheckLimit(limit)) {
      CutMemory cuts = new CutMemory(device(bus, new StoreObserver() {
      }), check, timeLimit);
      Recorder recorder = new Recorder(this, cuts);
      DaxDevice device = device(bus, recorder);
      try (DaxMapping memory = device.map(Access.READ_WRITE)) {
        start.with(memory);
      }
      try (DaxMapping watched = device.map(Access.READ_WRITE); DaxMapping memory = device.map(Access.READ_WRITE)) {
        recorder.begin(watched.segment(), arena);
        try {
          program.with(memory);
          Outcome outcome = recorder.end();
          device.region().remove(); // all mappings of it end
          recorder.requireIndependence();
          return outcome;
        } finally {
          recorder.stop();
        }
      }
    }
  }

  private DaxDevice device(DaxBus bus, StoreObserver observer) throws Exception {
    DaxRegion region = bus.add(new MemoryUnderTest.Wanted(size, observer));
    return region.devices().getFirst();
  }

  /**
   * {@return the seed}
   */
  public long seed() {
    return seed;
  }

  Tearing tearing() {
    return tearing;
  }

  int allUpTo() {
    return allUpTo;
  }

  int samples() {
    return samples;
  }

  /**
   * {@return what it is, in a few words}
   */
  @Override
  public String toString() {
    return "power failures in memory of " + ByteSize.format(size) + ", seed " + seed;
  }
}
