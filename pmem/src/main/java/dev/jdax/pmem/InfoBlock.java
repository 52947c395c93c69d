// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

import dev.jdax.ByteSize;

/**
 * The 4096 bytes at offset 4096 of a namespace that say what it holds, as they stand there, right or wrong.
 *
 * <p>Everything is read, nothing is checked: {@link #parse} takes any bytes after a known signature, and
 * {@link #toBytes} gives them back. What Linux makes of them is for {@link InfoBlockCheck} to say. Follows
 * {@code struct nd_pfn_sb} in drivers/nvdimm/pfn.h; docs/media-format.md has the fields in a table.
 *
 * @param signature {@link Signature#DEVDAX} or {@link Signature#FSDAX}
 * @param uuid the uuid of the device that the block makes of the namespace, in the byte order of its text
 * @param parentUuid the uuid of the namespace that it was written for, nil if that has no label
 * @param flags nothing is defined; Linux writes 0 and ignores it, 32 bits
 * @param major the major version, 16 bits: 1, and not checked by Linux
 * @param minor the minor version, 16 bits: 4 as Linux writes it; says which of the fields below hold something
 * @param dataOffset where the data begin, in bytes after namespace start and {@code startPad}; unsigned
 * @param pages the number of pages of data, each 4 KiB; unsigned, advisory
 * @param mode where the memory map is: the number of a {@link MapLocation}, or what else is there
 * @param startPad bytes left unused at the namespace's start, 32 bits; since minor version 1, Linux now writes 0
 * @param endTrunc bytes left unused at the namespace's end, 32 bits; since minor version 1
 * @param align the alignment of the device in bytes, 32 bits; since minor version 2, zero and garbage before it
 * @param pageSize the page size of the machine that wrote it, in bytes, 32 bits; since minor version 4
 * @param pageStructSize the room of a page in the memory map, in bytes, 16 bits; since minor version 4
 * @param padding the bytes after it, zero since minor version 3
 * @param checksum the checksum as it is on media, right or wrong
 */
