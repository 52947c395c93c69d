// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import dev.jdax.ByteSize;
import dev.jdax.spi.NamespaceKey;

/**
 * A label: one DIMM's part of one namespace ({@code struct nvdimm_efi_label} in drivers/nvdimm/label.h).
 *
 * <p>All numbers are little-endian. A label of version 1.1 ends after {@code padding}; what follows is zero or empty.
 *
 * @param version the version, and so the size; not on media
 * @param uuid at 0, in string order: the namespace
 * @param nameBytes at 16, 64 bytes: the name in UTF-8, ended by a zero byte if it is shorter
 * @param flags at 80, 32 bits: {@link #READ_ONLY}, {@link #LOCAL}, {@link #SECTORS}, {@link #UPDATING}
 * @param labelCount at 84, 16 bits: how many DIMMs the namespace is on
 * @param position at 86, 16 bits: which of them this one is
 * @param cookie at 88: the interleave set, see {@link InterleaveSetCookie}
 * @param lbaSize at 96: the size of a sector, in bytes
 * @param dpa at 104: where the part begins on the DIMM, in bytes
 * @param rawSize at 112: its size in bytes
 * @param slot at 120, 32 bits: the slot that the label is in
 * @param alignment at 124, 8 bits: 0; Linux does not read it
 * @param padding at 125, 3 bytes: 0
 * @param type at 128, in GUID order: the kind of memory
 * @param abstractionGuid at 144, in GUID order: what is on the namespace, see {@link Abstraction}
 * @param reserved at 160, 88 bytes: 0
 * @param checksum at 248: Fletcher-64 over the 256 bytes with zero here
 */
