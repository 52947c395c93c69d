// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Bytes of media whose meaning is not known, or not needed, kept so that what was read can be written again. */
public final class Bytes {
  private final byte[] bytes;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * {@return a copy of a part of an array}
   *
   * @param source the array
   * @param from the first index
   * @param to the index after the last
   */
  public static Bytes copyOf(byte[] source, int from, int to) {
    return new Bytes(Arrays.copyOfRange(source, from, to));
  }

  /** {@return the next bytes of a buffer} */
  static Bytes take(ByteBuffer from, int length) {
    byte[] taken = new byte[length];
    from.get(taken);
    return new Bytes(taken);
  }

  /**
   * {@return so many zeros}
   *
   * @param length how many
   */
  public static Bytes zeros(int length) {
    return new Bytes(new byte[length]);
  }

  /**
   * {@return how many they are}
   */
  public int length() {
    return bytes.length;
  }

  /**
   * {@return them, in an array of their own}
   */
  public byte[] toArray() {
    return bytes.clone();
  }

  /**
   * {@return whether all of them are zero}
   */
  public boolean isZero() {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /**
   * {@return them in hexadecimal}
   */
  @Override
  public String toString() {
    return isZero() ? bytes.length + " zero bytes" : HexFormat.of().formatHex(bytes);
  }
}
