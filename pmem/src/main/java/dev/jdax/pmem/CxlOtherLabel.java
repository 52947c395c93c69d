// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.UUID;

/**
 * A label of CXL memory in a format that jdax does not know: vendors may have formats of their own.
 *
 * @param bytes its 256 bytes
 */
public record CxlOtherLabel(Bytes bytes) implements CxlLabel {
  /**
   * Takes the bytes as they are.
   *
   * @throws IllegalArgumentException if there are not 256
   */
  public CxlOtherLabel {
    if (bytes.length() != SIZE) {
      throw new IllegalArgumentException("a CXL label has " + SIZE + " bytes, not " + bytes.length());
    }
  }

  private ByteBuffer in() {
    return ByteBuffer.wrap(bytes.toArray()).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public UUID type() {
    return Guids.takeInStringOrder(in());
  }

  @Override
  public Optional<Long> saidSlot() {
    return Optional.empty();
  }

  @Override
  public long checksum() {
    return in().getLong(LabelField.CHECKSUM);
  }

  @Override
  public byte[] toBytes() {
    return bytes.toArray();
  }
}
