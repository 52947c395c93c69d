// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The points of a program, in their order. */
final class History {
  private final List<Point> points = new ArrayList<>();
  /** Most points are reached in a few ways, which they share. */
  private final Map<List<StackTraceElement>, List<StackTraceElement>> ways = new HashMap<>();

  /** Adds one. */
  Point add(Point.Kind kind, long offset, long length, List<StackTraceElement> calledFrom) {
    List<StackTraceElement> way = ways.computeIfAbsent(calledFrom, List::copyOf);
    Point point = new Point(points.size() + 1, kind, offset, length, way);
    points.add(point);
    return point;
  }

  int size() {
    return points.size();
  }

  Optional<Point> before(Point point) {
    return point.number() == 1 ? Optional.empty() : Optional.of(points.get(point.number() - 2));
  }

  /** {@return the first drain after a store, before the end, that had not made it durable} */
  Optional<Point> drainBehind(Word word, Point end) {
    return points.subList(word.seen().number() - 1, end.number() - 1).stream()
        .filter(point -> point.kind() == Point.Kind.DRAIN || point.kind() == Point.Kind.PERSIST).findFirst();
  }
}
