// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

import dev.jdax.ByteSize;

/**
 * What fio writes with {@code verify=crc32c}: a header every 4 KiB, with what is behind it until the next one under its
 * checksum. The layout is that of {@code struct verify_header} and {@code struct vhdr_crc32} in verify.h of fio 3.33,
 * as {@code verify_header} and {@code verify_io_u_crc32c} in its verify.c check them; of another fio it may be another.
 */
final class FioBlocks {
  static final int INTERVAL = 4096;

  private static final int MAGIC = 0xacca;
  private static final int CRC32C_TYPE = 5;

  private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long MAGIC_AT = 0;
  private static final long TYPE_AT = 2;
  private static final long LENGTH_AT = 4;
  // At 8 is the seed of the block's bytes; behind the offset are seconds, nanoseconds, the thread and a count.
  private static final long OFFSET_AT = 16;
  private static final long HEADER_CRC_AT = 36;
  private static final long DATA_CRC_AT = 40;
  private static final long DATA_AT = 44;

  private FioBlocks() {
  }

  /**
   * Checks every header and every checksum; returns how many there are.
   *
   * @throws AssertionError with the place and the field if one is not as fio wrote it
   */
  static int check(MemorySegment memory) {
    int blocks = 0;
    for (long at = 0; at < memory.byteSize(); at += INTERVAL) {
      MemorySegment block = memory.asSlice(at, INTERVAL);
      require(at, "magic", Short.toUnsignedInt(block.get(U16, MAGIC_AT)), MAGIC);
      require(at, "verify_type", block.get(U16, TYPE_AT), CRC32C_TYPE);
      require(at, "len", block.get(U32, LENGTH_AT), INTERVAL);
      require(at, "offset", block.get(U64, OFFSET_AT), at);
      require(at, "crc32 of the header", block.get(U32, HEADER_CRC_AT), crc32c(block.asSlice(0, HEADER_CRC_AT)));
      require(at, "crc32c of the data", block.get(U32, DATA_CRC_AT), crc32c(block.asSlice(DATA_AT)));
      blocks++;
    }
    return blocks;
  }

  private static void require(long at, String field, long found, long wanted) {
    if (found != wanted) {
      throw new AssertionError("in fio's block at " + ByteSize.hex(at) + ", " + field + " is " + ByteSize.hex(found)
          + ", and not " + ByteSize.hex(wanted));
    }
  }

  /** As fio has it, which leaves out the complement at the end. */
  private static int crc32c(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.asByteBuffer());
    return ~(int) crc.getValue();
  }
}
