// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.Map;
import java.util.OptionalInt;

import dev.jdax.PageSize;

/**
 * What a region is, at the moment of asking.
 *
 * @param id its id if the driver gives it; else the bus does
 * @param dynamic whether devices can be created, resized and destroyed; a static region has one device, of one range
 * @param start the address of its first byte
 * @param size its size in bytes
 * @param availableSize what no device has, in bytes
 * @param alignment the alignment that a new device gets
 * @param targetNode the NUMA node of the memory, -1 if that is not known
 * @param properties further attributes that only this kind of region has, by name, with the text that they show
 */
public record RegionInfo(OptionalInt id, boolean dynamic, long start, long size, long availableSize, PageSize alignment,
    int targetNode, Map<String, String> properties) {
}
