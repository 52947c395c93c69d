// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A line of the cache of which the media may hold one state of several: the durable one, or what was seen of it since.
 *
 * <p>The CPU may write a line back whenever it likes, whole, and stores to one line in the order in which they are
 * made. So the media hold a version, and of the stores between that one and the next any: each word whole or not at
 * all. Versions that are known to be durable have no others before them.
 */
final class Line {
  /** What reaches media whole, in bytes. */
  static final int WORD = 8;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private static final int TRIES = 1000;

  private final long offset;
  private final boolean whole;
  private long[] durable;
  /** What was seen since it was durable; the first is number {@code dropped + 1}. */
  private final List<Version> versions = new ArrayList<>();
  private int dropped;
  /** The number of the durable state, as {@link Version#state} counts. */
  private int durableState;

  /** What was seen at a point. */
  private static final class Version {
    final long[] words;
    final int changed;
    final Point seen;
    /** The number of its last state, in which all words that changed are there: counted since the line is watched. */
    final int state;
    /** Whether none of its states has some of the words that changed and not the others. */
    final boolean whole;
    /** The first flush after it; null before. */
    Point flushed;

    Version(long[] words, int changed, Point seen, int stateBefore, boolean whole) {
      this.words = words;
      this.changed = changed;
      this.seen = seen;
      this.whole = whole;
      this.state = stateBefore + (whole ? 1 : (1 << Integer.bitCount(changed)) - 1);
    }

    /** {@return what the version before becomes if the {@code state}th subset of the words is there, from 1} */
    long[] after(long[] before, int state) {
      int there = whole ? changed : Integer.expand(state, changed);
      long[] some = before.clone();
      for (int i = 0; i < some.length; i++) {
        if ((there >> i & 1) != 0) {
          some[i] = words[i];
        }
      }
      return some;
    }
  }

  Line(long offset, long[] durable) {
    this(offset, durable, false);
  }

  /** @param whole whether stores between two points are all there or none */
  Line(long offset, long[] durable, boolean whole) {
    this.offset = offset;
    this.whole = whole;
    this.durable = durable;
  }

  long offset() {
    return offset;
  }

  static long[] read(MemorySegment memory, long offset, int bytes) {
    return memory.asSlice(offset, bytes).toArray(LONG);
  }

  /** Reads what other threads may be storing to: all words as they were at one time, if they let it be for a moment. */
  static long[] readAtOnce(MemorySegment memory, long offset, int bytes) {
    long[] words = read(memory, offset, bytes);
    for (int i = 0; i < TRIES; i++) {
      long[] again = read(memory, offset, bytes);
      if (Arrays.equals(words, again)) {
        break;
      }
      words = again;
    }
    return words;
  }

  static void write(MemorySegment memory, long offset, long[] words) {
    MemorySegment.copy(words, 0, memory, LONG, offset, words.length);
  }

  /** {@return whether that was new} */
  boolean see(long[] words, Point point) {
    long[] before = newest();
    int changed = 0;
    for (int i = 0; i < words.length; i++) {
      changed |= words[i] == before[i] ? 0 : 1 << i;
    }
    if (changed != 0) {
      versions.add(new Version(words, changed, point, durableState + newestState(), whole));
    }
    return changed != 0;
  }

  void flush(Point point) {
    for (Version version : versions.reversed()) {
      if (version.flushed != null) {
        break;
      }
      version.flushed = point;
    }
  }

  /** {@return the number of the newest version} */
  int version() {
    return dropped + versions.size();
  }

  /** Makes a version durable; gives false if it, or a newer one, is so already. */
  boolean makeDurable(int version) {
    int count = version - dropped;
    if (count <= 0) {
      return false;
    }
    durable = versions.get(count - 1).words;
    durableState = versions.get(count - 1).state;
    versions.subList(0, count).clear();
    dropped = version;
    return true;
  }

  boolean isDurable() {
    return versions.isEmpty();
  }

  long[] durable() {
    return durable;
  }

  private long[] newest() {
    return versions.isEmpty() ? durable : versions.getLast().words;
  }

  /** {@return how many states it may be in: 0 is the durable one, the last one is the newest} */
  int states() {
    return newestState() + 1;
  }

  /** {@return the newest state} */
  int newestState() {
    return versions.isEmpty() ? 0 : versions.getLast().state - durableState;
  }

  /** {@return the state that it had when the memory was looked at there} */
  int stateAt(int point) {
    int count = first(version -> version.seen.number() > point);
    return count == 0 ? 0 : versions.get(count - 1).state - durableState;
  }

  /** {@return the newest state if the line was seen to have changed there or later; otherwise the durable one} */
  int stateSince(int point) {
    return !versions.isEmpty() && versions.getLast().seen.number() >= point ? newestState() : 0;
  }

  /** {@return the numbers of the points, or of the last 64 of them, at which it was seen to have changed} */
  List<Integer> seenAt() {
    return versions.subList(Math.max(versions.size() - 64, 0), versions.size()).stream()
        .map(version -> version.seen.number()).toList();
  }

  /** {@return the index of the first version of which something holds that holds of all after it; or their number} */
  private int first(Predicate<Version> holds) {
    int from = 0;
    for (int to = versions.size(); from < to;) {
      int middle = (from + to) / 2;
      if (holds.test(versions.get(middle))) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  /** {@return the index of the version that a state, which is not 0, has the last words of} */
  private int versionOf(int state) {
    return first(version -> version.state - durableState >= state);
  }

  /** {@return what is in a state} */
  long[] words(int state) {
    if (state == 0) {
      return durable;
    }
    int index = versionOf(state);
    boolean isFirst = index == 0;
    return versions.get(index).after(isFirst ? durable : versions.get(index - 1).words,
        state - (isFirst ? 0 : versions.get(index - 1).state - durableState));
  }

  /** {@return how many words differ between two states} */
  int distance(int state, int other) {
    return differing(state, other).size();
  }

  /** {@return the indices of the words that differ between two states} */
  private List<Integer> differing(int state, int other) {
    long[] words = words(state);
    long[] others = words(other);
    List<Integer> differing = new ArrayList<>();
    for (int i = 0; i < words.length; i++) {
      if (words[i] != others[i]) {
        differing.add(i);
      }
    }
    return differing;
  }

  /** {@return the words that are not as they were last seen, if this state is what is left} */
  List<Word> lost(int state) {
    return differing(state, newestState()).stream().map(i -> word(i, words(state)[i], versions.size())).toList();
  }

  /** {@return the words that are not as they are durable, if this state is what is left} */
  List<Word> kept(int state) {
    int last = state == 0 ? 0 : versionOf(state) + 1;
    return differing(state, 0).stream().map(i -> word(i, words(state)[i], last)).toList();
  }

  /** {@return a word with the history of the last store to it that was seen in the first {@code among} versions} */
  private Word word(int i, long left, int among) {
    for (int number = among - 1; number >= 0; number--) {
      Version version = versions.get(number);
      if ((version.changed >> i & 1) != 0) {
        return new Word(offset + (long) i * WORD, durable[i], version.words[i], left, version.seen,
            Optional.ofNullable(version.flushed));
      }
    }
    throw new AssertionError("word " + i + " of the line at " + offset + " has never changed");
  }

  /** {@return what of it is not durable now} */
  List<Word> notDurable() {
    return differing(0, newestState()).stream().map(i -> word(i, durable[i], versions.size())).toList();
  }
}
