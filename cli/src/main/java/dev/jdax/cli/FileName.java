// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads the name of a file, which is UTF-8 as it was typed. Java writes names in the encoding of the locale, and would
 * name another file, or none, where that is another encoding and the name is not ASCII.
 */
final class FileName implements ITypeConverter<Path> {
  private final Charset ofJava;

  FileName() {
    this(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8));
  }

  /**
   * Reads names where Java writes them in an encoding.
   *
   * @param ofJava the encoding
   */
  FileName(Charset ofJava) {
    this.ofJava = ofJava;
  }

  @Override
  public Path convert(String text) {
    if (!ofJava.equals(StandardCharsets.UTF_8) && text.chars().anyMatch(letter -> letter >= 0x80)) {
      throw new TypeConversionException("\"" + text + "\" is not ASCII, and in this locale Java names files in "
          + ofJava + "; set LC_ALL=C.UTF-8, as the launcher jdax does");
    }
    return Path.of(text);
  }
}
