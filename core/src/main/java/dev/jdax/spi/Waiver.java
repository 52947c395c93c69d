// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

/** A promise that a caller does without, by name, where memory cannot keep it. */
public enum Waiver {
  /** That one fault brings in a block of the alignment: mappings are aligned, and faults may be smaller. */
  GRANULARITY,
  /** That all of the memory is there before it is touched: a file may have holes, and a touch may fail. */
  ALLOCATION
}
