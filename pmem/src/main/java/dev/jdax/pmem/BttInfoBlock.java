// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * The 4096 bytes that describe an arena of a block translation table (BTT), as they stand there, right or wrong.
 *
 * <p>A namespace in mode sector is one arena, or several of at most 512 GiB, one after the other. Each begins with this
 * block and ends with a copy of it. Everything is read and nothing is checked: {@link #parse} takes any bytes after the
 * signature, and {@link #toBytes} is its exact reverse. Follows {@code struct btt_sb} in drivers/nvdimm/btt.h;
 * docs/media-format.md has the fields in a table.
 *
 * @param uuid the uuid of the device that the BTT makes of the namespace, in the byte order of its text
 * @param parentUuid the uuid of the namespace, or nil
 * @param flags bit 0 says that there was an error; Linux tells it and goes on; 32 bits
 * @param major the major version, 16 bits: 1 for a block at offset 4096 of the namespace, 2 for one at offset 0
 * @param minor the minor version, 16 bits: 1 with major version 1, 0 with major version 2
 * @param externalLbaSize the size of a sector with its metadata, in bytes, 32 bits
 * @param externalBlocks how many sectors of the disk stand in this arena, 32 bits
 * @param internalLbaSize how much room a sector has in the arena, in bytes, 32 bits
 * @param internalBlocks how many sectors the arena has room for, the free ones included, 32 bits
 * @param freeBlocks how many of them are free for writes in progress, 32 bits
 * @param infoSize the size of this block, in bytes, 32 bits
 * @param nextOffset where the next arena begins, in bytes from the beginning of this one; 0 for none; unsigned
 * @param dataOffset where the sectors begin, in bytes from the beginning of the arena; unsigned
 * @param mapOffset where the map begins, likewise
 * @param logOffset where the log begins, likewise
 * @param copyOffset where the copy of this block is, likewise
 * @param padding the bytes after it, 3968 of them
 * @param checksum the checksum as it is on media, right or wrong
 */
public record BttInfoBlock(UUID uuid, UUID parentUuid, long flags, int major, int minor, long externalLbaSize,
    long externalBlocks, long internalLbaSize, long internalBlocks, long freeBlocks, long infoSize, long nextOffset,
    long dataOffset, long mapOffset, long logOffset, long copyOffset, Bytes padding, long checksum) {
  /** How long the block is, in bytes. */
  public static final int SIZE = InfoBlock.SIZE;

  static final int PADDING_LENGTH = InfoBlockField.CHECKSUM.offset() - InfoBlockField.BTT_PADDING.offset();

  private static final int SMALL_SECTOR = 512;
  private static final int LARGE_SECTOR = 4096;

  /**
   * Holds a block that media can hold.
   *
   * @throws IllegalArgumentException if a value does not fit into its field
   */
  public BttInfoBlock {
    InfoBlock.fits(InfoBlockField.FLAGS, flags, 32);
    InfoBlock.fits(InfoBlockField.MAJOR, major, 16);
    InfoBlock.fits(InfoBlockField.MINOR, minor, 16);
    InfoBlock.fits(InfoBlockField.BTT_EXTERNAL_LBA_SIZE, externalLbaSize, 32);
    InfoBlock.fits(InfoBlockField.BTT_EXTERNAL_BLOCKS, externalBlocks, 32);
    InfoBlock.fits(InfoBlockField.BTT_INTERNAL_LBA_SIZE, internalLbaSize, 32);
    InfoBlock.fits(InfoBlockField.BTT_INTERNAL_BLOCKS, internalBlocks, 32);
    InfoBlock.fits(InfoBlockField.BTT_FREE_BLOCKS, freeBlocks, 32);
    InfoBlock.fits(InfoBlockField.BTT_INFO_SIZE, infoSize, 32);
    if (padding.length() != PADDING_LENGTH) {
      throw new IllegalArgumentException("padding is " + PADDING_LENGTH + " bytes long, not " + padding.length());
    }
  }

  /**
   * {@return the block that some bytes are, whatever its fields say}
   *
   * @param block 4096 bytes
   * @throws IllegalArgumentException if they are more or fewer, or do not begin with the signature
   */
  public static BttInfoBlock parse(byte[] block) {
    if (block.length != SIZE) {
      throw new IllegalArgumentException("the info block of a BTT is " + SIZE + " bytes long, not " + block.length);
    }
    if (!isOne(block)) {
      throw new IllegalArgumentException("the bytes do not begin with " + InfoBlock.Signature.BTT.text());
    }
    ByteBuffer in = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    return new BttInfoBlock(
        InfoBlock.uuid(in, InfoBlockField.UUID),
        InfoBlock.uuid(in, InfoBlockField.PARENT_UUID),
        Integer.toUnsignedLong(in.getInt(InfoBlockField.FLAGS.offset())),
        Short.toUnsignedInt(in.getShort(InfoBlockField.MAJOR.offset())),
        Short.toUnsignedInt(in.getShort(InfoBlockField.MINOR.offset())),
        number(in, InfoBlockField.BTT_EXTERNAL_LBA_SIZE),
        number(in, InfoBlockField.BTT_EXTERNAL_BLOCKS),
        number(in, InfoBlockField.BTT_INTERNAL_LBA_SIZE),
        number(in, InfoBlockField.BTT_INTERNAL_BLOCKS),
        number(in, InfoBlockField.BTT_FREE_BLOCKS),
        number(in, InfoBlockField.BTT_INFO_SIZE),
        in.getLong(InfoBlockField.BTT_NEXT_OFFSET.offset()),
        in.getLong(InfoBlockField.BTT_DATA_OFFSET.offset()),
        in.getLong(InfoBlockField.BTT_MAP_OFFSET.offset()),
        in.getLong(InfoBlockField.BTT_LOG_OFFSET.offset()),
        in.getLong(InfoBlockField.BTT_COPY_OFFSET.offset()),
        Bytes.copyOf(block, InfoBlockField.BTT_PADDING.offset(), InfoBlockField.CHECKSUM.offset()),
        in.getLong(InfoBlockField.CHECKSUM.offset()));
  }

  /** {@return whether bytes begin with the signature} */
  static boolean isOne(byte[] block) {
    return InfoBlock.Signature.of(block).filter(InfoBlock.Signature.BTT::equals).isPresent();
  }

  private static long number(ByteBuffer in, InfoBlockField field) {
    return Integer.toUnsignedLong(in.getInt(field.offset()));
  }

  /**
   * {@return the 4096 bytes that it is in on media, with the checksum that it has}
   */
  public byte[] toBytes() {
    byte[] block = new byte[SIZE];
    ByteBuffer out = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    out.put(InfoBlockField.SIGNATURE.offset(), InfoBlock.Signature.BTT.bytes());
    InfoBlock.put(out, InfoBlockField.UUID, uuid);
    InfoBlock.put(out, InfoBlockField.PARENT_UUID, parentUuid);
    out.putInt(InfoBlockField.FLAGS.offset(), (int) flags);
    out.putShort(InfoBlockField.MAJOR.offset(), (short) major);
    out.putShort(InfoBlockField.MINOR.offset(), (short) minor);
    out.putInt(InfoBlockField.BTT_EXTERNAL_LBA_SIZE.offset(), (int) externalLbaSize);
    out.putInt(InfoBlockField.BTT_EXTERNAL_BLOCKS.offset(), (int) externalBlocks);
    out.putInt(InfoBlockField.BTT_INTERNAL_LBA_SIZE.offset(), (int) internalLbaSize);
    out.putInt(InfoBlockField.BTT_INTERNAL_BLOCKS.offset(), (int) internalBlocks);
    out.putInt(InfoBlockField.BTT_FREE_BLOCKS.offset(), (int) freeBlocks);
    out.putInt(InfoBlockField.BTT_INFO_SIZE.offset(), (int) infoSize);
    out.putLong(InfoBlockField.BTT_NEXT_OFFSET.offset(), nextOffset);
    out.putLong(InfoBlockField.BTT_DATA_OFFSET.offset(), dataOffset);
    out.putLong(InfoBlockField.BTT_MAP_OFFSET.offset(), mapOffset);
    out.putLong(InfoBlockField.BTT_LOG_OFFSET.offset(), logOffset);
    out.putLong(InfoBlockField.BTT_COPY_OFFSET.offset(), copyOffset);
    out.put(InfoBlockField.BTT_PADDING.offset(), padding.toArray());
    out.putLong(InfoBlockField.CHECKSUM.offset(), checksum);
    return block;
  }

  /**
   * {@return the checksum that the block should have}
   */
  public long computedChecksum() {
    return Fletcher64.ofStructure(toBytes(), InfoBlockField.CHECKSUM.offset());
  }

  /**
   * {@return the same block with the checksum that it should have}
   */
  public BttInfoBlock withChecksum() {
    return new BttInfoBlock(uuid, parentUuid, flags, major, minor, externalLbaSize, externalBlocks, internalLbaSize,
        internalBlocks, freeBlocks, infoSize, nextOffset, dataOffset, mapOffset, logOffset, copyOffset, padding,
        computedChecksum());
  }

  /**
   * {@return how many bytes of data a sector of the disk has: 4096 if {@code externalLbaSize} is at least that, else
   * 512 ({@code btt_init} in drivers/nvdimm/btt.c)}
   */
  public int sectorData() {
    return externalLbaSize >= LARGE_SECTOR ? LARGE_SECTOR : SMALL_SECTOR;
  }
}
