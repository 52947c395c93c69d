// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

/**
 * Which file it is, whatever it is called: two paths or descriptors with equal ids are one file.
 *
 * @param device {@code st_dev}
 * @param inode {@code st_ino}
 */
public record FileId(long device, long inode) {
}
