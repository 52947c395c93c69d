// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.Collection;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The first few of many things, as a sentence names them. Media, a user or the kernel decide how many things there are;
 * a sentence stays short enough to be read.
 */
public final class FirstFew {
  private static final int NAMED = 8;

  private FirstFew() {
  }

  /**
   * {@return the first eight things in words, and how many more there are, such as {@code a, b and 17 more}}
   *
   * @param <T> what they are
   * @param things the things, in the order in which they are named
   * @param separator what comes between two of them
   * @param words how one of them is named
   */
  public static <T> String of(Collection<T> things, String separator, Function<? super T, String> words) {
    String first = things.stream().limit(NAMED).map(words).collect(Collectors.joining(separator));
    return things.size() <= NAMED ? first : first + " and " + (things.size() - NAMED) + " more";
  }

  /**
   * {@return the first eight names, with a comma between two of them, and how many more there are}
   *
   * @param names the names
   */
  public static String of(Collection<String> names) {
    return of(names, ", ", Function.identity());
  }
}
