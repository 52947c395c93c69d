// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

import dev.jdax.ByteSize;

/**
 * Where a program did something about the durability of its stores, and so where the memory was looked at.
 *
 * @param number how many there were before it, and one: the first has 1
 * @param kind what was done there
 * @param offset where the range begins that was flushed, in bytes; 0 where there is none
 * @param length how long it is, in bytes; 0 where there is none
 * @param calledFrom the program's own calls that led there, the last one first, at most 16; none at the end
 */
public record Point(int number, Kind kind, long offset, long length, List<StackTraceElement> calledFrom) {
  /** How many callers the message of a failure shows. */
  private static final int SHOWN = 3;

  /** What was done. */
  public enum Kind {
    /** Stores were kept in order: {@link dev.jdax.DaxMapping#storeFence}, or a copy or fill began. */
    FENCE,
    /** Lines were flushed. */
    FLUSH,
    /** What the thread had flushed was waited for. */
    DRAIN,
    /** Both in one; so ends a copy, or a fill. */
    PERSIST,
    /** The program returned. */
    END
  }

  /** Copies the list. */
  public Point {
    Objects.requireNonNull(kind, "kind");
    calledFrom = List.copyOf(calledFrom);
  }

  /**
   * {@return number, kind, range, and the innermost of the calls}
   */
  @Override
  public String toString() {
    String what = kind == Kind.END ? "the end of the program" : kind.name().toLowerCase(Locale.ROOT);
    String range = length == 0 ? "" : " of " + ByteSize.format(length) + " at " + ByteSize.hex(offset);
    return "point " + number + ", " + what + range + (calledFrom.isEmpty() ? "" : " in " + call(calledFrom.getFirst()));
  }

  /** {@return the calls around the innermost, in words; nothing if there are none} */
  String callers() {
    return calledFrom.size() < 2
        ? ""
        : calledFrom.stream().skip(1).limit(SHOWN).map(Point::call)
            .collect(Collectors.joining(", by ", ", called by ", ""));
  }

  private static String call(StackTraceElement call) {
    String type = call.getClassName();
    return type.substring(type.lastIndexOf('.') + 1) + "." + call.getMethodName() + "(" + call.getFileName() + ":"
        + call.getLineNumber() + ")";
  }
}
