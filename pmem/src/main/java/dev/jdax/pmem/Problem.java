// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.file.Path;

import dev.jdax.ByteSize;

/**
 * Something on media that is not as it should be.
 *
 * @param structure what it is in, such as {@code info block}
 * @param field the field, such as {@code mode}
 * @param offset where the field is in the file, in bytes
 * @param value what is there
 * @param allowed what may stand there
 * @param consequence what Linux does because of it
 */
public record Problem(String structure, String field, long offset, String value, String allowed, String consequence) {
  /** {@return the same, of one of several files} */
  Problem of(Path file) {
    return new Problem(structure + " of " + file, field, offset, value, allowed, consequence);
  }

  /**
   * {@return all of it in one sentence}
   */
  @Override
  public String toString() {
    return structure + ": " + field + " at " + ByteSize.hex(offset) + " is " + value + ", allowed is " + allowed + "; "
        + consequence;
  }
}
