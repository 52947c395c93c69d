// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;

/**
 * Where every byte of a namespace goes: info block, memory map, padding, data, truncation.
 *
 * <p>The arithmetic is that of {@code nd_pfn_init} (drivers/nvdimm/pfn_devs.c) in Linux 6.12, with one difference: when
 * no aligned block lies in the namespace, Linux subtracts without a sign, writes an info block of nonsense, and refuses
 * it at the next boot; here it is an error. Linux 6.1 compares the data offset with the whole size, and leaves the
 * truncation out of account.
 */
public final class Plan {
  /** The physical address at which a region begins if nothing else is said. */
  public static final long DEFAULT_BASE = 1L << 32;

  /** What the size of a namespace is a multiple of, in bytes, if nothing else is said; also its least size. */
  public static final long DEFAULT_GRANULE = 16L << 20;

  /** Linux attaches nothing smaller ({@code ND_MIN_NAMESPACE_SIZE} of a personality). */
  static final long LEAST_SIZE = 16L << 20;

  /** The end of x86-64's physical addresses; nothing below it overflows. */
  private static final long LAST_ADDRESS = 1L << 52;

  private final long rawSize;
  private final long base;
  private final PageSize alignment;
  private final MapLocation map;
  private final long dataOffset;
  private final long endTrunc;

  private Plan(long rawSize, long base, PageSize alignment, MapLocation map) {
    this.rawSize = rawSize;
    this.base = base;
    this.alignment = alignment;
    this.map = map;
    this.dataOffset = above(base + InfoBlock.RESERVED + mapSize(), alignment.sizeGranule()) - base;
    this.endTrunc = (base + rawSize) % alignment.sizeGranule();
  }

  /**
   * A run of bytes of a namespace.
   *
   * @param name what it is: {@code unused}, {@code info block}, {@code memory map}, {@code padding}, {@code data} or
   *        {@code truncated}
   * @param offset where it begins in the namespace, in bytes
   * @param length how long it is, in bytes, never 0
   */
  public record Part(String name, long offset, long length) {
  }

  /**
   * {@return the plan of a namespace of so many bytes}
   *
   * @param rawSize the size of the namespace, in bytes
   * @param base the physical address at which it begins
   * @param alignment the alignment of the device
   * @param map where the memory map goes
   * @throws DaxException EINVAL if the base is not a multiple of 2 MiB; ENXIO if the size is less than 16 MiB, if no
   *         aligned block is left for the data, or if there are no such addresses
   * @throws IllegalArgumentException if a number is negative
   */
  public static Plan ofRaw(long rawSize, long base, PageSize alignment, MapLocation map) throws DaxException {
    notNegative("size", rawSize);
    String attempt = "plan a namespace of " + ByteSize.format(rawSize) + at(base, alignment, map);
    checkBase(attempt, base);
    checkAddresses(attempt, rawSize, base);
    if (rawSize < LEAST_SIZE) {
      throw DaxException.of(Errno.ENXIO, attempt,
          "Linux attaches no namespace of less than " + ByteSize.format(LEAST_SIZE),
          "make it at least " + ByteSize.format(LEAST_SIZE) + " large");
    }
    Plan plan = new Plan(rawSize, base, alignment, map);
    if (plan.dataSize() <= 0) {
      throw DaxException.of(Errno.ENXIO, attempt,
          "no aligned block is left for the data, which would begin at " + ByteSize.hex(base + plan.dataOffset)
              + " and end at " + ByteSize.hex(base + rawSize - plan.endTrunc),
          "make it " + ByteSize.format(forUsable(attempt, 1, base, alignment, map, DEFAULT_GRANULE).rawSize)
              + " large" + (alignment == PageSize.SIZE_1G ? ", or use a smaller alignment" : ""));
    }
    return plan;
  }

  /**
   * {@return the plan of the smallest namespace that has so many usable bytes}
   *
   * @param usable how many bytes of data are wanted
   * @param base the physical address at which it begins
   * @param alignment the alignment of the device
   * @param map where the memory map goes
   * @param granule what the namespace's size is to be a multiple of, in bytes; itself a multiple of 4096
   * @throws DaxException EINVAL if the base is not a multiple of 2 MiB; ENXIO if there are no such addresses
   * @throws IllegalArgumentException if a number is negative or {@code usable} 0, or the granule is no multiple of 4096
   */
  public static Plan forUsable(long usable, long base, PageSize alignment, MapLocation map, long granule)
      throws DaxException {
    if (usable <= 0) {
      throw new IllegalArgumentException("usable bytes must be positive, not " + usable);
    }
    if (granule <= 0 || granule % InfoBlock.PAGE != 0) {
      throw new IllegalArgumentException("the granule must be a positive multiple of 4096, not " + granule);
    }
    String attempt = "plan a namespace with " + ByteSize.format(usable) + " of data" + at(base, alignment, map);
    checkBase(attempt, base);
    return forUsable(attempt, usable, base, alignment, map, granule);
  }

