// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.EnumSet;
import java.util.Set;

/** What an {@link ImageEditor} does only when it is told to, by name: each may destroy what somebody still needs. */
public enum Force {
  /**
   * Writing although the kernel cannot say whether somebody else uses the image: it is a block device, on a file system
   * without leases, or another user's. What is seen to be in use is never written to.
   */
  UNSEEN_USERS,
  /** Emptying a label area that has labels in it, or that is damaged. */
  LABELS,
  /**
   * Changing the labels of one DIMM without the rest: of a DIMM that is interleaved with others, whose labels would no
   * longer fit, or of one of which the file has the label area alone.
   */
  ONE_DIMM,
  /**
   * Overwriting a sound info block that no label leads to. It has no second copy: a power failure during it leaves
   * neither the old one nor the new.
   */
  INFO_BLOCK,
  /** Writing over bytes that are not zero, and for which neither a label nor an info block accounts. */
  CONTENT;

  /**
   * {@return all of them, as the option {@code --force} means it}
   */
  public static Set<Force> all() {
    return EnumSet.allOf(Force.class);
  }

  /**
   * {@return none of them}
   */
  public static Set<Force> none() {
    return Set.of();
  }
}
