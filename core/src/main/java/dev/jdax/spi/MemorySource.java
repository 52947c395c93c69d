// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

/**
 * Something physical, or a description of it, of which a driver can make a region.
 *
 * <p>Its {@code toString} says in a few words what it is, for the sentences of errors.
 */
public interface MemorySource {
}
