// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * A field of a structure on media, as docs/media-format.md has it.
 *
 * @param name its name
 * @param offset where it begins in the structure
 * @param length its bytes
 */
record MediaField(String name, int offset, int length) {
  static final List<MediaField> INFO_BLOCK = List.of(new MediaField("signature", 0, 16),
      new MediaField("uuid", 16, 16), new MediaField("parent_uuid", 32, 16), new MediaField("flags", 48, 4),
      new MediaField("version_major", 52, 2), new MediaField("version_minor", 54, 2),
      new MediaField("dataoff", 56, 8), new MediaField("npfns", 64, 8), new MediaField("mode", 72, 4),
      new MediaField("start_pad", 76, 4), new MediaField("end_trunc", 80, 4), new MediaField("align", 84, 4),
      new MediaField("page_size", 88, 4), new MediaField("page_struct_size", 92, 2),
      new MediaField("padding", 94, 3994), new MediaField("checksum", 4088, 8));

  static final List<MediaField> INDEX_BLOCK = List.of(new MediaField("signature", 0, 16),
      new MediaField("flags", 16, 3), new MediaField("labelsize", 19, 1), new MediaField("seq", 20, 4),
      new MediaField("myoff", 24, 8), new MediaField("mysize", 32, 8), new MediaField("otheroff", 40, 8),
      new MediaField("labeloff", 48, 8), new MediaField("nslot", 56, 4), new MediaField("major", 60, 2),
      new MediaField("minor", 62, 2), new MediaField("checksum", 64, 8), new MediaField("free", 72, 4));

  static final List<MediaField> LABEL_1_1 = List.of(new MediaField("uuid", 0, 16), new MediaField("name", 16, 63),
      new MediaField("flags", 80, 4), new MediaField("nlabel", 84, 2), new MediaField("position", 86, 2),
      new MediaField("isetcookie", 88, 8), new MediaField("lbasize", 96, 8), new MediaField("dpa", 104, 8),
      new MediaField("rawsize", 112, 8), new MediaField("slot", 120, 4), new MediaField("unused", 124, 4));

  static final List<MediaField> OF_LABEL_1_2 = List.of(new MediaField("type_guid", 128, 16),
      new MediaField("abstraction_guid", 144, 16), new MediaField("reserved", 160, 88),
      new MediaField("checksum", 248, 8));

  /** Changes the field of a structure: to a neighbour, to zero, to ones, to a multiple, by a bit, or to anything. */
  void change(byte[] structure, Random random) {
    byte[] before = structure.clone();
    switch (random.nextInt(6)) {
      case 0 -> structure[offset] += (byte) (random.nextBoolean() ? 1 : -1);
      case 1 -> fill(structure, (byte) 0);
      case 2 -> fill(structure, (byte) -1);
      case 3 -> put(structure, random.nextInt(32) + 1L << random.nextInt(8 * Math.min(length, 4)));
      case 4 -> flip(structure, random);
      default -> {
        for (int i = 0; i < length; i++) {
          structure[offset + i] = (byte) random.nextInt();
        }
      }
    }
    if (Arrays.equals(before, structure)) {
      flip(structure, random);
    }
  }

  /** Puts a number into the field, the lowest byte first, and zeros behind it. */
  void put(byte[] structure, long value) {
    for (int i = 0; i < length; i++) {
      structure[offset + i] = i < Long.BYTES ? (byte) (value >>> 8 * i) : 0;
    }
  }

  /** The field with what it holds, such as {@code dataoff 0x2000}. */
  String in(byte[] structure) {
    byte[] value = Arrays.copyOfRange(structure, offset, offset + length);
    if (length > Long.BYTES) {
      return name + " " + HexFormat.of().formatHex(value, 0, Math.min(length, 16));
    }
    long number = 0;
    for (int i = length - 1; i >= 0; i--) {
      number = number << 8 | Byte.toUnsignedLong(value[i]);
    }
    return name + " 0x" + Long.toHexString(number);
  }

  private void fill(byte[] structure, byte value) {
    Arrays.fill(structure, offset, offset + length, value);
  }

  private void flip(byte[] structure, Random random) {
    structure[offset + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
  }
}
