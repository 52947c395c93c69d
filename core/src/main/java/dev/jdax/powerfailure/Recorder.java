// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.io.IOException;
import java.lang.StackWalker.StackFrame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

import dev.jdax.DaxMapping;
import dev.jdax.spi.StoreObserver;

/**
 * Watches the memory of a program: compares it at every point with what was seen there last, keeps what the media may
 * hold, and looks at the cuts.
 *
 * <p>The point comes first and its effect second: at a drain all that it is to make durable may still be lost. At a
 * flush of memory that is as it was at the last look nothing is looked at: the next drain, or the end, does that.
 */
final class Recorder implements StoreObserver {
  private static final int CALLS = 16;
  private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private final PowerFailures settings;
  private final CutMemory cuts;
  private final int block;

  /** Held while a thread is at a point: guards all that follows. */
  private final Object lock = new Object();
  private final History history = new History();
  private final TreeMap<Long, Line> lines = new TreeMap<>();
  /** By thread, the lines that it has flushed and not waited for, and which version of each. */
  private final Map<Thread, Map<Line, Integer>> flushed = new HashMap<>();
  private final Map<List<Object>, Note> notes = new LinkedHashMap<>();
  private MemorySegment memory;
  /** What was seen of it at the last point. */
  private MemorySegment seen;
  private boolean recording;
  private boolean looking;
  private boolean changed;
  private long cutsSeen;
  private int sampledPoints;
  private BrokenByPowerFailure broken;

  Recorder(PowerFailures settings, CutMemory cuts) {
    this.settings = settings;
    this.cuts = cuts;
    this.block = settings.tearing().block();
  }

  /** Begins: what is in memory is durable. */
  void begin(MemorySegment live, Arena arena) throws IOException {
    synchronized (lock) {
      memory = live;
      seen = arena.allocate(live.byteSize(), PowerFailures.LINE).copyFrom(live);
      cuts.begin(live, arena);
      recording = true;
    }
  }

  /** Ends, when the program has returned. */
  Outcome end() {
    synchronized (lock) {
      at(Point.Kind.END, 0, 0);
      for (Line line : lines.values()) {
        for (Word word : line.notDurable()) {
          note(word.flushed().isPresent() ? Note.Kind.NOT_DRAINED : Note.Kind.NOT_FLUSHED, word.offset(), Line.WORD,
              word.seen());
        }
      }
      return new Outcome(settings.seed(), history.size(), cutsSeen, sampledPoints, List.copyOf(notes.values()));
    }
  }

  /**
   * Runs the check once more, on memory in which nothing is lost, when nobody can reach that of the program any more.
   *
   * @throws IllegalStateException if it passes no longer: it has looked at the program's memory
   */
  void requireIndependence() {
    synchronized (lock) {
      List<Line> pending = new ArrayList<>(lines.values());
      Throwable said = cuts.tried(pending, pending.stream().mapToInt(Line::newestState).toArray());
      if (said != null) {
        throw new IllegalStateException(
            "the check passes only while the memory of the program is open: it looks at that,"
                + " where a power failure has lost nothing, and not at what is left; use the memory that the check is given",
            said);
      }
    }
  }

  /** Watches no longer, and throws what was found: the program may not have let it through. */
  void stop() {
    synchronized (lock) {
      recording = false;
      if (broken != null) {
        throw broken;
      }
    }
  }

  @Override
  public void order() {
    at(Point.Kind.FENCE, 0, 0);
  }

  @Override
  public void flush(long offset, long length) {
    at(Point.Kind.FLUSH, offset, length);
  }

  @Override
  public void drain() {
    at(Point.Kind.DRAIN, 0, 0);
  }

  @Override
  public void persist(long offset, long length) {
    at(Point.Kind.PERSIST, offset, length);
  }

