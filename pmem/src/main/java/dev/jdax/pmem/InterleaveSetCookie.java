// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What ties labels to the DIMMs that they were written on, and to the order of those DIMMs.
 *
 * <p>Linux passes over a label with another cookie. Follows {@code acpi_nfit_init_interleave_set} in
 * drivers/acpi/nfit/core.c (L-75 to L-77 in docs/reference/linux.md).
 *
 * @param cookie1 of labels of version 1.1
 * @param cookie2 of labels of version 1.2
 * @param alternate what old kernels wrote, which sorted the DIMMs by the bytes of their offsets; accepted in both
 * @param dimms how many DIMMs the set has; 0 where nothing but the cookie is known
 */
public record InterleaveSetCookie(long cookie1, long cookie2, long alternate, int dimms) {
  private static final int SHORT_ENTRY = 16;
  private static final int LONG_ENTRY = 48;

  /** QEMU has at most so many slots for DIMMs (ACPI_MAX_RAM_SLOTS). */
  private static final int QEMU_SLOTS = 256;

  /**
   * A DIMM of an interleave set, as the firmware's table (NFIT) describes it.
   *
   * @param regionOffset where it begins in the region, in bytes
   * @param serial its serial number
   * @param vendor its vendor, of 16 bits
   * @param date when it was made, of 16 bits; 0 if that is not said
   * @param location where it was made, of 8 bits; 0 if that is not said
   */
  public record Dimm(long regionOffset, int serial, int vendor, int date, int location) {
    /**
     * {@return the DIMM that QEMU makes of its n-th {@code nvdimm} device, alone in its region}
     *
     * @param position which device, from 0
     */
    public static Dimm ofQemu(int position) {
      return new Dimm(0, 0x123456 + position, 0x8086, 0, 0);
    }
  }

  /**
   * {@return the cookies of a set of DIMMs}
   *
   * @param dimms the DIMMs, in any order
   * @throws IllegalArgumentException if there are none
   */
  public static InterleaveSetCookie of(List<Dimm> dimms) {
    if (dimms.isEmpty()) {
      throw new IllegalArgumentException("an interleave set has at least one DIMM");
    }
    Comparator<Dimm> numeric = (a, b) -> Long.compareUnsigned(a.regionOffset, b.regionOffset);
    // The lowest byte decides first: so memcmp compares two little-endian numbers.
    Comparator<Dimm> bytewise = (a, b) -> Long.compareUnsigned(Long.reverseBytes(a.regionOffset),
        Long.reverseBytes(b.regionOffset));
    return new InterleaveSetCookie(sum(dimms, numeric, SHORT_ENTRY), sum(dimms, numeric, LONG_ENTRY),
        sum(dimms, bytewise, SHORT_ENTRY), dimms.size());
  }

  /**
   * {@return the cookies of a DIMM that is a region of its own}
   *
   * @param dimm the DIMM
   */
  public static InterleaveSetCookie of(Dimm dimm) {
    return of(List.of(dimm));
  }

  /**
   * {@return a set of which nothing but its cookie is known}
   *
   * @param cookie the cookie
   */
  public static InterleaveSetCookie given(long cookie) {
    return new InterleaveSetCookie(cookie, cookie, cookie, 0);
  }

  /**
   * {@return the cookie that Linux writes into labels of a version}
   *
   * @param version the version
   */
  public long forLabels(LabelVersion version) {
    return version == LabelVersion.V1_1 ? cookie1 : cookie2;
  }

  /**
   * {@return the cookie that Linux expects in the labels of an index block: the one of version 1.1 if the block says
   * just that, and the one of version 1.2 if it says anything else, however large its labels are}
   *
   * @param index the current index block
   */
  public long forIndex(IndexBlock index) {
    return index.major() == 1 && index.minor() == 1 ? cookie1 : cookie2;
  }

  /**
   * {@return whether Linux takes a label with a cookie for one of this set}
   *
   * @param index the current index block
   * @param cookie the label's cookie
   */
  public boolean accepts(IndexBlock index, long cookie) {
    return cookie == forIndex(index) || cookie == alternate;
  }

  /**
   * {@return which {@code nvdimm} device of QEMU a label with a cookie is bound to, counted from 0; empty if it is none
   * of the 256 that QEMU can have, each a region by itself}
   *
   * @param index the current index block
   * @param cookie the label's cookie
   */
  public static OptionalInt qemuPosition(IndexBlock index, long cookie) {
    return IntStream.range(0, QEMU_SLOTS).filter(position -> of(Dimm.ofQemu(position)).accepts(index, cookie))
        .findFirst();
  }

  private static long sum(List<Dimm> dimms, Comparator<Dimm> order, int entry) {
    ByteBuffer entries = ByteBuffer.allocate(dimms.size() * entry).order(ByteOrder.LITTLE_ENDIAN);
    dimms.stream().sorted(order).forEach(dimm -> {
      int end = entries.position() + entry;
      entries.putLong(dimm.regionOffset).putInt(dimm.serial);
      if (entry == LONG_ENTRY) {
        entries.putShort((short) dimm.vendor).putShort((short) dimm.date).put((byte) dimm.location);
      }
      entries.position(end);
    });
    return Fletcher64.of(entries.array());
  }
}
