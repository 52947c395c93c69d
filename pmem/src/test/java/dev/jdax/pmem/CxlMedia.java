// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.UUID;

/** Label areas of CXL memory, version 2.1, that are made here. */
final class CxlMedia {
  static final UUID REGION = UUID.fromString("50d806c8-fd11-49eb-b19e-77fc67f6364b");
  static final UUID SPACE = UUID.fromString("cbb3fe1e-9345-4ae7-95ca-2638db27ee7d");
  static final long MIB = 1L << 20;

  private CxlMedia() {
  }

  static CxlRegionLabel region(int slot) {
    return new CxlRegionLabel(REGION, 0, 1, 0, 0, 512 * MIB, 45365592064L, slot, 0, 0, Bytes.zeros(172), 0)
        .withChecksum();
  }

  static CxlNamespaceLabel namespace(UUID uuid, String name, int slot, long dpa, long size) {
    return new CxlNamespaceLabel(uuid, LabelName.encode(name), 0, 1, 0, dpa, size, slot, 0, REGION,
        Abstraction.DAX.guid(), 512, Bytes.zeros(86), 0).withChecksum();
  }

  /** A region and a namespace in it in slots 1 and 2, a label of a vendor in slot 3, and slot 0 free. */
  static byte[] sound() {
    byte[] vendor = new byte[CxlLabel.SIZE];
    Arrays.fill(vendor, 0, 100, (byte) 0x5a);
    MediaOfBytes.seal(vendor, 0, vendor.length, LabelField.CHECKSUM);
    return area(128 << 10, null, region(1), namespace(SPACE, "cxl", 2, 128 * MIB, 256 * MIB), CxlLabel.parse(vendor));
  }

  /** An area with these labels in slots from 0 on, null for a free slot. */
  static byte[] area(int size, CxlLabel... labels) {
    byte[] area = new byte[size];
    BitSet free = new BitSet();
    LabelGeometry geometry = new LabelGeometry(size, LabelVersion.V1_2);
    free.set(0, geometry.slots());
    for (int slot = 0; slot < labels.length; slot++) {
      if (labels[slot] != null) {
        free.clear(slot);
        LabelMedia.put(area, (int) geometry.slotOffset(slot), labels[slot].toBytes());
      }
    }
    for (int number = 0; number < 2; number++) {
      index(area, geometry, number, free);
    }
    return area;
  }

  /** Written here field by field, as the specification has it, and not by jdax's own index blocks of version 1.2. */
  private static void index(byte[] area, LabelGeometry geometry, int number, BitSet free) {
    int size = geometry.indexSize();
    ByteBuffer out = ByteBuffer.wrap(area, number * size, size).slice().order(ByteOrder.LITTLE_ENDIAN);
    out.put("NAMESPACE_INDEX\0".getBytes(StandardCharsets.US_ASCII)).put(new byte[3]).put((byte) 1).putInt(number + 1);
    out.putLong((long) number * size).putLong(size).putLong((1L - number) * size).putLong(2L * size);
    out.putInt(geometry.slots()).putShort((short) 2).putShort((short) 1).putLong(0).put(free.toByteArray());
    MediaOfBytes.seal(area, number * size, size, IndexBlock.CHECKSUM);
  }
}
