// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

import dev.jdax.ByteSize;
import dev.jdax.DaxMode;
import dev.jdax.PageSize;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.MapLocation;
import picocli.CommandLine.Help;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * How sizes and places are given on the command line: {@code 4K}, {@code 2M}, {@code 1G}, or in bytes, which may be
 * hexadecimal.
 */
final class Sizes {
  /** How {@code --help} shows the sizes of a page. */
  static final String PAGES = "4K|2M|1G";

  private static final Set<String> IN_BYTES = Set.of("SIZE", "ADDR", PAGES);

  private Sizes() {
  }

  /** {@return the end of the help of a verb: how the numbers are written that its options take} */
  static String explain(Help help) {
    Set<String> labels = help.commandSpec().optionsMap().values().stream().map(OptionSpec::paramLabel)
        .collect(Collectors.toSet());
    List<String> footer = new ArrayList<>();
    if (labels.stream().anyMatch(IN_BYTES::contains)) {
      footer
          .add("%nA size, an alignment or an address is a number of bytes: 268435456 or 0x10000000; or decimal digits "
              + "and a unit: 256M, 256MB and 256MiB are the same (K, M, G, T, P, E).");
    }
    if (labels.contains("COOKIE")) {
      footer.add("A cookie is a number of 64 bits, in decimal or in hexadecimal after 0x.");
    }
    help.commandSpec().usageMessage().footer(footer.toArray(String[]::new));
    return help.footer();
  }

  /** {@return a size from media in words, or in hexadecimal where it is larger than anything} */
  static String inWords(long unsigned) {
    return unsigned < 0 ? ByteSize.hex(unsigned) : ByteSize.format(unsigned);
  }

  /** {@return where a memory map is, in words and in ndctl's word} */
  static String inWords(MapLocation map) {
    return (map == MapLocation.DEVICE ? "on the device (" : "in the machine's RAM (") + map + ")";
  }

  private static long parsed(ToLongFunction<String> grammar, String text) {
    try {
      return grammar.applyAsLong(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /** Reads a number of bytes. */
  static final class Bytes implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return parsed(ByteSize::parse, text);
    }
  }

  /** Reads an address, which is written as a size is. */
  static final class Address implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return parsed(ByteSize::parseAddress, text);
    }
  }

  /** Reads a cookie: 64 bits, in hexadecimal after 0x or in decimal, without a sign. */
  static final class Cookie implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return parsed(cookie -> ByteSize.parseUnsigned(cookie, "a cookie"), text);
    }
  }

  /** Reads a size of page. */
  static final class Page implements ITypeConverter<PageSize> {
    @Override
    public PageSize convert(String text) {
      return PageSize.ofBytes(new Bytes().convert(text)).orElseThrow(
          () -> new TypeConversionException("\"" + text + "\" is not the size of a page; give 4K, 2M or 1G"));
    }
  }

  /** Reads the version of labels. */
  static final class Version implements ITypeConverter<LabelVersion> {
    @Override
    public LabelVersion convert(String text) {
      try {
        return LabelVersion.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Reads the mode of a namespace that can be made. */
  static final class Mode implements ITypeConverter<LinuxView> {
    @Override
    public LinuxView convert(String text) {
      return switch (text) {
        case "devdax" -> LinuxView.DEVDAX;
        case "fsdax" -> LinuxView.FSDAX;
        default ->
          throw new TypeConversionException("\"" + text + "\" is no mode that jdax makes; give devdax or fsdax");
      };
    }
  }

  /** Reads the mode of a device. */
  static final class DeviceMode implements ITypeConverter<DaxMode> {
    @Override
    public DaxMode convert(String text) {
      for (DaxMode mode : DaxMode.values()) {
        if (mode.toString().equals(text)) {
          return mode;
        }
      }
      throw new TypeConversionException("\"" + text + "\" is no mode of a device; give devdax or system-ram");
    }
  }

  /** Reads the place of a memory map. */
  static final class Map implements ITypeConverter<MapLocation> {
    @Override
    public MapLocation convert(String text) {
      return MapLocation.ofWord(text).orElseThrow(() -> new TypeConversionException(
          "\"" + text + "\" is no place for a memory map; give mem (the machine's RAM) or dev (the device itself)"));
    }
  }
}
