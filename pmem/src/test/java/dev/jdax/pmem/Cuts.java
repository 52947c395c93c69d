// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

import dev.jdax.pmem.RecordedMedia.Event;
import dev.jdax.pmem.RecordedMedia.Sparse;

/**
 * What a power failure may leave of recorded writes: everything before some barrier, and of what was written since then
 * any units, each whole or not at all.
 *
 * <p>Units that a write leaves as they are do not count. Of up to twelve units every subset is looked at. Of more: every
 * subset of whole writes, every write torn before and behind each of its units (of up to 32 of them), every unit alone and
 * every unit missing (of 32), and 200 samples in which each write is absent, whole, or torn in its own way.
 */
final class Cuts {
  private static final int EXHAUSTIVE = 12;
  private static final int PLACES = 32;
  private static final int LONE = 32;
  private static final int SAMPLES = 200;

  private final int unit;
  private final RandomGenerator random;
  private final Predicate<Cut> look;
  private boolean stopped;

  /**
   * @param unit how many bytes reach the media whole
   * @param look what is done with a cut; false to see no more
   */
  Cuts(int unit, RandomGenerator random, Predicate<Cut> look) {
    this.unit = unit;
    this.random = random;
    this.look = look;
  }

  /**
   * What is left.
   *
   * @param media the bytes
   * @param lost whether the call had returned and something of it is missing all the same
   * @param what which cut it is
   */
  record Cut(Sparse media, boolean lost, String what) {
  }

  private record Unit(int write, long offset, byte[] bytes, int from, int length) {
  }

  /** Looks at all cuts of a call that made these events on this media. */
  void of(Sparse start, List<Event> events) {
    Sparse base = start.copy();
    List<Event> pending = new ArrayList<>();
    int epoch = 0;
    for (Event event : events) {
      if (event == Event.BARRIER) {
        epoch(base, pending, "epoch " + epoch++, false);
        pending.forEach(write -> base.write(write.offset(), write.bytes(), 0, write.bytes().length));
        pending.clear();
      } else {
        pending.add(event);
      }
    }
    epoch(base, pending, "after the return", true);
  }

  private void epoch(Sparse base, List<Event> writes, String where, boolean returned) {
    List<Unit> units = units(base, writes);
    if (units.size() <= EXHAUSTIVE) {
      for (int subset = 0; subset < 1 << units.size(); subset++) {
        int chosen = subset;
        cut(base, units, i -> (chosen >> i & 1) != 0, where + ", subset " + subset + " of units", returned);
      }
      return;
    }
    int subsets = 1 << Math.min(writes.size(), EXHAUSTIVE);
    for (int subset = 0; subset < subsets; subset++) {
      int chosen = writes.size() <= EXHAUSTIVE ? subset : random.nextInt();
      cut(base, units, i -> (chosen >> units.get(i).write & 1) != 0, where + ", writes " + chosen, returned);
    }
    for (int i : sampled(units.size(), PLACES)) {
      cut(base, units, at -> at < i, where + ", units before " + i, returned);
      cut(base, units, at -> at >= i, where + ", units from " + i, returned);
    }
    for (int i : sampled(units.size(), LONE)) {
      cut(base, units, at -> at == i, where + ", unit " + i + " alone", returned);
      cut(base, units, at -> at != i, where + ", all but unit " + i, returned);
    }
    for (int i = 0; i < SAMPLES; i++) {
      boolean[] sample = sample(units, writes.size());
      cut(base, units, at -> sample[at], where + ", sample " + i, returned);
    }
  }

  /** {@return the units that a write changes, whatever writes of the epoch have come before it} */
  private List<Unit> units(Sparse base, List<Event> writes) {
    List<Unit> units = new ArrayList<>();
    Sparse after = base.copy();
    for (int write = 0; write < writes.size(); write++) {
      Event event = writes.get(write);
      int length = event.bytes().length;
      for (int from = 0; from < length;) {
        int count = (int) Math.min(length - from, unit - (event.offset() + from) % unit);
        long at = event.offset() + from;
        if (!base.same(at, event.bytes(), from, count) || !after.same(at, event.bytes(), from, count)) {
          units.add(new Unit(write, at, event.bytes(), from, count));
        }
        from += count;
      }
      after.write(event.offset(), event.bytes(), 0, length);
    }
    return units;
  }

  private List<Integer> sampled(int count, int most) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (count <= most || random.nextInt(count) < most || i < most / 4 || i >= count - most / 4) {
        numbers.add(i);
      }
    }
    return numbers;
  }

  private boolean[] sample(List<Unit> units, int writes) {
    boolean[] chosen = new boolean[units.size()];
    int from = 0;
    for (int write = 0; write < writes; write++) {
      int to = from;
      while (to < units.size() && units.get(to).write == write) {
        to++;
      }
      int kind = random.nextInt(6);
      int place = from + (to == from ? 0 : Math.min(random.nextInt(to - from), random.nextInt(to - from)));
      double density = random.nextDouble();
      for (int i = from; i < to; i++) {
        chosen[i] = switch (kind) {
          case 0 -> false;
          case 1 -> true;
          case 2 -> i < place;
          case 3 -> i >= place;
          case 4 -> i == place;
          default -> random.nextDouble() < density;
        };
      }
      from = to;
    }
    return chosen;
  }

  private void cut(Sparse base, List<Unit> units, IntPredicate chosen, String what, boolean returned) {
    if (stopped) {
      return;
    }
    Sparse media = base.copy();
    boolean whole = true;
    for (int i = 0; i < units.size(); i++) {
      Unit piece = units.get(i);
      if (chosen.test(i)) {
        media.write(piece.offset, piece.bytes, piece.from, piece.length);
      } else {
        whole = false;
      }
    }
    stopped = !look.test(new Cut(media, returned && !whole, what));
  }
}
