// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

/**
 * One device of a region, and never another one: an id is given again when its device is deleted, a key is not.
 *
 * @param id its id in the region
 * @param incarnation which of the devices that have had this id it is: a number that no other of them has
 */
public record DeviceKey(int id, long incarnation) {
}
