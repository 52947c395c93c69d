// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.BitSet;

/**
 * Gives out numbers from 0, always the lowest that is free: what {@code ida_alloc} is in Linux.
 *
 * <p>Its user locks it.
 */
public final class LowestFree {
  private final BitSet taken = new BitSet();
  /** No number below this one is free. */
  private int floor;

  /** Makes one of which nothing is taken. */
  public LowestFree() {
  }

  /**
   * Takes the lowest number that is free.
   *
   * @return the number
   */
  public int take() {
    int number = taken.nextClearBit(floor);
    taken.set(number);
    floor = number + 1;
    return number;
  }

  /**
   * Takes a given number, whether or not it is free.
   *
   * @param number the number
   */
  public void take(int number) {
    taken.set(number);
  }

  /**
   * Gives a number back.
   *
   * @param number one that was taken
   */
  public void give(int number) {
    floor = Math.min(floor, number); // first: too low a floor does no harm
    taken.clear(number);
  }
}
