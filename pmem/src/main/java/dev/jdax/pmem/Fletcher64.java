// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The checksum of every structure on NVDIMM media: Fletcher-64 over little-endian words of 32 bits
 * ({@code nd_fletcher64} in drivers/nvdimm/core.c).
 */
final class Fletcher64 {
  private Fletcher64() {
  }

  /** {@return the checksum of bytes, a multiple of 4 of them} */
  static long of(byte[] bytes) {
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int low = 0;
    int high = 0;
    while (words.hasRemaining()) {
      low += words.getInt();
      high += low;
    }
    return Integer.toUnsignedLong(high) << 32 | Integer.toUnsignedLong(low);
  }

  /** {@return the checksum of a structure whose own checksum, of 8 bytes at {@code field}, counts as zero} */
  static long ofStructure(byte[] structure, int field) {
    byte[] blank = structure.clone();
    ByteBuffer.wrap(blank).putLong(field, 0);
    return of(blank);
  }
}
