// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.Set;
import java.util.UUID;

import dev.jdax.ByteSize;
import dev.jdax.pmem.InfoBlock.Signature;

/**
 * A namespace as seen from its info block.
 *
 * @param parentUuid its uuid, nil if it has no label
 * @param start the physical address at which it begins
 * @param size how long it is, in bytes
 * @param fileOffset where it begins in the file
 * @param allowed the signatures that its label's abstraction lets Linux look for; all of them without a label
 * @param blockOffset where Linux looks for the block in it: at 0 for a BTT of version 2, else at 4096
 */
record Surroundings(UUID parentUuid, long start, long size, long fileOffset, Set<Signature> allowed,
    int blockOffset) {
  /** Without a label, or without an abstraction in it, Linux looks for all. */
  static final Set<Signature> ALL = Set.of(Signature.values());

  Surroundings {
    allowed = Set.copyOf(allowed);
    if (start < 0 || size < 0 || start + size < 0) {
      throw new IllegalArgumentException("a namespace of " + size + " bytes at " + ByteSize.hex(start)
          + " does not lie below 2^63");
    }
  }

  /** A namespace whose block is at the usual place. */
  Surroundings(UUID parentUuid, long start, long size, long fileOffset, Set<Signature> allowed) {
    this(parentUuid, start, size, fileOffset, allowed, InfoBlock.OFFSET);
  }
}
