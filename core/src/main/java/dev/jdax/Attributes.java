// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.jdax.platform.DeviceNumber;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.RegionInfo;

/** The attribute tables of regions and devices: names, modes and texts of drivers/dax/bus.c. */
final class Attributes {
  private static final BigInteger MIN_INT = BigInteger.valueOf(Integer.MIN_VALUE);
  private static final BigInteger MAX_INT = BigInteger.valueOf(Integer.MAX_VALUE);
  private static final BigInteger MAX_UNSIGNED_LONG = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private Attributes() {
  }

  static List<DaxAttribute> of(DaxRegion region) throws DaxException {
    RegionInfo info = region.info("read the attributes of " + region);
    Table table = new Table(region.toString());
    table.add("id", 0444, () -> Integer.toString(region.id()), null);
    table.add("size", 0444, () -> Long.toString(region.size()), null);
    table.add("align", 0400, () -> Long.toString(region.alignment().bytes()), null);
    if (info.dynamic()) {
      table.add("available_size", 0444, () -> Long.toString(region.availableSize()), null);
      table.add("seed", 0444, () -> nameOf(region.seed()), null);
      table.add("create", 0644, () -> nameOf(region.youngest()), text -> create(region, text));
      table.add("delete", 0200, null, region::delete);
    }
    table.overlay(() -> region.properties("read the attributes of " + region));
    return table.rows;
  }

  static List<DaxAttribute> of(DaxDevice device) throws DaxException {
    DeviceInfo info = device.info("read the attributes of " + device);
    RegionInfo region = device.region().info("read the attributes of " + device);
    Table table = new Table(device.name());
    boolean dynamic = region.dynamic();
    table.add("size", dynamic ? 0644 : 0444, () -> Long.toString(device.size()),
        dynamic ? text -> device.resize(size(device, text)) : null);
    table.add("align", dynamic ? 0644 : 0444, () -> Long.toString(device.alignment().bytes()),
        dynamic ? text -> device.setAlignment(alignment(device, text)) : null);
    if (dynamic) {
      table.add("mapping", 0200, null, text -> refuseMapping(device, text));
    }
    table.add("resource", 0400, () -> {
      List<DaxRange> ranges = device.ranges();
      return ByteSize.hex(ranges.isEmpty() ? region.start() : ranges.getFirst().start());
    }, null);
    if (region.targetNode() >= 0) {
      table.add("target_node", 0444, () -> Integer.toString(region.targetNode()), null);
    }
    table.add("numa_node", 0444, () -> Integer.toString(region.targetNode()), null);
    table.add("dev", 0444, () -> DeviceNumber.of(0, device.minor()).toString(), null); // major 0: it has no node
    table.add("modalias", 0444, () -> "dax:t0", null);
    for (int i = 0; i < info.ranges().orElse(List.of()).size(); i++) {
      int index = i;
      table.add("mapping" + i + "/start", 0400, () -> ByteSize.hex(range(device, index).start()), null);
      table.add("mapping" + i + "/end", 0400, () -> ByteSize.hex(range(device, index).end()), null);
      table.add("mapping" + i + "/page_offset", 0400, () -> ByteSize.hex(range(device, index).pageOffset()), null);
    }
    table.overlay(() -> device.properties("read the attributes of " + device));
    return table.rows;
  }

  static DaxAttribute find(List<DaxAttribute> attributes, String name, String object) throws DaxException {
    for (DaxAttribute attribute : attributes) {
      if (attribute.name().equals(name)) {
        return attribute;
      }
    }
    throw DaxException.of(Errno.ENOENT, "find attribute " + name + " of " + object, "it has none of that name",
        "it has " + attributes.stream().map(DaxAttribute::name).collect(Collectors.joining(", ")));
  }

  private static String nameOf(DaxDevice device) {
    return device == null ? "" : device.name();
  }

  private static DaxRange range(DaxDevice device, int index) throws DaxException {
    List<DaxRange> ranges = device.ranges();
    if (index >= ranges.size()) {
      throw DaxException.of(Errno.ENOENT, "read mapping" + index + " of " + device,
          "it has " + ranges.size() + " ranges now", "read its attributes again");
    }
    return ranges.get(index);
  }

  /**
   * Linux does not check such a range against what the device is used for, and can crash afterwards.
   */
  private static void refuseMapping(DaxDevice device, String text) throws DaxException {
    throw DaxException.of(Errno.EOPNOTSUPP, "write " + DaxAttribute.quoted(text) + " to mapping of " + device,
        "a range that is given by hand can crash the kernel, and is dropped in silence where it is misaligned",
        "write to size: the ranges follow from it");
  }

