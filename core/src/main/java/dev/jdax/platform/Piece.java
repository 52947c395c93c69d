// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * A part of an open file that is to be mapped; several make one run of addresses.
 *
 * @param descriptor the number of the open file
 * @param fileOffset where the part begins, in bytes, a multiple of the alignment
 * @param length how long it is, in bytes, a positive multiple of the alignment
 */
public record Piece(int descriptor, long fileOffset, long length) {
}
