// SPDX-License-Identifier: Apache-2.0
/**
 * The devices that Linux has: {@code /dev/daxX.Y} and {@code /sys/bus/dax}, behind the same classes as all others.
 *
 * <p>{@link dev.jdax.kernel.Dax} opens and lists them. What is read is read again each time, never remembered; what is
 * changed is changed by a write to sysfs, in the order that daxctl has, and checked afterwards where the kernel says
 * success and does nothing.
 */
package dev.jdax.kernel;
