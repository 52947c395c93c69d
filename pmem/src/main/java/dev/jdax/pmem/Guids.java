// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The two orders in which media keep the 16 bytes of a UUID.
 *
 * <p>In string order the bytes stand as they are written. In the order of GUIDs the first three groups, of 4, 2 and 2
 * bytes, are little-endian numbers, and the rest is as it is written. All buffers here are little-endian.
 */
final class Guids {
  static final UUID NULL = new UUID(0, 0);

  private Guids() {
  }

  static UUID takeInStringOrder(ByteBuffer from) {
    return new UUID(Long.reverseBytes(from.getLong()), Long.reverseBytes(from.getLong()));
  }

  static void putInStringOrder(ByteBuffer to, UUID uuid) {
    to.putLong(Long.reverseBytes(uuid.getMostSignificantBits()));
    to.putLong(Long.reverseBytes(uuid.getLeastSignificantBits()));
  }

  static UUID takeInGuidOrder(ByteBuffer from) {
    long first = Integer.toUnsignedLong(from.getInt());
    long second = Short.toUnsignedLong(from.getShort());
    long third = Short.toUnsignedLong(from.getShort());
    return new UUID(first << 32 | second << 16 | third, Long.reverseBytes(from.getLong()));
  }

  static void putInGuidOrder(ByteBuffer to, UUID guid) {
    long groups = guid.getMostSignificantBits();
    to.putInt((int) (groups >> 32)).putShort((short) (groups >> 16)).putShort((short) groups);
    to.putLong(Long.reverseBytes(guid.getLeastSignificantBits()));
  }
}
