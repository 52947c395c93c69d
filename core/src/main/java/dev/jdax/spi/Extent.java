// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

/**
 * A part of a file.
 *
 * @param fileOffset where it begins, in bytes
 * @param length how long it is, in bytes
 */
public record Extent(long fileOffset, long length) {
}
