// SPDX-License-Identifier: Apache-2.0
/**
 * Boots a stock Debian kernel in QEMU, with the memory that a test asks for, runs a script or Java in it, and brings
 * the results back. Sizes are words of QEMU and Linux, such as 512M, and are handed on as they are.
 */
package dev.jdax.guest;
