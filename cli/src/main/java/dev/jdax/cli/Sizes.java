// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import dev.jdax.ByteSize;
import dev.jdax.PageSize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How sizes are given on the command line: {@code 4K}, {@code 2M}, {@code 1G}, or in bytes. */
final class Sizes {
  private Sizes() {
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

  /** Reads a size of page. */
  static final class Page implements ITypeConverter<PageSize> {
    @Override
    public PageSize convert(String text) {
      return PageSize.ofBytes(new Bytes().convert(text)).orElseThrow(
          () -> new TypeConversionException("\"" + text + "\" is not the size of a page; give 4K, 2M or 1G"));
    }
  }
}
