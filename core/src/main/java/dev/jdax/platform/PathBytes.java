// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * The bytes of a path, as the JDK itself gives them to the kernel.
 *
 * <p>The text of a path has other bytes in a locale that is not UTF-8, and has lost those that are no text in the
 * locale. The URI of a path has them all, both ways.
 */
public final class PathBytes {
  private PathBytes() {
  }

  /** {@return the bytes of a path, without a zero byte after them} */
  static byte[] of(Path path) {
    String text = path.toString();
    if (StandardCharsets.US_ASCII.newEncoder().canEncode(text)) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
    String escaped = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < escaped.length(); i++) {
      if (escaped.charAt(i) == '%') {
        bytes.write(HexFormat.fromHexDigits(escaped, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(escaped.charAt(i));
      }
    }
    return bytes.toByteArray();
  }

  /**
   * {@return the path of such bytes, which need not be text in the locale}
   *
   * @param bytes the bytes of an absolute path
   * @throws IllegalArgumentException if the path is not absolute, or has a zero byte
   */
  public static Path path(byte[] bytes) {
    if (bytes.length == 0 || bytes[0] != '/') {
      throw new IllegalArgumentException("not an absolute path: " + new String(bytes, StandardCharsets.UTF_8));
    }
    StringBuilder escaped = new StringBuilder("file://");
    for (byte one : bytes) {
      if (one == '/' || one >= '0' && one <= '9' || one >= 'A' && one <= 'Z' || one >= 'a' && one <= 'z') {
        escaped.append((char) one);
      } else {
        escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(one));
      }
    }
    return Path.of(URI.create(escaped.toString()));
  }
}
