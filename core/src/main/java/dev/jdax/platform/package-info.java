// SPDX-License-Identifier: Apache-2.0
/**
 * Linux system calls and the CPU's cache, and nothing else: the only floor that touches {@code java.lang.foreign}'s
 * restricted methods.
 *
 * <p>{@link dev.jdax.platform.LinuxCalls} is the seam: one method, behind which a test can count the calls of a good
 * run and then fail any one of them. {@link dev.jdax.platform.SystemCall}, {@link dev.jdax.platform.Abi} and {@link
 * dev.jdax.platform.Structs} are the C headers as data. What the floors above use are the owned things: {@link
 * dev.jdax.platform.Fd}, a descriptor, and {@link dev.jdax.platform.Reservation}, a run of addresses; and {@link
 * dev.jdax.platform.CpuCache}, what is between a store and memory. No public method takes or gives a raw
 * address. This package knows nothing of the rest of jdax and is not exported.
 */
package dev.jdax.platform;
