// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Optional;

/** Where the kernel keeps the page structures of a namespace's memory: 64 bytes for each 4 KiB. */
public enum MapLocation {
  /** In the machine's own RAM. */
  RAM(1, "mem"),
  /** On the namespace itself, between info block and data; costs a 64th of it. */
  DEVICE(2, "dev");

  private final int mode;
  private final String word;

  MapLocation(int mode, String word) {
    this.mode = mode;
    this.word = word;
  }

  /**
   * {@return the number of an info block's field {@code mode}}
   */
  public int mode() {
    return mode;
  }

  /**
   * {@return the location of a number on media, or empty if Linux takes no such number}
   *
   * @param mode an info block's field {@code mode}
   */
  public static Optional<MapLocation> ofMode(int mode) {
    return switch (mode) {
      case 1 -> Optional.of(RAM);
      case 2 -> Optional.of(DEVICE);
      default -> Optional.empty();
    };
  }

  /**
   * {@return the location of a word, or empty if it is none}
   *
   * @param word {@code mem} or {@code dev}, as after ndctl's option {@code -M}
   */
  public static Optional<MapLocation> ofWord(String word) {
    for (MapLocation location : values()) {
      if (location.word.equals(word)) {
        return Optional.of(location);
      }
    }
    return Optional.empty();
  }

  /**
   * {@return ndctl's word: {@code mem} or {@code dev}}
   */
  @Override
  public String toString() {
    return word;
  }
}
