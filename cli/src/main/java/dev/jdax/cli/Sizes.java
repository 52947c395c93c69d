// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import dev.jdax.ByteSize;
import dev.jdax.DaxMode;
import dev.jdax.PageSize;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.MapLocation;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How sizes and places are given on the command line: {@code 4K}, {@code 2M}, {@code 1G}, or in bytes. */
final class Sizes {
  private Sizes() {
  }

  /** {@return a size from media in words, or in hexadecimal where it is larger than anything} */
  static String inWords(long unsigned) {
    return unsigned < 0 ? ByteSize.hex(unsigned) : ByteSize.format(unsigned);
  }

  /** {@return where a memory map is, in words and in ndctl's word} */
  static String inWords(MapLocation map) {
    return (map == MapLocation.DEVICE ? "on the device (" : "in the machine's RAM (") + map + ")";
  }

  /** Reads a number of bytes. */
  static final class Bytes implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        return ByteSize.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Reads an address: {@code 0x100000000}, or as a size is written. */
  static final class Address implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      if (!text.startsWith("0x")) {
        return new Bytes().convert(text);
      }
      if (!text.matches("0x[0-9a-fA-F]{1,15}")) {
        throw new TypeConversionException("\"" + text + "\" is not an address; write one as in 0x100000000 or 4G");
      }
      return Long.parseLong(text, 2, text.length(), 16);
    }
  }

  /** Reads a cookie: 64 bits, in hexadecimal behind 0x or in decimal, without a sign. */
  static final class Cookie implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseUnsignedLong(text);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("\"" + text + "\" is not a cookie; write one as in 0x00ba90120012b4dc");
      }
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
