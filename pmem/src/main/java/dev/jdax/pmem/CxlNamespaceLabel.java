// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.UUID;

/**
 * A namespace label: one range of one device for a namespace on CXL memory ({@code struct nvdimm_cxl_label} in
 * drivers/nvdimm/label.h).
 *
 * @param uuid at 16: the namespace
 * @param nameBytes at 32, 64 bytes: the name in UTF-8, ended by a zero byte if it is shorter
 * @param flags at 96, 32 bits: {@link Label#UPDATING}
 * @param rangeCount at 100, 16 bits: how many ranges the namespace has
 * @param position at 102, 16 bits: which of them this one is
 * @param dpa at 104: where the range begins on the device, in bytes
 * @param rawSize at 112: its size in bytes
 * @param slot at 120, 32 bits: the slot that the label is in
 * @param alignment at 124, 32 bits: of the namespace, in units of 256 MiB
 * @param regionUuid at 128: the region that the namespace lies in
 * @param abstractionUuid at 144: what is on the namespace, see {@link Abstraction}
 * @param lbaSize at 160, 16 bits: the size of a sector, in bytes
 * @param reserved at 162, 86 bytes: 0
 * @param checksum at 248
 */
public record CxlNamespaceLabel(UUID uuid, Bytes nameBytes, int flags, int rangeCount, int position, long dpa,
    long rawSize, long slot, long alignment, UUID regionUuid, UUID abstractionUuid, int lbaSize, Bytes reserved,
    long checksum) implements CxlLabel {
  /** The uuid of the format. */
  public static final UUID TYPE = UUID.fromString("68bb2c0a-5a77-4937-9f85-3caf41a0f93c");

  static final int RANGE_COUNT = 100;
  static final int POSITION = 102;
  static final int DPA = 104;
  static final int SLOT = 120;
  static final int REGION_UUID = 128;
  private static final int RESERVED_LENGTH = 86;

  /**
   * Takes the fields as they are.
   *
   * @throws IllegalArgumentException if there are not 64 bytes of name and 86 reserved ones
   */
  public CxlNamespaceLabel {
    if (nameBytes.length() != LabelName.LENGTH || reserved.length() != RESERVED_LENGTH) {
      throw new IllegalArgumentException("a namespace label has a name of " + LabelName.LENGTH + " bytes and "
          + RESERVED_LENGTH + " reserved ones, not " + nameBytes.length() + " and " + reserved.length());
    }
  }

  static CxlNamespaceLabel parse(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(Long.BYTES * 2);
    return new CxlNamespaceLabel(Guids.takeInStringOrder(in), Bytes.take(in, LabelName.LENGTH), in.getInt(),
        Short.toUnsignedInt(in.getShort()), Short.toUnsignedInt(in.getShort()), in.getLong(), in.getLong(),
        Integer.toUnsignedLong(in.getInt()), Integer.toUnsignedLong(in.getInt()), Guids.takeInStringOrder(in),
        Guids.takeInStringOrder(in), Short.toUnsignedInt(in.getShort()), Bytes.take(in, RESERVED_LENGTH),
        in.getLong());
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
   * {@return the name; bytes that are no UTF-8 are shown as U+FFFD}
   */
  public String name() {
    return LabelName.decode(nameBytes);
  }

  /**
   * {@return what is on the namespace, or empty if the uuid is not known}
   */
  public Optional<Abstraction> abstraction() {
    return Abstraction.of(abstractionUuid);
  }

  /**
   * {@return the label with the checksum of its fields}
   */
  public CxlNamespaceLabel withChecksum() {
    return new CxlNamespaceLabel(uuid, nameBytes, flags, rangeCount, position, dpa, rawSize, slot, alignment,
        regionUuid, abstractionUuid, lbaSize, reserved, computedChecksum());
  }

  @Override
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    Guids.putInStringOrder(out, TYPE);
    Guids.putInStringOrder(out, uuid);
    out.put(nameBytes.toArray()).putInt(flags).putShort((short) rangeCount).putShort((short) position);
    out.putLong(dpa).putLong(rawSize).putInt((int) slot).putInt((int) alignment);
    Guids.putInStringOrder(out, regionUuid);
    Guids.putInStringOrder(out, abstractionUuid);
    return out.putShort((short) lbaSize).put(reserved.toArray()).putLong(checksum).array();
  }
}
