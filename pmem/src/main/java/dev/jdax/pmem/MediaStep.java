// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import dev.jdax.ByteSize;

/**
 * One write to media, made or to be made.
 *
 * @param what what is written, in words
 * @param offset where it goes in the file
 * @param bytes the bytes
 * @param barrier whether jdax waits after it until everything written is safe from a power failure
 */
public record MediaStep(String what, long offset, Bytes bytes, boolean barrier) {
  static MediaStep of(String what, long offset, byte[] bytes) {
    return new MediaStep(what, offset, Bytes.copyOf(bytes, 0, bytes.length), false);
  }

  MediaStep withBarrier() {
    return new MediaStep(what, offset, bytes, true);
  }

  /**
   * {@return the step in words, such as {@code write 256 bytes at 0x4000100: index block 1; barrier}}
   */
  @Override
  public String toString() {
    return "write " + ByteSize.format(bytes.length()) + " at " + ByteSize.hex(offset) + ": " + what
        + (barrier ? "; barrier" : "");
  }
}