public record InfoBlock(Signature signature, UUID uuid, UUID parentUuid, long flags, int major, int minor,
    long dataOffset, long pages, int mode, long startPad, long endTrunc, long align, long pageSize,
    int pageStructSize, Bytes padding, long checksum) {
  /** How long an info block is, in bytes. */
  public static final int SIZE = 4096;

  /** Where it is in its namespace, in bytes. */
  public static final int OFFSET = 4096;

  /** Where the memory map begins at the earliest: after the info block. */
  static final int RESERVED = OFFSET + SIZE;

  static final int PADDING_LENGTH = InfoBlockField.CHECKSUM.offset() - InfoBlockField.PADDING.offset();

  /** The pages of x86-64, in bytes. */
  static final int PAGE = 4096;

  /** What Linux keeps for a page, in bytes ({@code sizeof(struct page)}). */
  static final int PAGE_STRUCT = 64;

  /** The first 16 bytes of the block: whose it is. */
  public enum Signature {
    /** A device for mapping, {@code /dev/daxX.Y}. */
    DEVDAX("NVDIMM_DAX_INFO", LinuxView.DEVDAX),
    /** A block device with struct pages. */
    FSDAX("NVDIMM_PFN_INFO", LinuxView.FSDAX),
    /** A block device with atomic sectors. Its block has another form after the version: {@link BttInfoBlock}. */
    BTT("BTT_ARENA_INFO", LinuxView.SECTOR);

    static final int LENGTH = 16;

    private final String text;
    private final LinuxView view;

    Signature(String text, LinuxView view) {
      this.text = text;
      this.view = view;
    }

    /**
     * {@return what is on media, without the zero bytes after it}
     */
    public String text() {
      return text;
    }

    /**
     * {@return what Linux makes of a namespace with a sound block of this signature}
     */
    public LinuxView view() {
      return view;
    }

    /**
     * {@return the signature of a block, or empty if it has none of these}
     *
     * @param block the block, or at least its first 16 bytes
     */
    public static Optional<Signature> of(byte[] block) {
      for (Signature signature : values()) {
        if (block.length >= LENGTH && signature.equalBytes(block) == LENGTH) {
          return Optional.of(signature);
        }
      }
      return Optional.empty();
    }

    byte[] bytes() {
      return Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), LENGTH);
    }

    /** {@return how many of the 16 bytes are right} */
    int equalBytes(byte[] block) {
      byte[] wanted = bytes();
      int equal = 0;
      for (int i = 0; i < LENGTH; i++) {
        equal += wanted[i] == block[i] ? 1 : 0;
      }
      return equal;
    }
  }

  /**
   * Holds a block that media can hold.
   *
   * @throws IllegalArgumentException if a value does not fit into its field, or the signature is BTT's
   */
  public InfoBlock {
    if (signature == Signature.BTT) {
      throw new IllegalArgumentException("a BTT arena has an info block of another form");
    }
    fits(InfoBlockField.FLAGS, flags, 32);
    fits(InfoBlockField.MAJOR, major, 16);
    fits(InfoBlockField.MINOR, minor, 16);
    fits(InfoBlockField.START_PAD, startPad, 32);
    fits(InfoBlockField.END_TRUNC, endTrunc, 32);
    fits(InfoBlockField.ALIGN, align, 32);
    fits(InfoBlockField.PAGE_SIZE, pageSize, 32);
    fits(InfoBlockField.PAGE_STRUCT_SIZE, pageStructSize, 16);
    if (padding.length() != PADDING_LENGTH) {
      throw new IllegalArgumentException("padding is " + PADDING_LENGTH + " bytes long, not " + padding.length());
    }
  }

  static void fits(InfoBlockField field, long value, int bits) {
    if (value >>> bits != 0) {
      throw new IllegalArgumentException(field + " has " + bits + " bits and cannot hold " + ByteSize.hex(value));
    }
  }

  /**
   * {@return the block that some bytes are, whatever its fields say}
   *
   * @param block 4096 bytes
   * @throws IllegalArgumentException if they are more or fewer, or have neither of the two signatures
   */
  public static InfoBlock parse(byte[] block) {
    if (block.length != SIZE) {
      throw new IllegalArgumentException("an info block is " + SIZE + " bytes long, not " + block.length);
    }
    Signature signature = Signature.of(block).filter(known -> known != Signature.BTT).orElseThrow(
        () -> new IllegalArgumentException("the bytes begin with neither " + Signature.DEVDAX.text() + " nor "
            + Signature.FSDAX.text()));
    ByteBuffer in = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    return new InfoBlock(signature,
        uuid(in, InfoBlockField.UUID),
        uuid(in, InfoBlockField.PARENT_UUID),
        Integer.toUnsignedLong(in.getInt(InfoBlockField.FLAGS.offset())),
        Short.toUnsignedInt(in.getShort(InfoBlockField.MAJOR.offset())),
        Short.toUnsignedInt(in.getShort(InfoBlockField.MINOR.offset())),
        in.getLong(InfoBlockField.DATA_OFFSET.offset()),
        in.getLong(InfoBlockField.PAGES.offset()),
        in.getInt(InfoBlockField.MODE.offset()),
        Integer.toUnsignedLong(in.getInt(InfoBlockField.START_PAD.offset())),
        Integer.toUnsignedLong(in.getInt(InfoBlockField.END_TRUNC.offset())),
        Integer.toUnsignedLong(in.getInt(InfoBlockField.ALIGN.offset())),
        Integer.toUnsignedLong(in.getInt(InfoBlockField.PAGE_SIZE.offset())),
        Short.toUnsignedInt(in.getShort(InfoBlockField.PAGE_STRUCT_SIZE.offset())),
        Bytes.copyOf(block, InfoBlockField.PADDING.offset(), InfoBlockField.CHECKSUM.offset()),
        in.getLong(InfoBlockField.CHECKSUM.offset()));
  }

  /**
   * {@return the 4096 bytes that it is in on media, with the checksum that it has}
   */
  public byte[] toBytes() {
    byte[] block = new byte[SIZE];
    ByteBuffer out = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    out.put(InfoBlockField.SIGNATURE.offset(), signature.bytes());
    put(out, InfoBlockField.UUID, uuid);
    put(out, InfoBlockField.PARENT_UUID, parentUuid);
    out.putInt(InfoBlockField.FLAGS.offset(), (int) flags);
    out.putShort(InfoBlockField.MAJOR.offset(), (short) major);
    out.putShort(InfoBlockField.MINOR.offset(), (short) minor);
    out.putLong(InfoBlockField.DATA_OFFSET.offset(), dataOffset);
    out.putLong(InfoBlockField.PAGES.offset(), pages);
    out.putInt(InfoBlockField.MODE.offset(), mode);
    out.putInt(InfoBlockField.START_PAD.offset(), (int) startPad);
    out.putInt(InfoBlockField.END_TRUNC.offset(), (int) endTrunc);
    out.putInt(InfoBlockField.ALIGN.offset(), (int) align);
    out.putInt(InfoBlockField.PAGE_SIZE.offset(), (int) pageSize);
    out.putShort(InfoBlockField.PAGE_STRUCT_SIZE.offset(), (short) pageStructSize);
    out.put(InfoBlockField.PADDING.offset(), padding.toArray());
    out.putLong(InfoBlockField.CHECKSUM.offset(), checksum);
    return block;
  }

  /** {@return the uuid in a field, whose bytes stand in the order of its text, unlike a GUID's} */
  static UUID uuid(ByteBuffer in, InfoBlockField field) {
    ByteBuffer bytes = in.slice(field.offset(), 16).order(ByteOrder.BIG_ENDIAN);
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  static void put(ByteBuffer out, InfoBlockField field, UUID uuid) {
    out.slice(field.offset(), 16).order(ByteOrder.BIG_ENDIAN).putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits());
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
  public InfoBlock withChecksum() {
    return new InfoBlock(signature, uuid, parentUuid, flags, major, minor, dataOffset, pages, mode, startPad, endTrunc,
        align, pageSize, pageStructSize, padding, computedChecksum());
  }

  /**
   * {@return the block as Linux takes it: what its minor version does not have yet is set to what it means}
   *
   * <p>Before minor version 1 nothing is padded or truncated, before 2 the alignment is 0, before 4 the page size is
   * 4096 and the size of a page structure 64 ({@code nd_pfn_validate}). The checksum stays what it was.
   */
  public InfoBlock effective() {
    return new InfoBlock(signature, uuid, parentUuid, flags, major, minor, dataOffset, pages, mode,
        minor < 1 ? 0 : startPad,
        minor < 1 ? 0 : endTrunc,
        minor < 2 ? 0 : align,
        minor < 4 ? PAGE : pageSize,
        minor < 4 ? PAGE_STRUCT : pageStructSize,
        padding, checksum);
  }

  /**
   * {@return the alignment that Linux checks by, in bytes, unsigned: the field, or the largest power of two that is not
   * above the data offset if the field is 0 or not there yet}
   *
   * <p>It is 2^63 if both are 0: what the shift in {@code nd_pfn_validate} comes to on x86-64.
   */
  public long effectiveAlign() {
    long field = minor < 2 ? 0 : align;
    if (field != 0) {
      return field;
    }
    return dataOffset == 0 ? Long.MIN_VALUE : Long.highestOneBit(dataOffset);
  }

  /**
   * {@return where the memory map is, or empty if {@code mode} says nothing that Linux takes}
   */
  public Optional<MapLocation> map() {
    return MapLocation.ofMode(mode);
  }
}
