// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.util.List;

import dev.jdax.ByteSize;

/**
 * A power failure may leave what a check does not accept. The message says where the power failed, what was lost and
 * what was kept, and how to see it again; the cause is what the check said.
 */
public final class BrokenByPowerFailure extends AssertionError {
  private static final long serialVersionUID = 1;
  /** How many ranges of each kind the message has. */
  private static final int SHOWN = 8;

  private final long seed;
  private final transient Point point;
  private final long cut;
  private final transient List<Word> lost;
  private final transient List<Word> kept;

  BrokenByPowerFailure(long seed, Point point, long cut, Shrinking.Found found, History history) {
    super(message(seed, point, cut, found, history), found.said());
    this.seed = seed;
    this.point = point;
    this.cut = cut;
    this.lost = List.copyOf(found.lost());
    this.kept = List.copyOf(found.kept());
  }

  /**
   * {@return the seed, for {@link PowerFailures#withSeed}}
   */
  public long seed() {
    return seed;
  }

  /**
   * {@return the point before whose effect the power failed}
   */
  public Point point() {
    return point;
  }

  /**
   * {@return which cut of that point it was that was found first, from 1}
   */
  public long cut() {
    return cut;
  }

  /**
   * {@return as few words as could be found whose loss breaks the check where all others are kept; none, if what the
   * program had in memory at that point breaks it}
   */
  public List<Word> lost() {
    return lost;
  }

  /**
   * {@return as few words as could be found that break the check where all others are lost; none, if what was durable
   * breaks it}
   */
  public List<Word> kept() {
    return kept;
  }

  private static String message(long seed, Point point, long cut, Shrinking.Found found, History history) {
    StringBuilder text = new StringBuilder("the check fails on what a power failure may leave before ").append(point)
        .append(" has taken effect").append(point.callers()).append(": ").append(found.said());
    if (found.lost().isEmpty()) {
      text.append("\n  although nothing is lost: the program itself had this in memory");
    } else {
      text.append("\n  if this is lost, and all else is kept:");
      describe(text, found.lost(), history, point);
    }
    if (!found.kept().isEmpty()) {
      text.append("\n  or if this is kept, and all else is lost that was not durable:");
      describe(text, found.kept(), history, point);
    } else if (!found.lost().isEmpty()) {
      text.append("\n  or if all is lost that was not durable");
    }
    if (isOfOneLine(found)) {
      text.append("\n  what is lost and what is kept was stored to one line between the same two points: if the program"
          + " orders the two stores\n  (setRelease, setVolatile, a fence), put storeFence() between them, or test"
          + " withWholeLines()");
    }
    return text.append("\n  this was cut ").append(cut).append(" there; withSeed(").append(seed)
        .append("L) gives it again.").toString();
  }

  /** {@return whether the order of two stores to one line, of which nothing was seen, may rule the failure out} */
  private static boolean isOfOneLine(Shrinking.Found found) {
    return found.lost().stream().anyMatch(lost -> found.kept().stream().anyMatch(kept -> lost.seen() == kept.seen()
        && lost.offset() / PowerFailures.LINE == kept.offset() / PowerFailures.LINE));
  }

  private static void describe(StringBuilder text, List<Word> words, History history, Point end) {
    int shown = 0;
    for (int from = 0; from < words.size(); shown++) {
      Word first = words.get(from);
      int to = from + 1;
      while (to < words.size() && follows(words.get(to - 1), words.get(to))) {
        to++;
      }
      if (shown == SHOWN) {
        text.append("\n    and ").append(words.size() - from).append(" words more");
        return;
      }
      describe(text, first, (long) (to - from) * Line.WORD, history, end);
      from = to;
    }
  }

  private static boolean follows(Word word, Word next) {
    return next.offset() == word.offset() + Line.WORD && next.seen() == word.seen()
        && next.flushed().equals(word.flushed());
  }

  private static void describe(StringBuilder text, Word word, long length, History history, Point end) {
    text.append("\n    ").append(ByteSize.format(length)).append(" at ").append(ByteSize.hex(word.offset()));
    if (length == Line.WORD) {
      text.append(" (").append(ByteSize.hex(word.left())).append(", durable ").append(ByteSize.hex(word.durable()))
          .append(", stored ").append(ByteSize.hex(word.stored())).append(')');
    }
    text.append("\n      stored ").append(history.before(word.seen()).map(before -> "after " + before + ", and ")
        .orElse("")).append("before ").append(word.seen());
    word.flushed().filter(flush -> flush != end).ifPresentOrElse(
        flush -> text.append("\n      flushed ").append(flush == word.seen() ? "there" : "at " + flush)
            .append(", and not yet drained by that thread"),
        () -> text.append("\n      not flushed"));
    history.drainBehind(word, end)
        .ifPresent(drain -> text.append("\n      so it was not made durable by ").append(drain));
  }
}