  private static Plan forUsable(String attempt, long usable, long base, PageSize alignment, MapLocation map,
      long granule) throws DaxException {
    // From below: each size tried is at most the answer, because the data of a larger namespace never begin earlier.
    checkAddresses(attempt, usable, base);
    checkAddresses(attempt, granule, base);
    long size = above(LEAST_SIZE, granule);
    while (true) {
      checkAddresses(attempt, size, base);
      Plan plan = new Plan(size, base, alignment, map);
      if (plan.dataSize() >= usable) {
        return plan;
      }
      size = above(above(plan.dataOffset + base + usable, alignment.sizeGranule()) - base, granule);
    }
  }

  private static String at(long base, PageSize alignment, MapLocation map) {
    return " at " + ByteSize.hex(base) + " with alignment " + alignment + " and the memory map "
        + (map == MapLocation.RAM ? "in RAM" : "on the device");
  }

  private static void checkBase(String attempt, long base) throws DaxException {
    notNegative("base", base);
    checkAddresses(attempt, 0, base);
    if (!PageSize.SIZE_2M.divides(base)) {
      long granule = PageSize.SIZE_2M.bytes();
      throw DaxException.of(Errno.EINVAL, attempt, "the base must be a multiple of " + PageSize.SIZE_2M,
          "use " + ByteSize.hex(base - base % granule)
              + (base < LAST_ADDRESS - granule ? " or " + ByteSize.hex(base - base % granule + granule) : ""));
    }
  }

  private static void checkAddresses(String attempt, long size, long base) throws DaxException {
    if (base > LAST_ADDRESS || size > LAST_ADDRESS - base) {
      throw DaxException.of(Errno.ENXIO, attempt,
          "it would end behind " + ByteSize.hex(LAST_ADDRESS) + ", where the physical addresses of x86-64 end",
          "make it smaller, or use a smaller base");
    }
  }

  private static void notNegative(String what, long value) {
    if (value < 0) {
      throw new IllegalArgumentException("the " + what + " must not be negative: " + value);
    }
  }

  /** {@return the next multiple of a number, or the value itself if it is one} */
  private static long above(long value, long granule) {
    return Math.ceilDiv(value, granule) * granule;
  }

  private long mapSize() {
    long allPages = (rawSize - InfoBlock.RESERVED) / InfoBlock.PAGE;
    return map == MapLocation.DEVICE ? InfoBlock.PAGE_STRUCT * allPages : 0;
  }

  /**
   * {@return the size of the namespace, in bytes}
   */
  public long rawSize() {
    return rawSize;
  }

  /**
   * {@return the physical address at which it begins}
   */
  public long base() {
    return base;
  }

  /**
   * {@return the alignment of the device}
   */
  public PageSize alignment() {
    return alignment;
  }

  /**
   * {@return where the memory map is}
   */
  public MapLocation map() {
    return map;
  }

  /**
   * {@return where the data begin in the namespace, in bytes}
   */
  public long dataOffset() {
    return dataOffset;
  }

  /**
   * {@return how many bytes of data there are: the usable size}
   */
  public long dataSize() {
    return rawSize - dataOffset - endTrunc;
  }

  /**
   * {@return how many bytes at the end stay unused, because they are no whole aligned block}
   */
  public long endTrunc() {
    return endTrunc;
  }

  /**
   * {@return how many pages of 4 KiB the data have}
   */
  public long pages() {
    return dataSize() / InfoBlock.PAGE;
  }

  /**
   * {@return what the namespace is made of, from its first byte to its last}
   */
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    add(parts, "unused", InfoBlock.OFFSET);
    add(parts, "info block", InfoBlock.SIZE);
    add(parts, "memory map", mapSize());
    add(parts, "padding", dataOffset - InfoBlock.RESERVED - mapSize());
    add(parts, "data", dataSize());
    add(parts, "truncated", endTrunc);
    return List.copyOf(parts);
  }

  private static void add(List<Part> parts, String name, long length) {
    if (length > 0) {
      Part last = parts.isEmpty() ? new Part("", 0, 0) : parts.getLast();
      parts.add(new Part(name, last.offset() + last.length(), length));
    }
  }

  /**
   * {@return the info block that Linux writes for it, byte for byte}
   *
   * @param signature for devdax or for fsdax
   * @param uuid the uuid of the device
   * @param parentUuid the uuid of the namespace, nil if it has no label
   * @throws IllegalArgumentException if the signature is BTT's
   */
  public InfoBlock toInfoBlock(InfoBlock.Signature signature, UUID uuid, UUID parentUuid) {
    return new InfoBlock(signature, uuid, parentUuid, 0, 1, 4, dataOffset, pages(), map.mode(), 0, endTrunc,
        alignment.bytes(), InfoBlock.PAGE, InfoBlock.PAGE_STRUCT, Bytes.zeros(InfoBlock.PADDING_LENGTH), 0)
        .withChecksum();
  }

  /**
   * {@return size, place and what is usable, in words}
   */
  @Override
  public String toString() {
    return ByteSize.format(rawSize) + at(base, alignment, map) + ": " + ByteSize.format(dataSize()) + " of data from "
        + ByteSize.hex(dataOffset);
  }
}
