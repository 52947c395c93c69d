// SPDX-License-Identifier: Apache-2.0
/**
 * Device DAX for the JVM: memory that differs from ordinary RAM, mapped strictly, shared, and page-aligned, with no
 * file system in between.
 *
 * <p>A {@link dev.jdax.DaxBus} holds {@linkplain dev.jdax.DaxRegion regions}; a region is carved into
 * {@linkplain dev.jdax.DaxDevice devices}; a device is {@linkplain dev.jdax.DaxMapping mapped}. The words and rules are
 * those of Linux's {@code drivers/dax}; {@code docs/contract.md} states each rule, and how each kind of memory keeps
 * it.
 *
 * <p>Arguments that are wrong whatever the device (null, negative, offset and length that overflow) are
 * {@link java.lang.IllegalArgumentException}, {@link java.lang.NullPointerException} or
 * {@link java.lang.IndexOutOfBoundsException}. What this device, in this state, cannot do is a
 * {@link dev.jdax.DaxException} with the errno that Linux gives. Use after close is
 * {@link java.lang.IllegalStateException}. Every type here may be used by any thread.
 */
package dev.jdax;
