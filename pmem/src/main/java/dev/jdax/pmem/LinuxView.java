// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Locale;

/** What Linux makes of a namespace when it finds it. */
public enum LinuxView {
  /** A character device, {@code /dev/daxX.Y}. */
  DEVDAX,
  /** A block device with struct pages, for a file system with DAX. */
  FSDAX,
  /** A block device with atomic sectors (BTT). */
  SECTOR,
  /** A plain block device over everything, info block included. */
  RAW,
  /** Nothing at all: its driver fails. */
  NONE,
  /** Not known: the image holds a part of the namespace, or of what Linux would look at. */
  UNKNOWN;

  /**
   * {@return the word in JSON, as ndctl writes modes}
   */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
