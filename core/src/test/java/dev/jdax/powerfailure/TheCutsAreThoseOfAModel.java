// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * On tiny histories the cuts are exactly what a model of the hardware can reach, which knows nothing of versions: a
 * cache whose lines may be written back at any moment, and stores that are made in any order between two points.
 */
class TheCutsAreThoseOfAModel {
  /** Two words in one line, one in another. */
  private static final long[] OFFSETS = {0, 8, 64};
  private static final int THREADS = 2;

  /** What the program does next, to which word, and which thread of it. */
  private record Op(Kind kind, int word, int thread) {
    enum Kind {
      STORE, FENCE, FLUSH, DRAIN, PERSIST
    }
  }

  /** What one line has been: how many stores it has seen, and its words after each. */
  private record Version(int stores, List<Long> words) {
  }

  /** What is on the media, and in the cache: a version of each unit that is written back whole. */
  private record State(List<Version> media, List<Version> cache) {
  }

  /** The hardware: all states that it can be in. */
  private static final class Hardware {
    /** Which words are written back together. */
    private final int[][] units;
    private Set<State> states = new HashSet<>();
    /** By thread, and by unit; null where there is nothing to wait for. */
    private final Version[][] flushed;

    Hardware(boolean tornLines) {
      units = tornLines ? new int[][]{{0}, {1}, {2}} : new int[][]{{0, 1}, {2}};
      flushed = new Version[THREADS][units.length];
      List<Version> zero = Arrays.stream(units)
          .map(unit -> new Version(0, Arrays.stream(unit).mapToObj(word -> 0L).toList())).toList();
      states.add(new State(zero, zero));
    }

    /** Makes stores in any order, and writes any line back after any of them. */
    void stores(List<Op> stores, List<Long> values) {
      Set<State> after = new HashSet<>();
      permute(states, stores, values, new HashSet<>(), after);
      states = after;
    }

    private void permute(Set<State> from, List<Op> stores, List<Long> values, Set<Integer> made, Set<State> after) {
      if (made.size() == stores.size()) {
        after.addAll(from);
      }
      for (int i = 0; i < stores.size(); i++) {
        if (made.add(i)) {
          Set<State> next = new HashSet<>();
          for (State state : from) {
            evict(store(state, stores.get(i).word, values.get(i)), 0, next);
          }
          permute(next, stores, values, made, after);
          made.remove(i);
        }
      }
    }

    private State store(State state, int word, long value) {
      List<Version> cache = new ArrayList<>(state.cache);
      int unit = unitOf(word);
      List<Long> words = new ArrayList<>(cache.get(unit).words);
      words.set(Arrays.binarySearch(units[unit], word), value);
      cache.set(unit, new Version(cache.get(unit).stores + 1, words));
      return new State(state.media, cache);
    }

    private void evict(State state, int unit, Set<State> into) {
      if (unit == units.length) {
        into.add(state);
        return;
      }
      evict(state, unit + 1, into);
      List<Version> media = new ArrayList<>(state.media);
      media.set(unit, state.cache.get(unit));
      evict(new State(media, state.cache), unit + 1, into);
    }

    private int unitOf(int word) {
      for (int unit = 0; unit < units.length; unit++) {
        if (Arrays.binarySearch(units[unit], word) >= 0) {
          return unit;
        }
      }
      throw new AssertionError(word);
    }

    /** At a point all states have the same in the cache. */
    void flush(int word, int thread) {
      List<Version> cache = states.iterator().next().cache;
      for (int unit = 0; unit < units.length; unit++) {
        if (OFFSETS[units[unit][0]] / 64 == OFFSETS[word] / 64) {
          flushed[thread][unit] = cache.get(unit);
        }
      }
    }