  private static void create(DaxRegion region, String text) throws DaxException {
    String attempt = "write " + DaxAttribute.quoted(text) + " to create of " + region;
    if (number(text, attempt, Errno.EINVAL, Errno.ERANGE, MIN_INT, MAX_INT).intValue() != 1) {
      throw DaxException.of(Errno.EINVAL, attempt, "it makes one device at a time", "write 1");
    }
    region.createEmpty();
  }

  /** Sizes of 2^63 and more are as misaligned, or as much too large, as the largest of ours. */
  private static long size(DaxDevice device, String text) throws DaxException {
    String attempt = "write " + DaxAttribute.quoted(text) + " to size of " + device;
    BigInteger size = number(text, attempt, Errno.EINVAL, Errno.ERANGE, BigInteger.ZERO, MAX_UNSIGNED_LONG);
    if (size.bitLength() < Long.SIZE) {
      return size.longValueExact();
    }
    long granule = device.alignment().sizeGranule();
    boolean aligned = size.mod(BigInteger.valueOf(granule)).signum() == 0;
    return aligned ? Long.MAX_VALUE / granule * granule : Long.MAX_VALUE;
  }

  private static PageSize alignment(DaxDevice device, String text) throws DaxException {
    String attempt = "write " + DaxAttribute.quoted(text) + " to align of " + device;
    // align_store makes ENXIO of every number that cannot be read, where the others keep what was wrong with it.
    BigInteger bytes = number(text, attempt, Errno.ENXIO, Errno.ENXIO, BigInteger.ZERO,
        MAX_UNSIGNED_LONG);
    for (PageSize size : PageSize.values()) {
      if (bytes.equals(BigInteger.valueOf(size.bytes()))) {
        return size;
      }
    }
    throw DaxException.of(Errno.EINVAL, attempt, "an alignment is the size of a page",
        "write 4096, 2097152 or 1073741824");
  }

  /**
   * Reads a number as kstrtoull and kstrtoint with base 0 do: decimal, hexadecimal after 0x, octal after 0. What does
   * not fit into 64 bits is too large, whatever follows it; what fits, and not into fewer, is so only then.
   */
  private static BigInteger number(String text, String attempt, Errno notANumber, Errno tooLarge, BigInteger min,
      BigInteger max) throws DaxException {
    boolean negative = min.signum() < 0 && text.startsWith("-");
    String digits = negative || text.startsWith("+") ? text.substring(1) : text;
    int radix = 10;
    if (digits.regionMatches(true, 0, "0x", 0, 2)) {
      radix = 16;
      digits = digits.substring(2);
    } else if (digits.startsWith("0")) {
      radix = 8;
    }
    int length = 0;
    while (length < digits.length() && isDigit(digits.charAt(length), radix)) {
      length++;
    }
    BigInteger number = length == 0 ? BigInteger.ZERO : new BigInteger(digits.substring(0, length), radix);
    boolean fits = number.compareTo(MAX_UNSIGNED_LONG) <= 0;
    if (fits && (length == 0 || length < digits.length())) {
      throw DaxException.of(notANumber, attempt, "it is not a number",
          "write it in decimal, or in hexadecimal behind 0x");
    }
    BigInteger signed = negative ? number.negate() : number;
    if (!fits || signed.compareTo(min) < 0 || signed.compareTo(max) > 0) {
      throw DaxException.of(tooLarge, attempt, negative ? "it is less than " + min : "it is larger than " + max,
          negative ? "write more" : "write less");
    }
    return signed;
  }

  private static boolean isDigit(char c, int radix) {
    return c < 128 && Character.digit(c, radix) >= 0;
  }

  /** Gives the properties of a region or a device, as they are now. */
  @FunctionalInterface
  private interface Properties {
    Map<String, String> read() throws DaxException;
  }

  /** Rows in the making. */
  private static final class Table {
    final String object;
    final List<DaxAttribute> rows = new ArrayList<>();

    Table(String object) {
      this.object = object;
    }

    void add(String name, int mode, DaxAttribute.Reader reader, DaxAttribute.Writer writer) {
      rows.add(new DaxAttribute(name, mode, object, reader, writer));
    }

    /** Adds what this kind of memory shows beside the attributes so far, and in place of theirs. */
    void overlay(Properties properties) throws DaxException {
      for (String name : properties.read().keySet()) {
        DaxAttribute.Reader reader = () -> Optional.ofNullable(properties.read().get(name)).orElseThrow(
            () -> DaxException.of(Errno.ENOENT, "read " + name + " of " + object, "it is not there any more",
                "read its attributes again"));
        int known = rows.stream().map(DaxAttribute::name).toList().indexOf(name);
        if (known < 0) {
          add(name, 0444, reader, null);
        } else {
          DaxAttribute row = rows.get(known);
          rows.set(known, new DaxAttribute(name, row.mode(), object, reader, row.writer()));
        }
      }
    }
  }
}