public record Label(LabelVersion version, UUID uuid, Bytes nameBytes, int flags, int labelCount, int position,
    long cookie, long lbaSize, long dpa, long rawSize, long slot, int alignment, Bytes padding, UUID type,
    UUID abstractionGuid, Bytes reserved, long checksum) {
  /** Flag: the namespace is read-only. No Linux heeds it on reading. */
  public static final int READ_ONLY = 1;
  /** Flag: the namespace is of this DIMM alone. */
  public static final int LOCAL = 2;
  /** Flag of version 1.1: a block translation table is on the namespace. */
  public static final int SECTORS = 4;
  /** Flag: some DIMMs of the set may have the new label, and others not. */
  public static final int UPDATING = 8;

  /** The type of persistent memory. */
  public static final UUID PERSISTENT = UUID.fromString("66f0d379-b4f3-4074-ac43-0d3318b78cdb");
  /** The type of volatile memory. */
  public static final UUID VOLATILE = UUID.fromString("7305944f-fdda-44e3-b16c-3f22d252e5d0");

  private static final int PADDING_LENGTH = 3;
  private static final int RESERVED_LENGTH = 88;
  private static final int SECTOR = 512;

  /**
   * Takes the fields as they are.
   *
   * @throws IllegalArgumentException if a run of bytes has another length than the format gives it
   */
  public Label {
    length("name", nameBytes, LabelName.LENGTH);
    length("padding", padding, PADDING_LENGTH);
    length("reserved", reserved, version == LabelVersion.V1_2 ? RESERVED_LENGTH : 0);
  }

  private static void length(String field, Bytes bytes, int length) {
    if (bytes.length() != length) {
      throw new IllegalArgumentException(
          "a label's " + field + " has " + length + " bytes, not " + bytes.length());
    }
  }

  /**
   * {@return a new label, with its checksum, of persistent memory on a single DIMM}
   *
   * @param version the version
   * @param uuid the namespace
   * @param name its name; empty for none
   * @param cookie the interleave set's
   * @param dpa where it begins on the DIMM, in bytes
   * @param rawSize its size in bytes
   * @param slot the slot that the label will stand in
   * @param abstraction what will stand on it; not written in version 1.1, which has no field for it
   * @throws IllegalArgumentException if the name is longer than 63 bytes of UTF-8, has a zero character, or is no text
   */
  public static Label of(LabelVersion version, UUID uuid, String name, long cookie, long dpa, long rawSize, int slot,
      Abstraction abstraction) {
    boolean guids = version == LabelVersion.V1_2;
    return new Label(version, uuid, LabelName.encode(name), 0, 1, 0, cookie, SECTOR, dpa, rawSize, slot, 0,
        Bytes.zeros(PADDING_LENGTH), guids ? PERSISTENT : Guids.NULL, guids ? abstraction.guid() : Guids.NULL,
        Bytes.zeros(guids ? RESERVED_LENGTH : 0), 0).withChecksum();
  }

  /**
   * {@return the label in some bytes; any bytes are one}
   *
   * @param version the version
   * @param bytes as many as a label of the version has
   * @throws IllegalArgumentException if they are fewer or more
   */
  public static Label parse(LabelVersion version, byte[] bytes) {
    if (bytes.length != version.labelSize()) {
      throw new IllegalArgumentException(
          "a label of version " + version + " has " + version.labelSize() + " bytes, not " + bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    boolean guids = version == LabelVersion.V1_2;
    return new Label(version, Guids.takeInStringOrder(in), Bytes.take(in, LabelName.LENGTH), in.getInt(),
        Short.toUnsignedInt(in.getShort()), Short.toUnsignedInt(in.getShort()), in.getLong(), in.getLong(),
        in.getLong(), in.getLong(), Integer.toUnsignedLong(in.getInt()), Byte.toUnsignedInt(in.get()),
        Bytes.take(in, PADDING_LENGTH), guids ? Guids.takeInGuidOrder(in) : Guids.NULL,
        guids ? Guids.takeInGuidOrder(in) : Guids.NULL, Bytes.take(in, guids ? RESERVED_LENGTH : 0),
        guids ? in.getLong() : 0);
  }

  /**
   * {@return the label's bytes, as {@link #parse} reads them}
   */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(version.labelSize()).order(ByteOrder.LITTLE_ENDIAN);
    Guids.putInStringOrder(out, uuid);
    out.put(nameBytes.toArray()).putInt(flags).putShort((short) labelCount).putShort((short) position);
    out.putLong(cookie).putLong(lbaSize).putLong(dpa).putLong(rawSize).putInt((int) slot);
    out.put((byte) alignment).put(padding.toArray());
    if (version == LabelVersion.V1_2) {
      Guids.putInGuidOrder(out, type);
      Guids.putInGuidOrder(out, abstractionGuid);
      out.put(reserved.toArray()).putLong(checksum);
    }
    return out.array();
  }

  /**
   * {@return the name; bytes that are no UTF-8 are shown as U+FFFD}
   */
  public String name() {
    return LabelName.decode(nameBytes);
  }

  /** {@return whether a key names the namespace of the label, whatever Linux calls it} */
  boolean isNamedBy(NamespaceKey key) {
    return key.names(Optional.empty(), Optional.of(name()), List.of(uuid.toString()));
  }

  /**
   * {@return what is on the namespace, or empty if the GUID is not known; NONE in version 1.1}
   */
  public Optional<Abstraction> abstraction() {
    return Abstraction.of(abstractionGuid);
  }

  /**
   * {@return whether a flag is set}
   *
   * @param flag the flag
   */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /**
   * {@return the checksum of the fields; 0 in version 1.1, which has none}
   */
  public long computedChecksum() {
    return version == LabelVersion.V1_2 ? Fletcher64.ofStructure(toBytes(), LabelField.CHECKSUM) : 0;
  }

  /**
   * {@return the label with the checksum of its fields}
   */
  public Label withChecksum() {
    return with(flags, slot, computedChecksum());
  }

  /**
   * {@return the label with other flags, its checksum as it was}
   *
   * @param newFlags the flags
   */
  public Label withFlags(int newFlags) {
    return with(newFlags, slot, checksum);
  }

  /**
   * {@return the label for another slot, its checksum as it was}
   *
   * @param newSlot the slot
   */
  public Label withSlot(int newSlot) {
    return with(flags, newSlot, checksum);
  }

  private Label with(int newFlags, long newSlot, long newChecksum) {
    return new Label(version, uuid, nameBytes, newFlags, labelCount, position, cookie, lbaSize, dpa, rawSize, newSlot,
        alignment, padding, type, abstractionGuid, reserved, newChecksum);
  }

  /**
   * {@return why Linux ignores the label in a slot; empty if it does not}
   *
   * <p>Follows {@code slot_valid} in drivers/nvdimm/label.c.
   *
   * @param number the slot that the label is in
   * @param offset where it is in the file
   */
  List<Problem> check(int number, long offset) {
    List<Problem> problems = new ArrayList<>();
    String consequence = "Linux ignores the label: its space is free, its slot is not";
    String structure = "label in slot " + number;
    if (slot != number) {
      problems.add(new Problem(structure, "slot", offset + LabelField.SLOT, Long.toString(slot),
          number + ", the slot that it stands in", consequence));
    }
    long sum = computedChecksum();
    if (version == LabelVersion.V1_2 && checksum != sum) {
      problems.add(new Problem(structure, "checksum", offset + LabelField.CHECKSUM, ByteSize.hex(checksum),
          ByteSize.hex(sum) + ", the sum of the 256 bytes of the label", consequence));
    }
    return List.copyOf(problems);
  }
}
