// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.Optional;
import java.util.OptionalInt;

import dev.jdax.PageSize;

/**
 * What a region is, at the moment of asking.
 *
 * @param id its id if the driver gives it; else the bus does
 * @param dynamic whether devices can be created, resized and destroyed; a static region has one device, of one range
 * @param start the address of its first byte, -1 if that is not known
 * @param size its size in bytes
 * @param availableSize what no device has, in bytes
 * @param alignment the alignment that a new device gets, or empty where it may not be read
 * @param targetNode the NUMA node of the memory, -1 if that is not known
 */
public record RegionInfo(OptionalInt id, boolean dynamic, long start, long size, long availableSize,
    Optional<PageSize> alignment, int targetNode) {
}
