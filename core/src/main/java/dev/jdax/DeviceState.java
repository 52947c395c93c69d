// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/** Where a device is in its life. */
public enum DeviceState {
  /** Of size 0, not bound. */
  EMPTY,
  /** It has ranges, and is not bound: it can be resized and cannot be mapped. */
  SIZED,
  /** Bound to its driver: it can be mapped, and neither resized nor deleted. */
  BOUND,
  /** Deleted, or its region is gone: every call says ENXIO, also when its name has been given again. */
  DEAD
}