    void drain(int thread) {
      Version[] mine = flushed[thread];
      Set<State> after = new HashSet<>();
      for (State state : states) {
        List<Version> media = new ArrayList<>(state.media);
        for (int unit = 0; unit < units.length; unit++) {
          if (mine[unit] != null && media.get(unit).stores < mine[unit].stores) {
            media.set(unit, mine[unit]);
          }
        }
        after.add(new State(media, state.cache));
      }
      Arrays.fill(mine, null);
      states = after;
    }

    Set<String> left() {
      Set<String> left = new TreeSet<>();
      states.forEach(state -> left.add(state.media.stream().flatMap(version -> version.words.stream()).toList()
          .toString()));
      return left;
    }
  }

  private static String words(MemorySegment memory) {
    return Arrays.stream(OFFSETS).mapToObj(offset -> memory.get(ValueLayout.JAVA_LONG, offset)).toList().toString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void inEveryHistory(boolean tornLines) {
    Seeds.each(100, random -> {
      List<Op> program = program(random);
      Hardware hardware = new Hardware(tornLines);
      Set<String> seen = new TreeSet<>();
      PowerFailures failures = PowerFailures.inMemoryOf(4096).withCuts(Integer.MAX_VALUE - 1, 0);
      (tornLines ? failures.withTornLines() : failures)
          .during(memory -> run(program, memory, hardware, seen), left -> seen.add(words(left.segment())));
      assertThat(seen).describedAs("at the end of " + program).isEqualTo(hardware.left());
    });
  }

  /** Up to twelve steps; between two points no word is stored twice, since the first value could not be seen. */
  private static List<Op> program(RandomGenerator random) {
    List<Op> program = new ArrayList<>();
    Set<Integer> stored = new HashSet<>();
    for (int i = random.nextInt(4, 13); i > 0; i--) {
      Op.Kind kind = random.nextBoolean() ? Op.Kind.STORE : Op.Kind.values()[random.nextInt(5)];
      int word = random.nextInt(OFFSETS.length);
      if (kind != Op.Kind.STORE) {
        stored.clear();
      }
      if (kind != Op.Kind.STORE || stored.add(word)) {
        program.add(new Op(kind, word, random.nextInt(THREADS)));
      }
    }
    return program;
  }

  private static Void at(Op op, DaxMapping memory) throws DaxException {
    switch (op.kind) {
      case FLUSH -> memory.flush(OFFSETS[op.word], 1);
      case DRAIN -> memory.drain();
      case PERSIST -> memory.persist(OFFSETS[op.word], 1);
      default -> memory.storeFence();
    }
    return null;
  }

  private static void run(List<Op> program, DaxMapping memory, Hardware hardware, Set<String> seen) throws Exception {
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      run(program, memory, hardware, seen, other);
    }
  }

  private static void run(List<Op> program, DaxMapping memory, Hardware hardware, Set<String> seen,
      ExecutorService other) throws Exception {
    List<Op> stores = new ArrayList<>();
    List<Long> values = new ArrayList<>();
    long value = 0;
    for (Op op : program) {
      if (op.kind == Op.Kind.STORE) {
        memory.segment().set(ValueLayout.JAVA_LONG, OFFSETS[op.word], ++value);
        stores.add(op);
        values.add(value);
        continue;
      }
      boolean mustLook = !stores.isEmpty() || op.kind == Op.Kind.DRAIN || op.kind == Op.Kind.PERSIST;
      hardware.stores(stores, values);
      stores.clear();
      values.clear();
      seen.clear();
      if (op.thread == 0) {
        at(op, memory);
      } else {
        other.submit(() -> at(op, memory)).get();
      }
      if (mustLook || !seen.isEmpty()) {
        assertThat(seen).describedAs(op + " of " + program).isEqualTo(hardware.left());
      }
      if (op.kind == Op.Kind.FLUSH || op.kind == Op.Kind.PERSIST) {
        hardware.flush(op.word, op.thread);
      }
      if (op.kind == Op.Kind.DRAIN || op.kind == Op.Kind.PERSIST) {
        hardware.drain(op.thread);
      }
    }
    hardware.stores(stores, values);
    seen.clear();
  }
}
