// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;

/** What media are read through. */
@FunctionalInterface
interface MediaReader {
  /**
   * {@return bytes of the media, as many as asked for}
   *
   * @param offset where they begin in the file
   * @param length how many
   * @throws IOException if they cannot be read
   */
  byte[] read(long offset, int length) throws IOException;

  /**
   * {@return what the media hold there, in a word or two, for a refusal; an edit that is under way ends}
   *
   * @param offset where it begins in the file
   */
  default String kindOfContent(long offset) {
    return "data";
  }
}
