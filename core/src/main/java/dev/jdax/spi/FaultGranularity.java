// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import dev.jdax.PageSize;

/** How memory is faulted in, and whether that is good enough for an alignment. */
public interface FaultGranularity {
  /**
   * {@return how much memory one page fault brings in}
   */
  PageSize granularity();

  /**
   * {@return whether the caller has waived, by name, that the fault granularity is the alignment}
   */
  default boolean granularityWaived() {
    return false;
  }

  /**
   * {@return whether the memory can be mapped at an alignment: its granularity is that, or smaller and waived}
   *
   * @param alignment the alignment
   */
  default boolean serves(PageSize alignment) {
    return serves(granularity(), granularityWaived(), alignment);
  }

  /**
   * {@return whether memory can be mapped at an alignment}
   *
   * @param granularity how much of it one page fault brings in
   * @param waived whether smaller faults are accepted
   * @param alignment the alignment
   */
  static boolean serves(PageSize granularity, boolean waived, PageSize alignment) {
    return granularity == alignment || waived && granularity.compareTo(alignment) < 0;
  }
}
