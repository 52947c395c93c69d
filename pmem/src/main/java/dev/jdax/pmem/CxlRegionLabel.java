// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A region label: one device's part of a region of CXL memory ({@code struct cxl_region_label} in
 * drivers/nvdimm/label.h).
 *
 * @param uuid at 16: the region
 * @param flags at 32, 32 bits: {@link Label#UPDATING}
 * @param labelCount at 36, 16 bits: how many devices the region is interleaved over
 * @param position at 38, 16 bits: which of them this one is
 * @param dpa at 40: where the part begins on the device, in bytes
 * @param rawSize at 48: its size in bytes
 * @param hpa at 56: the physical address at which the region must be mapped, or 0 or all ones for any
 * @param slot at 64, 32 bits: the slot that the label is in
 * @param granularityCode at 68, 32 bits: the devices take turns every 256 bytes shifted left by this
 * @param alignment at 72, 32 bits: of the region, in units of 256 MiB
 * @param reserved at 76, 172 bytes: 0
 * @param checksum at 248
 */
public record CxlRegionLabel(UUID uuid, int flags, int labelCount, int position, long dpa, long rawSize, long hpa,
    long slot, long granularityCode, long alignment, Bytes reserved, long checksum) implements CxlLabel {
  /** The uuid of the format. */
  public static final UUID TYPE = UUID.fromString("529d7c61-da07-47c4-a93f-ecdf2c06f444");

  static final int LABEL_COUNT = 36;
  static final int POSITION = 38;
  static final int SLOT = 64;
  private static final int RESERVED_LENGTH = 172;
  private static final int LARGEST_CODE = 54;

  /**
   * Takes the fields as they are.
   *
   * @throws IllegalArgumentException if there are not 172 reserved bytes
   */
  public CxlRegionLabel {
    if (reserved.length() != RESERVED_LENGTH) {
      throw new IllegalArgumentException(
          "a region label has " + RESERVED_LENGTH + " reserved bytes, not " + reserved.length());
    }
  }

  static CxlRegionLabel parse(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(Long.BYTES * 2);
    return new CxlRegionLabel(Guids.takeInStringOrder(in), in.getInt(), Short.toUnsignedInt(in.getShort()),
        Short.toUnsignedInt(in.getShort()), in.getLong(), in.getLong(), in.getLong(),
        Integer.toUnsignedLong(in.getInt()), Integer.toUnsignedLong(in.getInt()), Integer.toUnsignedLong(in.getInt()),
        Bytes.take(in, RESERVED_LENGTH), in.getLong());
  }

  @Override
  public UUID type() {
    return TYPE;
  }

  @Override
  public Optional<Long> saidSlot() {
    return Optional.of(slot);
  }

  /**
   * {@return after how many bytes the next device takes its turn, or empty if the code means no number of 64 bits}
   */
  public OptionalLong granularity() {
    return granularityCode > LARGEST_CODE ? OptionalLong.empty() : OptionalLong.of(256L << granularityCode);
  }

  /**
   * {@return the label with the checksum of its fields}
   */
  public CxlRegionLabel withChecksum() {
    return new CxlRegionLabel(uuid, flags, labelCount, position, dpa, rawSize, hpa, slot, granularityCode, alignment,
        reserved, computedChecksum());
  }

  @Override
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    Guids.putInStringOrder(out, TYPE);
    Guids.putInStringOrder(out, uuid);
    out.putInt(flags).putShort((short) labelCount).putShort((short) position).putLong(dpa).putLong(rawSize);
    out.putLong(hpa).putInt((int) slot).putInt((int) granularityCode).putInt((int) alignment);
    return out.put(reserved.toArray()).putLong(checksum).array();
  }
}
