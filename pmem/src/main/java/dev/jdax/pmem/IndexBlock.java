// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Optional;

/**
 * One of the two index blocks of a label area: which slots are in use ({@code struct nd_namespace_index} in
 * drivers/nvdimm/label.h).
 *
 * <p>A block begins with the signature {@code NAMESPACE_INDEX}; bytes without it are no block. All numbers are
 * little-endian.
 *
 * @param flags at 16, 3 bytes: 0, and ignored
 * @param labelSizeCode at 19, 8 bits: 0 for labels of 128 bytes, 1 for 256
 * @param sequence at 20, 32 bits, of which the lowest two count: 1, 2, 3, then 1 again
 * @param myOffset at 24: where this block is in the area
 * @param mySize at 32: its size
 * @param otherOffset at 40: where the other block is
 * @param labelOffset at 48: where the first slot is
 * @param slots at 56, 32 bits: how many slots there are
 * @param major at 60, 16 bits: the version, before the dot
 * @param minor at 62, 16 bits: the version, after the dot
 * @param checksum at 64: Fletcher-64 over the whole block with zero here
 * @param free at 72, to the end of the block: a bit for each slot, the lowest of a byte first, 1 if the slot is free
 */
public record IndexBlock(Bytes flags, int labelSizeCode, long sequence, long myOffset, long mySize, long otherOffset,
    long labelOffset, long slots, int major, int minor, long checksum, Bytes free) {
  static final int FLAGS_LENGTH = 3;
  static final int CHECKSUM = 64;
  static final int HEADER = 72;
  private static final byte[] SIGNATURE = "NAMESPACE_INDEX\0".getBytes(StandardCharsets.US_ASCII);

  /**
   * Takes the fields as they are.
   *
   * @throws IllegalArgumentException if there are not three bytes of flags, or the bitmap does not fill the block up to
   * a multiple of 256 bytes
   */
  public IndexBlock {
    if (flags.length() != FLAGS_LENGTH) {
      throw new IllegalArgumentException("an index block has 3 bytes of flags, not " + flags.length());
    }
    if ((HEADER + free.length()) % LabelGeometry.INDEX_GRANULE != 0) {
      throw new IllegalArgumentException("an index block is a multiple of 256 bytes, and " + HEADER
          + " with a bitmap of " + free.length() + " is none");
    }
  }

  /**
   * {@return the block in some bytes, or empty if they do not begin with the signature}
   *
   * @param bytes all bytes of the block, bitmap included, a multiple of 256
   * @throws IllegalArgumentException if they are no multiple of 256
   */
  public static Optional<IndexBlock> parse(byte[] bytes) {
    if (!signed(bytes, 0)) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(SIGNATURE.length + FLAGS_LENGTH);
    return Optional.of(new IndexBlock(Bytes.copyOf(bytes, SIGNATURE.length, SIGNATURE.length + FLAGS_LENGTH),
        Byte.toUnsignedInt(in.get()), Integer.toUnsignedLong(in.getInt()), in.getLong(), in.getLong(), in.getLong(),
        in.getLong(), Integer.toUnsignedLong(in.getInt()), Short.toUnsignedInt(in.getShort()),
        Short.toUnsignedInt(in.getShort()), in.getLong(), Bytes.copyOf(bytes, HEADER, bytes.length)));
  }

  /** {@return whether the signature is at an index of an array} */
  static boolean signed(byte[] bytes, int at) {
    if (at > bytes.length - SIGNATURE.length) {
      return false;
    }
    for (int i = 0; i < SIGNATURE.length; i++) {
      if (bytes[at + i] != SIGNATURE[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * {@return a block with its checksum in which all slots are free, as Linux writes it}
   *
   * <p>Linux clears the bits after the last slot; ndctl leaves those of the last 64 set. Both accept both.
   *
   * @param geometry the area's
   * @param number which of the two blocks, 0 or 1
   * @param sequence its sequence number
   */
  public static IndexBlock blank(LabelGeometry geometry, int number, int sequence) {
    LabelVersion version = geometry.version();
    int size = geometry.indexSize();
    BitSet all = new BitSet();
    all.set(0, geometry.slots());
    return new IndexBlock(Bytes.zeros(FLAGS_LENGTH), version.code(), sequence, (long) number * size, size,
        (1L - number) * size, geometry.labelOffset(), geometry.slots(), version.major(), version.minor(), 0,
        bitmap(all, size - HEADER)).withChecksum();
  }

  /**
   * {@return the block that an update writes over the other one: the next sequence number, the checksum, and these
   * slots free}
   *
   * <p>The bits after the last slot stay as they are.
   *
   * @param freeSlots the free slots; numbers that no slot has are not heeded
   */
  public IndexBlock successor(BitSet freeSlots) {
    BitSet bits = BitSet.valueOf(free.toArray());
    for (int slot = 0; slot < mappedSlots(); slot++) {
      bits.set(slot, freeSlots.get(slot));
    }
    return new IndexBlock(flags, labelSizeCode, nextSequence(sequence), otherOffset, mySize, myOffset, labelOffset,
        slots, major, minor, 0, bitmap(bits, free.length())).withChecksum();
  }

  /**
   * {@return the block with another bitmap, its checksum as it was}
   *
   * @param bitmap the bitmap
   */
  public IndexBlock withFree(Bytes bitmap) {
    return new IndexBlock(flags, labelSizeCode, sequence, myOffset, mySize, otherOffset, labelOffset, slots, major,
        minor, checksum, bitmap);
  }

  /**
   * {@return the block with the checksum of its fields}
   */
  public IndexBlock withChecksum() {
    return new IndexBlock(flags, labelSizeCode, sequence, myOffset, mySize, otherOffset, labelOffset, slots, major,
        minor, computedChecksum(), free);
  }

  /**
   * {@return the checksum of the fields}
   */
  public long computedChecksum() {
    return Fletcher64.ofStructure(toBytes(), CHECKSUM);
  }

  /**
   * {@return the block's bytes, as {@link #parse} reads them}
   */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(HEADER + free.length()).order(ByteOrder.LITTLE_ENDIAN);
    out.put(SIGNATURE).put(flags.toArray()).put((byte) labelSizeCode).putInt((int) sequence);
    out.putLong(myOffset).putLong(mySize).putLong(otherOffset).putLong(labelOffset);
    out.putInt((int) slots).putShort((short) major).putShort((short) minor).putLong(checksum).put(free.toArray());
    return out.array();
  }

  /**
   * {@return how many slots are both counted and in the bitmap; never more than the block has bits}
   */
  public int mappedSlots() {
    return (int) Math.min(slots, (long) free.length() * Byte.SIZE);
  }

  /**
   * {@return the numbers of the free slots}
   */
  public BitSet freeSlots() {
    BitSet bits = BitSet.valueOf(free.toArray());
    int end = mappedSlots();
    // What is after the last slot is zero after Linux and one after ndctl, and means nothing.
    bits.clear(end, Math.max(end, bits.length()));
    return bits;
  }

  /**
   * {@return whether a slot is free}
   *
   * @param slot its number
   * @throws IndexOutOfBoundsException if there is no such slot
   */
  public boolean isFree(int slot) {
    if (slot < 0 || slot >= mappedSlots()) {
      throw new IndexOutOfBoundsException("there is no slot " + slot + " among " + mappedSlots());
    }
    return freeSlots().get(slot);
  }

  /**
   * {@return the size of a label that Linux takes from this block, in bytes; 0 if the code is none}
   */
  public int labelSize() {
    return !saysLabelSize() ? 128 : labelSizeCode <= 1 ? 128 << labelSizeCode : 0;
  }

  /** {@return whether the version is one that has the field} */
  boolean saysLabelSize() {
    return major * 100 + minor >= 102;
  }

  /**
   * {@return what counts of the sequence number: 1, 2 or 3; 0 is not valid}
   */
  public int cycle() {
    return (int) (sequence & 3);
  }

  /**
   * {@return the sequence number that follows another: 2 after 1, 3 after 2, 1 after 3; 0 after 0}
   *
   * @param sequence the other, of which the lowest two bits count
   */
  public static int nextSequence(long sequence) {
    int cycle = (int) (sequence & 3);
    return cycle == 3 ? 1 : cycle == 0 ? 0 : cycle + 1;
  }

  private static Bytes bitmap(BitSet freeSlots, int length) {
    byte[] bits = freeSlots.toByteArray();
    byte[] bitmap = new byte[length];
    System.arraycopy(bits, 0, bitmap, 0, bits.length);
    return Bytes.copyOf(bitmap, 0, length);
  }
}