  private void at(Point.Kind kind, long offset, long length) {
    synchronized (lock) {
      if (!recording || broken != null) {
        return;
      }
      if (looking) {
        throw new IllegalStateException("the check used the memory of the program; it has what is left of it to use");
      }
      Point point = history.add(kind, offset, length, kind == Point.Kind.END ? List.of() : calls());
      see(point);
      boolean waits = kind == Point.Kind.DRAIN || kind == Point.Kind.PERSIST;
      if (changed || waits || kind == Point.Kind.END) {
        look(point);
      }
      if (kind == Point.Kind.FLUSH || kind == Point.Kind.PERSIST) {
        flushLines(point);
      }
      if (waits) {
        drainLines();
      }
    }
  }

  private static List<StackTraceElement> calls() {
    return STACK.walk(frames -> frames
        .dropWhile(frame -> frame.getDeclaringClass() != DaxMapping.class)
        .dropWhile(frame -> frame.getDeclaringClass() == DaxMapping.class)
        .takeWhile(frame -> frame.getDeclaringClass() != PowerFailures.class)
        .limit(CALLS).map(StackFrame::toStackTraceElement).toList());
  }

  private void see(Point point) {
    Differences.each(memory, seen, block, at -> {
      long[] words = Line.readAtOnce(memory, at, block);
      Line line = lines.computeIfAbsent(at, offset -> new Line(offset, Line.read(seen, offset, block),
          settings.tearing() == Tearing.NOTHING));
      changed |= line.see(words, point);
      Line.write(seen, at, words);
    });
  }

  private void flushLines(Point point) {
    if (point.length() == 0) {
      return;
    }
    long from = point.offset() / PowerFailures.LINE * PowerFailures.LINE;
    long to = Math.ceilDiv(point.offset() + point.length(), PowerFailures.LINE) * PowerFailures.LINE;
    Map<Line, Integer> mine = flushed.computeIfAbsent(Thread.currentThread(), thread -> new HashMap<>());
    boolean needed = false;
    for (Line line : lines.subMap(from, to).values()) {
      line.flush(point);
      Integer before = mine.put(line, line.version());
      needed |= before == null || before < line.version();
    }
    if (!needed) {
      note(Note.Kind.FLUSHED_UNCHANGED, point.offset(), point.length(), point);
    }
  }

  private void drainLines() {
    Map<Line, Integer> mine = flushed.remove(Thread.currentThread());
    if (mine != null) {
      mine.forEach((line, version) -> {
        if (line.makeDurable(version)) {
          cuts.makeDurable(line);
          if (line.isDurable()) {
            lines.remove(line.offset());
          }
        }
      });
    }
  }

  private void look(Point point) {
    changed = false;
    List<Line> pending = new ArrayList<>(lines.values());
    Cuts these = new Cuts(pending, settings.allUpTo(), settings.samples(),
        new SplittableRandom(settings.seed() + point.number() * 0x9E3779B97F4A7C15L));
    if (!these.areAll()) {
      sampledPoints++;
    }
    long before = cutsSeen;
    looking = true;
    try {
      these.each(states -> {
        cutsSeen++;
        Throwable said = cuts.tried(pending, states);
        if (said != null) {
          Shrinking.Found found = new Shrinking(pending, some -> cuts.tried(pending, some)).from(states, said);
          broken = new BrokenByPowerFailure(settings.seed(), point, cutsSeen - before, found, history);
        }
        return said == null;
      });
    } finally {
      looking = false;
    }
    if (broken != null) {
      throw broken;
    }
  }

  /** One for each line of the program, and for what it stored in one go. */
  private void note(Note.Kind kind, long offset, long length, Point point) {
    StackTraceElement call = point.calledFrom().isEmpty() ? null : point.calledFrom().getFirst();
    List<Object> key = kind == Note.Kind.FLUSHED_UNCHANGED && call != null
        ? List.of(kind, call)
        : List.of(kind, point);
    Note before = notes.get(key);
    if (before == null) {
      notes.put(key, new Note(kind, offset, length, 1, point));
    } else if (kind == Note.Kind.FLUSHED_UNCHANGED) {
      notes.put(key, new Note(kind, before.offset(), before.length(), before.count() + 1, before.point()));
    } else if (before.offset() + before.length() == offset) {
      notes.put(key, new Note(kind, before.offset(), before.length() + length, before.count(), point));
    } else {
      notes.put(key, new Note(kind, before.offset(), before.length(), before.count() + 1, point));
    }
  }
}
