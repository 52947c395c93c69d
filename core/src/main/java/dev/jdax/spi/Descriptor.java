// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

/**
 * A file that is open until {@link #close}.
 *
 * @param number the number of its descriptor
 * @param closing what closes it; does nothing where it stays open for others
 */
public record Descriptor(int number, Runnable closing) implements AutoCloseable {
  @Override
  public void close() {
    closing.run();
  }
}
